//! Commands by operating system and architecture, and variables in them.

use std::collections::BTreeMap;

use longshore_go::{Map, Value};

use super::manifest::{text, texts};

/// A command for a platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlatformCommand {
    /// `linux`; empty for any.
    pub(super) os: String,
    /// `amd64`; empty for any.
    pub(super) arch: String,
    pub(super) command: String,
    pub(super) args: Vec<String>,
}

impl PlatformCommand {
    /// The commands that a list holds.
    pub(super) fn list(map: &Map, key: &str) -> Result<Vec<Self>, String> {
        let all = match map.get(key.as_bytes()) {
            None | Some(Value::Nil) => return Ok(Vec::new()),
            Some(Value::List(all)) => all,
            Some(_) => return Err(format!("`{key}` must be a list of commands")),
        };
        let one = |value: &Value| {
            let map = value.as_map().ok_or_else(|| format!("`{key}` must be a list of commands"))?;
            Ok(Self {
                os: text(map, "os")?,
                arch: text(map, "arch")?,
                command: text(map, "command")?,
                args: texts(map, "args")?,
            })
        };
        all.iter().map(one).collect()
    }
}

/// The program and its arguments for this platform: the command that is for it exactly, else the first for its
/// system, else the first for all. `expands` says whether variables in arguments are filled in.
///
/// # Errors
/// None is for this platform.
pub(super) fn prepare(
    commands: &[PlatformCommand],
    expands: bool,
    more: &[String],
    variables: &BTreeMap<String, String>,
) -> Result<(String, Vec<String>), String> {
    let is_os = |one: &PlatformCommand| one.os.eq_ignore_ascii_case(os());
    let exact = commands.iter().find(|one| is_os(one) && one.arch.eq_ignore_ascii_case(arch()));
    let of_system = || commands.iter().find(|one| is_os(one) && one.arch.is_empty());
    let of_all = || commands.iter().find(|one| one.os.is_empty() && one.arch.is_empty());
    let chosen = exact.or_else(of_system).or_else(of_all);
    let mut words = chosen.into_iter().flat_map(|one| one.command.split(' '));
    let program = words.next().filter(|word| !word.is_empty());
    let program = program.ok_or_else(|| String::from("no plugin command is applicable"))?;
    let fill = |word: &str| if expands { expand(word, variables) } else { word.to_owned() };
    let args = words.chain(chosen.into_iter().flat_map(|one| one.args.iter().map(String::as_str)));
    let args = args.map(fill).chain(more.iter().cloned()).collect();
    Ok((expand(program, variables), args))
}

/// What Go calls the system.
fn os() -> &'static str {
    if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS }
}

/// What Go calls the architecture.
fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}

/// Fills in `$NAME` and `${NAME}` as Go's `os.Expand` does.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (name, behind) = if let Some(inner) = rest.strip_prefix('{') {
            match inner.find('}') {
                // Without a name or an end the mark is dropped.
                None | Some(0) => ("", inner.strip_prefix('}').unwrap_or(inner)),
                Some(end) => (&inner[..end], &inner[end + 1..]),
            }
        } else {
            let is_special = |c: char| matches!(c, '*' | '#' | '$' | '@' | '!' | '?' | '-' | '0'..='9');
            let is_letter = |c: char| c == '_' || c.is_ascii_alphanumeric();
            let end = match rest.chars().next() {
                Some(c) if is_special(c) => 1,
                _ => rest.find(|c| !is_letter(c)).unwrap_or(rest.len()),
            };
            if end == 0 {
                out.push('$');
            }
            rest.split_at(end)
        };
        out.push_str(variables.get(name).map_or("", String::as_str));
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{PlatformCommand, expand, prepare};

    #[test]
    fn variables_are_filled_in_as_go_does() {
        let variables =
            BTreeMap::from([("A".to_owned(), "1".to_owned()), ("A_b".to_owned(), "2".to_owned())]);
        for (text, expected) in [
            ("$A/x", "1/x"),
            ("${A}b", "1b"),
            ("$A_b", "2"),
            ("$B|", "|"),
            ("a$", "a$"),
            ("$ x", "$ x"),
            ("${}x", "x"),
            ("${A", "A"),
            ("$1A", "A"),
        ] {
            assert_eq!(expand(text, &variables), expected, "{text}");
        }
    }

    #[test]
    fn the_closest_command_is_taken() {
        let command = |os: &str, arch: &str, command: &str| PlatformCommand {
            os: os.into(),
            arch: arch.into(),
            command: command.into(),
            args: vec!["$A".into()],
        };
        let chosen = |all: &[PlatformCommand]| prepare(all, false, &["x".to_owned()], &BTreeMap::new());
        let args = |first: &str| vec![first.to_owned(), "$A".to_owned(), "x".to_owned()];
        let (any, here, other) =
            (command("", "", "any one"), command(super::os(), "", "here two"), command("plan9", "", "no"));
        assert_eq!(chosen(&[any.clone(), other.clone(), here.clone()]), Ok(("here".into(), args("two"))));
        assert_eq!(chosen(&[other.clone(), any]), Ok(("any".into(), args("one"))));
        let exact = command(super::os(), super::arch(), "exact three");
        assert_eq!(chosen(&[here, exact]), Ok(("exact".into(), args("three"))));
        assert_eq!(chosen(&[other]), Err("no plugin command is applicable".into()));
    }
}
