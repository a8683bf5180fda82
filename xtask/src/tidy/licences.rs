//! The licences of what we depend on: only those that allow a binary under Apache-2.0 to contain it.

use super::Finding;
use super::metadata::Metadata;

/// What may be in it.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks every package of others.
pub(super) fn check(metadata: &Metadata, lock: &str) -> Vec<Finding> {
    let refuse = |package: &super::metadata::Package| {
        let message = match package.license.as_deref() {
            None => format!("{} names no licence", package.name),
            Some(expression) => match allows(expression) {
                Some(true) => return None,
                Some(false) => format!("{} is under {expression}, which is not on the list", package.name),
                None => format!("the licence of {} cannot be read: {expression}", package.name),
            },
        };
        Some(Finding::new("Cargo.lock", line_in_lock(lock, &package.name, Some(&package.version)), message))
    };
    metadata.foreign().filter_map(refuse).collect()
}

/// The line of a package in `Cargo.lock`.
pub(super) fn line_in_lock(lock: &str, name: &str, version: Option<&str>) -> usize {
    let (name, version) =
        (format!("name = \"{name}\""), version.map(|version| format!("version = \"{version}\"")));
    let lines: Vec<&str> = lock.lines().collect();
    let matches = |index: usize| {
        let next = lines.get(index + 1).copied().unwrap_or_default();
        lines[index] == name && version.as_deref().is_none_or(|version| next == version)
    };
    (0..lines.len()).find(|&index| matches(index)).map_or(1, |index| index + 1)
}

/// Whether an SPDX expression can be satisfied from the list; `None` if it is not one.
fn allows(expression: &str) -> Option<bool> {
    // An old way to write "or".
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (result, rest) = any(&words)?;
    rest.is_empty().then_some(result)
}

type Parsed<'a, 'b> = Option<(bool, &'a [&'b str])>;

fn any<'a, 'b>(words: &'a [&'b str]) -> Parsed<'a, 'b> {
    let (mut result, mut rest) = all(words)?;
    while let Some(("OR", after)) = rest.split_first().map(|(word, after)| (*word, after)) {
        let (next, after) = all(after)?;
        (result, rest) = (result | next, after);
    }
    Some((result, rest))
}

fn all<'a, 'b>(words: &'a [&'b str]) -> Parsed<'a, 'b> {
    let (mut result, mut rest) = one(words)?;
    while let Some(("AND", after)) = rest.split_first().map(|(word, after)| (*word, after)) {
        let (next, after) = one(after)?;
        (result, rest) = (result & next, after);
    }
    Some((result, rest))
}

fn one<'a, 'b>(words: &'a [&'b str]) -> Parsed<'a, 'b> {
    match words {
        ["(", rest @ ..] => match any(rest)? {
            (result, [")", rest @ ..]) => Some((result, rest)),
            _ => None,
        },
        [")" | "OR" | "AND" | "WITH", ..] | [] => None,
        [licence, "WITH", exception, rest @ ..] => {
            let both = format!("{licence} WITH {exception}");
            Some((ALLOWED.contains(&both.as_str()), rest))
        }
        [licence, rest @ ..] => Some((ALLOWED.contains(licence), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn expressions_are_judged() {
        for fine in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "ISC AND (Apache-2.0 OR ISC) AND OpenSSL",
        ] {
            assert_eq!(allows(fine), Some(true), "{fine}");
        }
        for refused in
            ["GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0 OR (MIT AND GPL-2.0)", "MIT WITH odd-exception"]
        {
            assert_eq!(allows(refused), Some(false), "{refused}");
        }
        for unreadable in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "AND MIT"] {
            assert_eq!(allows(unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn a_package_under_another_licence_is_found() {
        let package = |name: &str, licence: Option<&str>| {
            json!({"id": name, "name": name, "version": "1.0.0", "license": licence,
                   "manifest_path": format!("/r/{name}/Cargo.toml"), "dependencies": []})
        };
        let packages = [package("good", Some("MIT")), package("bad", Some("GPL-3.0")), package("none", None)];
        let text = json!({"packages": packages, "workspace_members": [], "workspace_root": "/w"}).to_string();
        let lock = "name = \"bad\"\nversion = \"0.9.0\"\nname = \"bad\"\nversion = \"1.0.0\"\nname = \"none\"\nversion = \"1.0.0\"\n";
        let found: Vec<_> =
            check(&Metadata::parse(&text).unwrap(), lock).iter().map(ToString::to_string).collect();
        let expected = [
            "Cargo.lock:3: bad is under GPL-3.0, which is not on the list",
            "Cargo.lock:5: none names no licence",
        ];
        assert_eq!(found, expected);
    }
}
