//! Case by words: `camelcase`, `snakecase`, `kebabcase`, `swapcase`, `untitle`, `initials`.
//!
//! The first three are `huandu/xstrings` 1.5.0, the others `Masterminds/goutils` 1.1.1, byte-wise
//! mistakes included.

use longshore_go::{Value, rune, unicode};
use longshore_template::FuncDef;

use super::args::{STRING, text};
use super::{Function, Outcome};

mod split;

pub(super) static FUNCTIONS: &[Function] = &[
    def("camelcase", |args| ok(pascal(text(args, 0)))),
    def("snakecase", |args| ok(split::lowered(text(args, 0), '_'))),
    def("kebabcase", |args| ok(split::lowered(text(args, 0), '-'))),
    def("swapcase", |args| ok(swap(text(args, 0)))),
    def("untitle", |args| ok(untitle(text(args, 0)))),
    def("initials", |args| ok(initials(text(args, 0)))),
    def("nospace", |args| ok(without_space(text(args, 0)))),
];

const fn def(name: &'static str, body: fn(&mut [Value]) -> Outcome) -> Function {
    Function::pure(FuncDef::new(name, &[STRING]).returning(STRING), body)
}

fn ok(text: Vec<u8>) -> Outcome {
    Ok(Value::str(text))
}

/// What separates words: `-`, `_` and white space.
fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_') || unicode::is_space(c)
}

/// `xstrings.ToPascalCase`: connectors dropped, the letter after each in upper case, and a run of
/// capitals at the start of a word in lower case but for its first.
fn pascal(text: &[u8]) -> Vec<u8> {
    let chars = rune::chars(text);
    let mut out = Vec::with_capacity(text.len());
    let Some(start) = chars.iter().position(|&c| !is_connector(c)) else {
        // Nothing but connectors, which are kept, the last of them twice.
        for &c in chars.iter().chain(chars.last()) {
            rune::push(&mut out, c);
        }
        return out;
    };
    // Leading connectors stay as well.
    for &c in &chars[..start] {
        rune::push(&mut out, c);
    }
    let mut in_capitals = unicode::is_upper(chars[start]);
    let mut pending = unicode::to_upper(chars[start]);
    for &next in &chars[start + 1..] {
        let mut next = next;
        if is_connector(pending) {
            if is_connector(next) {
                rune::push(&mut out, pending);
                pending = next;
                continue;
            }
            in_capitals = unicode::is_upper(next);
            next = unicode::to_upper(next);
        } else {
            if in_capitals {
                if unicode::is_upper(next) {
                    next = unicode::to_lower(next);
                } else {
                    in_capitals = false;
                }
            }
            rune::push(&mut out, pending);
        }
        pending = next;
    }
    rune::push(&mut out, pending);
    out
}

/// `goutils.SwapCase`: a lower-case letter at the start of a word goes to title case.
fn swap(text: &[u8]) -> Vec<u8> {
    let mut after_space = true;
    longshore_go::strings::map(text, |c| {
        if unicode::is_upper(c) || unicode::is_title(c) {
            after_space = false;
            return unicode::to_lower(c);
        }
        if unicode::is_lower(c) {
            let start = std::mem::replace(&mut after_space, false);
            return if start { unicode::to_title(c) } else { unicode::to_upper(c) };
        }
        after_space = unicode::is_space(c);
        c
    })
}

/// `goutils.Uncapitalize`: the first letter of each word in lower case.
fn untitle(text: &[u8]) -> Vec<u8> {
    let mut start = true;
    longshore_go::strings::map(text, |c| {
        if unicode::is_space(c) {
            start = true;
            return c;
        }
        if std::mem::replace(&mut start, false) { unicode::to_lower(c) } else { c }
    })
}

/// `goutils.Initials`: the first byte of each word, taken for a Latin-1 character.
fn initials(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut start = true;
    for &byte in text {
        if unicode::is_space(byte as char) {
            start = true;
        } else if std::mem::replace(&mut start, false) {
            rune::push(&mut out, byte as char);
        }
    }
    out
}

/// `goutils.DeleteWhiteSpace`: if there is any to delete, every byte left is taken for a Latin-1
/// character, so that `é x` becomes `Ã©x`.
fn without_space(text: &[u8]) -> Vec<u8> {
    if !text.iter().any(|&byte| unicode::is_space(byte as char)) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    for &byte in text.iter().filter(|&&byte| !unicode::is_space(byte as char)) {
        rune::push(&mut out, byte as char);
    }
    out
}
