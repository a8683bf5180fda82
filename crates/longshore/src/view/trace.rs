//! Rendered lines with where they come from, as text.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use longshore_platform::{LineObject, TracedLine};
use unicode_width::UnicodeWidthStr;

use crate::printer::{Paint, Printer};

/// Longer lines do not push the origins of all others to the right.
const WIDEST: usize = 60;

/// Each line with its number, and behind it the template, the actions and where their values were set.
pub(crate) fn trace(lines: &[(usize, TracedLine)], printer: &Printer) -> String {
    let digits = lines.last().map_or(1, |(number, _)| number.to_string().len());
    let width = lines.iter().map(|(_, line)| line.text.width()).filter(|width| *width <= WIDEST).max();
    let width = width.unwrap_or(WIDEST);
    let mut text = String::new();
    for (number, line) in lines {
        let _ = write!(text, "{} {}", printer.paint(Paint::Dim, &format!("{number:>digits$}")), line.text);
        let place = line.origin.as_ref().map(|origin| &origin.template);
        let Some(place) = place.or(line.object.as_ref().map(|object| &object.place)) else {
            text.push('\n');
            continue;
        };
        let padding = width.saturating_sub(line.text.width());
        let mut told = format!("<- {place}");
        for action in line.origin.iter().flat_map(|origin| &origin.actions) {
            let _ = write!(told, " {{{{ {} }}}}", action.text);
            for value in &action.values {
                match &value.place {
                    Some(place) => {
                        let _ = write!(told, " ({} of {place})", value.path);
                    }
                    None => {
                        let _ = write!(told, " ({} is not set)", value.path);
                    }
                }
            }
        }
        let _ = writeln!(text, "{:padding$}  {}", "", printer.paint(Paint::Dim, &told));
    }
    text
}

/// One line, everything that is known of it.
pub(crate) fn detail(number: usize, line: &TracedLine) -> String {
    let mut text = format!("line {number} of release {}: {}\n", line.release, line.text);
    if let Some(LineObject { place, name, kustomization }) = &line.object {
        let _ = writeln!(text, "  object    {name}, of {place}");
        let _ = writeln!(text, "  ask       longshore kustomize explain {name} {kustomization}");
        return text;
    }
    let Some(origin) = &line.origin else {
        text.push_str("  written by no template\n");
        return text;
    };
    let _ = writeln!(text, "  template  {}", origin.template);
    for action in &origin.actions {
        let _ = writeln!(text, "  action    {{{{ {} }}}} at {}", action.text, action.place);
        for value in &action.values {
            let _ = match &value.place {
                Some(place) => writeln!(text, "  value     {}, set at {place}", value.path),
                None => writeln!(text, "  value     {}, set nowhere", value.path),
            };
        }
    }
    for call in origin.calls.iter().rev() {
        let _ = writeln!(text, "  called    at {call}");
    }
    text
}

/// Reads `12`, `12-20` or `12-`.
///
/// # Errors
/// It is none of them.
pub(crate) fn lines(text: &str) -> Result<RangeInclusive<usize>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let to = if to.is_empty() { Ok(usize::MAX) } else { to.parse() };
    match (from.parse(), to) {
        (Ok(from), Ok(to)) if from >= 1 && from <= to => Ok(from..=to),
        _ => Err(String::from("write a line of the output, as `12`, or several, as `12-20` or `12-`")),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_numbers_from_one() {
        assert_eq!(lines("12"), Ok(12..=12));
        assert_eq!(lines("2-5"), Ok(2..=5));
        assert_eq!(lines("3-"), Ok(3..=usize::MAX));
        for wrong in ["", "0", "5-2", "a", "-", "-1", "1-x"] {
            assert!(lines(wrong).is_err(), "{wrong}");
        }
    }
}
