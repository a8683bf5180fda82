//! The key that was meant where nothing sets the one that was asked for.

use std::collections::BTreeSet;

use longshore_diag::nearest;

use crate::places::ValuesPlaces;

/// A chart may bring whole catalogues of values; no more keys than these are looked at.
const MOST: usize = 20_000;

/// What to do about a key that no release of `all` (names and places) has, where something is near it.
pub(super) fn advice(path: &[&str], all: &[(String, ValuesPlaces)]) -> Option<String> {
    // `web.image.tag`, as other tools name a value of a part: releases are no part of the key here.
    if let Some((first, rest)) = path.split_first().filter(|(_, rest)| !rest.is_empty()) {
        let of_release = all.iter().any(|(name, places)| name == first && !places.settings(rest).is_empty());
        if of_release {
            let rest = rest.join(".");
            return Some(format!(
                "`{first}` is a release, whose values begin without it: `longshore values explain {rest} --only {first}`"
            ));
        }
    }
    // Each key by itself, so that a slip in a long path is seen, and one in each of several.
    let meant: Vec<Vec<String>> = all.iter().filter_map(|(_, places)| alike(path, places)).collect();
    if let Some(meant) = meant.first() {
        return Some(did_you_mean(meant));
    }
    // The end of a path that is there.
    let ends: BTreeSet<Vec<String>> = all.iter().flat_map(|(_, places)| ending(path, places)).collect();
    let mut ends = ends.into_iter();
    match (ends.next(), ends.len()) {
        (None, _) => above(path, all),
        (Some(only), 0) => Some(did_you_mean(&only)),
        (Some(first), _) => {
            let shown =
                std::iter::once(first).chain(ends).take(4).map(|path| format!("`{}`", path.join(".")));
            Some(format!("a key of that name is at {}", shown.collect::<Vec<_>>().join(", ")))
        }
    }
}

fn did_you_mean(path: &[String]) -> String {
    format!("did you mean `{}`?", path.join("."))
}

/// The path of which each key is one that is there, or near to it.
fn alike(path: &[&str], places: &ValuesPlaces) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for key in path {
        let above: Vec<&str> = found.iter().map(String::as_str).collect();
        let keys = places.below(&above);
        let near = if keys.contains(*key) { key } else { nearest(key, keys.iter().map(String::as_str))? };
        let near = (*near).to_owned();
        found.push(near);
    }
    Some(found)
}

/// The paths that end as this one does.
fn ending(path: &[&str], places: &ValuesPlaces) -> Vec<Vec<String>> {
    let (mut open, mut found, mut seen) = (vec![Vec::<String>::new()], Vec::new(), 0);
    while let Some(above) = open.pop() {
        let keys = places.below(&above.iter().map(String::as_str).collect::<Vec<_>>());
        for key in keys {
            seen += 1;
            let one = [above.as_slice(), &[key]].concat();
            if one.len() > path.len() && one.iter().rev().zip(path.iter().rev()).all(|(a, b)| a == b) {
                found.push(one.clone());
            }
            open.push(one);
        }
        if seen > MOST {
            break;
        }
    }
    found
}

/// What there is below the last mapping on the way.
fn above(path: &[&str], all: &[(String, ValuesPlaces)]) -> Option<String> {
    let depth = (1..path.len())
        .rev()
        .find(|depth| all.iter().any(|(_, places)| !places.settings(&path[..*depth]).is_empty()))?;
    let (there, wanted) = (path[..depth].join("."), path[depth]);
    let keys: BTreeSet<String> = all.iter().flat_map(|(_, places)| places.below(&path[..depth])).collect();
    if keys.is_empty() {
        return Some(format!("`{there}` is set, and has no keys: `longshore values explain {there}`"));
    }
    let known: Vec<String> = keys.iter().take(12).map(|key| format!("`{key}`")).collect();
    let more = if keys.len() > known.len() { ", …" } else { "" };
    Some(format!("`{there}` has no `{wanted}`, but {}{more}", known.join(", ")))
}
