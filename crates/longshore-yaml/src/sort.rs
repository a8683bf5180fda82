//! The order of keys in what go-yaml writes: natural, so that `a2` comes before `a10`.
//!
//! The comparison is not a total order in every corner (zeros before digits), and the sort must not
//! mind: it is a merge sort that only ever asks "less?", and so cannot panic or loop.

use longshore_go::{rune, unicode};

use crate::dialect::Dialect;

/// Sorts items by their key as go-yaml of the dialect sorts the keys of a map, stably.
pub(crate) fn sort_by_key<T>(items: &mut Vec<T>, dialect: Dialect, key: impl Fn(&T) -> &[u8]) {
    let less = |a: &T, b: &T| key_less(key(a), key(b), dialect);
    // Keys come in byte order, which mostly is the natural one already.
    if items.windows(2).all(|pair| !less(&pair[1], &pair[0])) {
        return;
    }
    let mut runs: Vec<Vec<T>> = Vec::new();
    for item in items.drain(..) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| !less(&item, last)) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    while runs.len() > 1 {
        let mut halved = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            halved.push(match pairs.next() {
                Some(right) => merge(left, right, &less),
                None => left,
            });
        }
        runs = halved;
    }
    *items = runs.pop().unwrap_or_default();
}

fn merge<T>(left: Vec<T>, right: Vec<T>, less: &impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut left = left.into_iter().peekable();
    let mut right = right.into_iter().peekable();
    loop {
        let from_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => less(b, a),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return merged,
        };
        merged.extend(if from_right { right.next() } else { left.next() });
    }
}

/// go-yaml's `keyList.Less` on strings. The first difference decides: letters by code, what is no
/// letter before letters (in v3 after them, behind a digit), numbers by value.
///
/// Source: <https://pkg.go.dev/go.yaml.in/yaml/v3#Marshal>, `sorter.go`.
fn key_less(a: &[u8], b: &[u8], dialect: Dialect) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if same == a.len() || same == b.len() {
        return a.len() < b.len();
    }
    if a[same].is_ascii_lowercase() && b[same].is_ascii_lowercase() {
        return a[same] < b[same];
    }
    let (a, b) = (rune::chars(a), rune::chars(b));
    let Some(i) = a.iter().zip(&b).position(|(a, b)| a != b) else {
        return a.len() < b.len();
    };
    let digits = dialect == Dialect::V3 && i > 0 && unicode::is_digit(a[i - 1]);
    let (a_letter, b_letter) = (unicode::is_letter(a[i]), unicode::is_letter(b[i]));
    if a_letter && b_letter {
        return a[i] < b[i];
    }
    if a_letter || b_letter {
        return if digits { a_letter } else { b_letter };
    }
    let (mut a_number, mut b_number) = (0_i64, 0_i64);
    if a[i] == '0' || b[i] == '0' {
        // A zero behind other digits is one digit more, not nothing.
        let significant = a[..i].iter().rev().take_while(|c| unicode::is_digit(**c)).any(|c| *c != '0');
        if significant {
            (a_number, b_number) = (1, 1);
        }
    }
    let a_end = number(&a, i, &mut a_number);
    let b_end = number(&b, i, &mut b_number);
    if a_number != b_number {
        return a_number < b_number;
    }
    if a_end != b_end {
        return a_end < b_end;
    }
    a[i] < b[i]
}

/// Reads the digits from `i` on, overflowing as Go's `int64` does: where they end.
fn number(text: &[char], i: usize, value: &mut i64) -> usize {
    let digits = text[i..].iter().take_while(|c| unicode::is_digit(**c));
    let mut end = i;
    for c in digits {
        *value = value.wrapping_mul(10).wrapping_add(i64::from(*c as u32) - i64::from('0' as u32));
        end += 1;
    }
    end
}
