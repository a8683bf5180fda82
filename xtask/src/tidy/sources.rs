//! What every Rust file must look like: a file-top that says what it is for, at most 500 lines, and in libraries a doc
//! comment on what is public.
//!
//! The last is a quick look at the text. rustc's `missing_docs` decides; this one answers in milliseconds and without a
//! build that works.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Finding;

/// Where sources of ours lie.
const FOLDERS: &[&str] = &["crates", "xtask", "benches", "fuzz"];
const LONGEST: usize = 500;

/// Every Rust file of the workspace, relative to its root.
pub(super) fn find(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        FOLDERS.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && !name.starts_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(root).context("it was found in there")?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Checks one file.
pub(super) fn check(path: &Path, text: &str, library: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") {
        findings.push(Finding::new(path, 1, "the file does not say what it is for: begin it with `//!`"));
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        findings.push(Finding::new(
            path,
            LONGEST + 1,
            format!("{lines} lines; a file has at most {LONGEST}"),
        ));
    }
    if library {
        let undocumented = undocumented(text).into_iter();
        findings.extend(undocumented.map(|(line, item)| {
            Finding::new(path, line, format!("`{item}` is public and has no doc comment"))
        }));
    }
    findings
}

/// The public items without a doc comment, by line.
fn undocumented(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // Unit tests come last in a file and document nothing.
    let end = lines.iter().position(|line| *line == "#[cfg(test)]").unwrap_or(lines.len());
    (0..end)
        .filter(|&index| is_public_item(lines[index]) && !is_documented(&lines[..index]))
        .map(|index| (index + 1, lines[index].trim_end_matches(['{', ' ', '(', ';']).to_owned()))
        .collect()
}

fn is_public_item(line: &str) -> bool {
    let Some(mut rest) = line.strip_prefix("pub ") else { return false };
    for word in ["default ", "const ", "async ", "unsafe ", "extern \"C\" "] {
        // `const` is a kind of item by itself, unless a function follows.
        if let Some(after) = rest.strip_prefix(word)
            && (word != "const " || ["fn ", "async ", "unsafe "].iter().any(|next| after.starts_with(next)))
        {
            rest = after;
        }
    }
    // A module documents itself by its file-top, and a re-export where it comes from.
    ["fn ", "struct ", "enum ", "union ", "trait ", "type ", "const ", "static "]
        .iter()
        .any(|kind| rest.starts_with(kind))
}

/// Whether a doc comment stands above, with attributes in between at most.
fn is_documented(above: &[&str]) -> bool {
    let mut inside_attribute = false;
    for line in above.iter().rev() {
        if line.starts_with("///") || line.starts_with("#[doc") || line.ends_with("*/") {
            return true;
        }
        if inside_attribute {
            inside_attribute = !line.starts_with("#[");
        } else if line.ends_with(']') && !line.starts_with("#[") {
            // The end of an attribute over several lines.
            inside_attribute = true;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str, library: bool) -> Vec<String> {
        check(Path::new("a.rs"), text, library).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_missing_file_top_is_found() {
        assert!(messages("//! What it is for.\nuse std::fmt;\n", true).is_empty());
        assert_eq!(
            messages("use std::fmt;\n", true),
            ["a.rs:1: the file does not say what it is for: begin it with `//!`"]
        );
        assert_eq!(messages("", false).len(), 1);
    }

    #[test]
    fn a_long_file_is_found() {
        let lines = |count: usize| format!("//! Long.\n{}", "\n".repeat(count - 1));
        assert!(messages(&lines(500), true).is_empty());
        assert_eq!(messages(&lines(501), true), ["a.rs:501: 501 lines; a file has at most 500"]);
    }

    #[test]
    fn undocumented_public_items_are_found_in_libraries() {
        for item in [
            "pub fn a() {",
            "pub const fn a() {",
            "pub async fn a() {",
            "pub struct A;",
            "pub enum A {",
            "pub trait A {",
            "pub type A = u8;",
            "pub const A: u8 = 1;",
            "pub static A: u8 = 1;",
            "    pub fn method(&self) {",
        ] {
            let text = format!("//! Top.\n\n#[derive(Debug)]\n{item}\n");
            let found = messages(&text, true);
            assert!(found.len() == 1 && found[0].starts_with("a.rs:4: "), "{item}: {found:?}");
            assert!(messages(&text, false).is_empty(), "{item}");
            let documented = format!(
                "//! Top.\n\n/// Says it.\n#[derive(Debug)]\n#[cfg_attr(\n    a,\n    b\n)]\n{item}\n"
            );
            assert!(messages(&documented, true).is_empty(), "{item}");
        }
    }

    #[test]
    fn what_is_not_public_or_documents_itself_is_left_alone() {
        let text = "//! Top.\npub mod a;\npub use a::B;\npub(crate) fn b() {}\nfn c() {}\n\n#[cfg(test)]\nmod tests {\n    pub fn d() {}\n}\n";
        assert!(messages(text, true).is_empty());
    }
}
