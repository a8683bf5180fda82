//! The action of a template that a place is in, and the blocks around it, read off the text.

use longshore_chart::Action;
use longshore_diag::Place;

/// An action, and the `if`, `with` and `range` that are open there, the innermost first.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) action: Option<Action>,
    pub(super) open: Vec<Action>,
}

impl Blocks {
    /// What is around a place in a template.
    pub(super) fn around(text: &str, place: &Place) -> Self {
        let mut open: Vec<Action> = Vec::new();
        let mut found = None;
        for action in all(text, &place.file) {
            if (action.place.line, action.place.column) > (place.line, place.column) {
                break;
            }
            follow(&mut open, &action);
            found = Some(action);
        }
        // A block that begins at the place is not around it.
        if open.last() == found.as_ref() {
            open.pop();
        }
        open.retain(|action| !is_definition(&action.text));
        open.reverse();
        Self { action: found, open }
    }

    /// The blocks that are open where the text ends: what they are, and their lines.
    pub(super) fn left_open(text: &str) -> Vec<(String, u32)> {
        let mut open: Vec<Action> = Vec::new();
        for action in all(text, "") {
            follow(&mut open, &action);
        }
        open.into_iter().map(|action| (action.text, action.place.line)).collect()
    }
}

/// The fields of dot that an action names, without the first dot, `.Values` left out.
pub(super) fn fields(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | ','));
    let fields = words.filter_map(|word| word.strip_prefix('.'));
    fields.filter(|field| field.starts_with(char::is_alphabetic) && !field.starts_with("Values."))
}

/// Opens and closes blocks as an action does.
fn follow(open: &mut Vec<Action>, action: &Action) {
    match action.text.split_whitespace().next() {
        Some("if" | "with" | "range" | "define" | "block") => open.push(action.clone()),
        Some("end") => {
            open.pop();
        }
        _ => {}
    }
}

fn is_definition(text: &str) -> bool {
    text.starts_with("define") || text.starts_with("block")
}

/// All actions of a template but for comments, each where it begins behind its delimiter.
fn all<'t>(text: &'t str, file: &'t str) -> impl Iterator<Item = Action> + 't {
    let mut at = 0;
    let (mut line, mut line_start, mut counted) = (1, 0, 0);
    std::iter::from_fn(move || {
        loop {
            let open = at + text[at..].find("{{")? + 2;
            let inside = &text[open..];
            let end = end(inside);
            at = open + (end + 2).min(inside.len());
            let body = inside[..end].strip_prefix('-').unwrap_or(&inside[..end]);
            let body = body.strip_suffix('-').unwrap_or(body).trim();
            if body.starts_with("/*") {
                continue;
            }
            let begin = open + inside.find(body).unwrap_or_default();
            for (newline, _) in text[counted..begin].match_indices('\n') {
                line += 1;
                line_start = counted + newline + 1;
            }
            counted = begin;
            let column = text[line_start..begin].chars().count() as u32 + 1;
            return Some(Action { text: body.to_owned(), place: Place::new(file, line, column) });
        }
    })
}

/// Where an action ends: at `}}` outside of strings and comments.
fn end(inside: &str) -> usize {
    let bytes = inside.as_bytes();
    if inside.trim_start_matches(['-', ' ', '\n', '\t']).starts_with("/*") {
        let close = inside.find("*/").map_or(inside.len(), |at| at + 2);
        return inside[close..].find("}}").map_or(inside.len(), |at| close + at);
    }
    let (mut quote, mut at) = (None, 0);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'`')) => quote = Some(byte),
            (None, b'}') if bytes[at..].starts_with(b"}}") => return at,
            _ => {}
        }
        at += 1;
    }
    inside.len()
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;

    use super::Blocks;

    #[test]
    fn the_action_and_its_blocks_are_found() {
        let text = "{{- define \"x\" -}}\n{{/* {{ if no }} */}}\n{{ if .Values.a }}{{ end }}\n{{ with .Values.b }}\n  é: {{ .c | quote \"}}\" }}\n";
        let blocks = Blocks::around(text, &Place::new("f", 5, 9));
        assert_eq!(blocks.action.map(|action| action.text).as_deref(), Some(".c | quote \"}}\""));
        let open: Vec<_> = blocks.open.into_iter().map(|action| (action.text, action.place.line)).collect();
        assert_eq!(open, [(String::from("with .Values.b"), 4)]);
        let left: Vec<_> = Blocks::left_open(text).into_iter().map(|(_, line)| line).collect();
        assert_eq!(left, [1, 4]);
        let at_block = Blocks::around(text, &Place::new("f", 4, 9));
        assert!(at_block.open.is_empty() && at_block.action.is_some());
        Blocks::around("{{ é", &Place::new("f", 1, 5));
        Blocks::around("{{-", &Place::new("f", 1, 9));
    }
}
