//! What differences have in common. A hundred charts that differ in the same way are one thing to mend, so that the names
//! and numbers of a chart are taken out of what is said about it.

use super::side::Rendered;

/// How far one text is searched for the line at which the other goes on.
const FAR: usize = 200;

/// How many characters tell one kind from another.
const LONGEST: usize = 140;

/// Two exit codes that differ.
pub(super) fn of_exits(theirs: &Rendered, ours: &Rendered) -> String {
    match (theirs.code, ours.code) {
        (None, _) => "the original takes too long".to_owned(),
        (_, None) => "ours takes too long, or dies".to_owned(),
        (Some(0), Some(_)) if ours.error().is_empty() => format!("ours dies: {}", shape(&ours.stderr)),
        (Some(0), Some(_)) => format!("only ours fails: {}", shape(ours.error())),
        (Some(_), Some(0)) => format!("only the original fails: {}", shape(theirs.error())),
        (Some(theirs), Some(ours)) => format!("exit code {ours} instead of {theirs}"),
    }
}

/// Errors with different words.
pub(super) fn of_errors(theirs: &[u8]) -> String {
    format!("words of an error: {}", shape(theirs))
}

/// Two texts of which the first lines differ.
pub(super) fn of_lines(theirs: &[&[u8]], ours: &[&[u8]]) -> String {
    let (Some(own), Some(their)) = (ours.first(), theirs.first()) else {
        return if ours.is_empty() { "ours ends early" } else { "ours goes on" }.to_owned();
    };
    if blank(own) == blank(their) {
        return "blanks and quotes".to_owned();
    }
    // A key on both sides: the value differs, whatever follows.
    if let (Some(key), Some(own_key)) = (key(their), key(own))
        && key == own_key
    {
        return format!("value of `{}`", shape(key.as_bytes()));
    }
    let next = |lines: &[&[u8]], line: &[u8]| {
        !line.is_empty() && lines.iter().skip(1).take(FAR).any(|other| *other == line)
    };
    match (next(theirs, own), next(ours, their)) {
        (true, false) => format!("ours lacks a line: {}", shape(their)),
        (false, true) => format!("ours adds a line: {}", shape(own)),
        (true, true) => "order of lines".to_owned(),
        (false, false) => format!("another line: {}", shape(their)),
    }
}

/// What is left without blanks and quotes.
fn blank(line: &[u8]) -> Vec<u8> {
    line.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && !b"'\"".contains(byte)).collect()
}

/// The key of `  - key: value`, without the rest.
fn key(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.trim_start_matches([' ', '-']);
    let (key, _) = text.split_once(": ").or_else(|| Some((text.strip_suffix(':')?, "")))?;
    Some(key.to_owned())
}

/// The first line without what only this chart says: names in quotes, paths, numbers.
fn shape(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().next().unwrap_or_default().trim();
    let words = line.split(' ').map(|word| if word.contains('/') { "PATH" } else { word });
    let mut shape = String::new();
    let mut quote = None;
    for character in words.collect::<Vec<_>>().join(" ").chars() {
        match quote {
            Some(end) if character == end => quote = None,
            Some(_) => continue,
            None if matches!(character, '"' | '`') => quote = Some(character),
            None if character.is_ascii_digit() => {
                if !shape.ends_with('0') {
                    shape.push('0');
                }
                continue;
            }
            None => {}
        }
        shape.push(character);
    }
    shape.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(theirs: &str, ours: &str) -> String {
        let lines = |text: &'static str| text.split('\n').map(str::as_bytes).collect::<Vec<_>>();
        of_lines(&lines(theirs.to_owned().leak()), &lines(ours.to_owned().leak()))
    }

    #[test]
    fn lines_differ_in_several_ways() {
        assert_eq!(kind("  a: \"1\"", "  a: 1"), "blanks and quotes");
        assert_eq!(kind("  - size: 1e+06\nb", "  - size: 1000000\nb"), "value of `size`");
        assert_eq!(kind("  extra: 12Mi\nb: 1\nc", "b: 1\nc"), "ours lacks a line: extra: 0Mi");
        assert_eq!(kind("b: 1\nc", "  extra: 3\nb: 1\nc"), "ours adds a line: extra: 0");
        assert_eq!(kind("a\nb", "b\na"), "order of lines");
        assert_eq!(kind("one", "two"), "another line: one");
        assert_eq!(of_lines(&[], &[b"more"]), "ours goes on");
        assert_eq!(of_lines(&[b"more"], &[]), "ours ends early");
    }

    #[test]
    fn names_and_numbers_are_no_part_of_a_kind() {
        let error =
            "Error: template: redis/templates/x.yaml:12:3: no template \"redis.name\" in 17 files\n\nhint";
        assert_eq!(
            of_errors(error.as_bytes()),
            "words of an error: Error: template: PATH no template \"\" in 0 files"
        );
    }

    #[test]
    fn exits_differ_in_several_ways() {
        let side =
            |code: Option<i32>, stderr: &str| Rendered { code, stderr: stderr.into(), ..Rendered::default() };
        let (fine, failed) = (side(Some(0), "careful"), side(Some(1), "careful\nError: no 5"));
        assert_eq!(of_exits(&fine, &failed), "only ours fails: Error: no 0");
        assert_eq!(of_exits(&failed, &fine), "only the original fails: Error: no 0");
        assert_eq!(of_exits(&fine, &side(Some(101), "thread panicked")), "ours dies: thread panicked");
        assert_eq!(of_exits(&fine, &side(None, "")), "ours takes too long, or dies");
        assert_eq!(of_exits(&failed, &side(Some(2), "")), "exit code 2 instead of 1");
    }
}
