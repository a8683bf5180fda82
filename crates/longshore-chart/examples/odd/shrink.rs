//! Making a case that differs as small as it goes.

use crate::odd::case::Case;

/// How many smaller cases are tried.
const TRIES: usize = 2_000;

/// A smaller case for which `differs` still holds.
pub(crate) fn shrink(case: &Case, mut differs: impl FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    let mut left = TRIES;
    let mut try_it = |candidate: &Case, left: &mut usize| {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        differs(candidate)
    };
    loop {
        let before = best.clone();
        for chart in [
            "charts/sub/charts/",
            "charts/other/charts/",
            "charts/sub/",
            "charts/other/",
            "charts/s/",
            "charts/t/",
        ] {
            let mut smaller = best.clone();
            smaller.files.retain(|(name, _)| !name.starts_with(chart));
            if smaller.files.len() < best.files.len() && try_it(&smaller, &mut left) {
                best = smaller;
            }
        }
        for index in (0..best.files.len()).rev() {
            if best.files[index].0.ends_with("Chart.yaml") {
                continue;
            }
            let mut smaller = best.clone();
            smaller.files.remove(index);
            if try_it(&smaller, &mut left) {
                best = smaller;
            }
        }
        for index in (0..best.flags.len()).rev() {
            let mut smaller = best.clone();
            smaller.flags.remove(index);
            if try_it(&smaller, &mut left) {
                best = smaller;
            }
        }
        for index in (0..best.values.len()).rev() {
            let mut smaller = best.clone();
            smaller.values.remove(index);
            if try_it(&smaller, &mut left) {
                best = smaller;
            }
        }
        for index in 0..best.files.len() {
            let text = cut(&best.files[index].1.clone(), |text| {
                let mut smaller = best.clone();
                text.clone_into(&mut smaller.files[index].1);
                try_it(&smaller, &mut left)
            });
            best.files[index].1 = text;
        }
        for index in 0..best.values.len() {
            let text = cut(&best.values[index].clone(), |text| {
                let mut smaller = best.clone();
                text.clone_into(&mut smaller.values[index]);
                try_it(&smaller, &mut left)
            });
            best.values[index] = text;
        }
        for index in 0..best.flags.len() {
            let text = cut(best.flags[index].1.clone().as_bytes(), |text| {
                let Ok(text) = std::str::from_utf8(text) else { return false };
                let mut smaller = best.clone();
                text.clone_into(&mut smaller.flags[index].1);
                try_it(&smaller, &mut left)
            });
            best.flags[index].1 = String::from_utf8(text).expect("only texts were taken");
        }
        if best == before || left == 0 {
            return best;
        }
    }
}

/// A text with as many pieces taken out as may be: lines first, then ever smaller pieces.
fn cut(text: &[u8], mut holds: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = text.to_owned();
    if best.contains(&b'\n') {
        let mut lines: Vec<Vec<u8>> =
            best.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        for index in (0..lines.len()).rev() {
            let mut fewer = lines.clone();
            fewer.remove(index);
            if holds(&fewer.concat()) {
                lines = fewer;
            }
        }
        best = lines.concat();
    }
    let mut size = best.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..(at + size).min(best.len()));
            if std::str::from_utf8(&shorter).is_ok() && holds(&shorter) {
                best = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    best
}
