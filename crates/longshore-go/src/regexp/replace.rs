//! Replacing matches, and the templates that say by what.

use super::Regexp;
use super::find::Subject;
use crate::{rune, unicode};

impl Regexp {
    /// `Regexp.ReplaceAllString`: `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for `$`.
    ///
    /// `$1W` is the group called `1W`, which is empty if there is none.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        self.replace(text, template.contains(&b'$'), |out, subject, groups| {
            self.expand(out, template, subject, groups);
        })
    }

    /// `Regexp.ReplaceAllLiteralString`: by the text as it is.
    pub fn replace_all_literal(&self, text: &[u8], new: &[u8]) -> Vec<u8> {
        self.replace(text, false, |out, _, _| out.extend_from_slice(new))
    }

    fn replace(
        &self,
        text: &[u8],
        with_groups: bool,
        mut add: impl FnMut(&mut Vec<u8>, &Subject<'_>, &[Option<usize>]),
    ) -> Vec<u8> {
        let subject = Subject::new(text);
        let mut groups = vec![None; if with_groups { 2 * (self.groups as usize + 1) } else { 2 }];
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut last_end) = (0, 0);
        while at <= subject.text.len() {
            groups.fill(None);
            if !self.search(&subject.text, at, &mut groups) {
                break;
            }
            let (Some(start), Some(end)) = (groups[0], groups[1]) else {
                break;
            };
            out.extend_from_slice(subject.part(last_end, start));
            // Not for an empty match right after another.
            if end > last_end || start == 0 {
                add(&mut out, &subject, &groups);
            }
            last_end = end;
            let width = subject.width(at);
            at = if at + width > end {
                at + width
            } else if at + 1 > end {
                // Only at the end of the text, where the width is 0.
                at + 1
            } else {
                end
            };
        }
        out.extend_from_slice(subject.part(last_end, subject.text.len()));
        out
    }

    fn expand(
        &self,
        out: &mut Vec<u8>,
        mut template: &[u8],
        subject: &Subject<'_>,
        groups: &[Option<usize>],
    ) {
        while let Some(dollar) = template.iter().position(|&byte| byte == b'$') {
            out.extend_from_slice(&template[..dollar]);
            template = &template[dollar + 1..];
            if let Some(rest) = template.strip_prefix(b"$") {
                out.push(b'$');
                template = rest;
                continue;
            }
            let Some((name, rest)) = reference(template) else {
                out.push(b'$');
                continue;
            };
            template = rest;
            let group = |index: usize| groups.get(2 * index).copied().flatten().zip(groups[2 * index + 1]);
            let found = if let Some(index) = number(name) {
                (index <= self.groups as usize).then(|| group(index)).flatten()
            } else {
                // Of several groups with one name the first that matched.
                let mut named = self.names.iter().filter(|(_, own)| own.as_bytes() == name);
                named.find_map(|(index, _)| group(*index as usize))
            };
            if let Some((start, end)) = found {
                out.extend_from_slice(subject.part(start, end));
            }
        }
        out.extend_from_slice(template);
    }
}

/// The name after a dollar sign, perhaps in braces, and what follows; `None` if there is none.
fn reference(template: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = template.strip_prefix(b"{");
    let text = inner.unwrap_or(template);
    let is_part = |c: char| unicode::is_letter(c) || unicode::is_digit(c) || c == '_';
    let end = rune::iter(text).find(|&(_, c)| !is_part(c)).map_or(text.len(), |(at, _)| at);
    if end == 0 {
        return None;
    }
    let (name, mut rest) = text.split_at(end);
    if inner.is_some() {
        rest = rest.strip_prefix(b"}")?;
    }
    Some((name, rest))
}

/// The number that a name is, without leading zeros.
fn number(name: &[u8]) -> Option<usize> {
    if name.len() > 9 || name.len() > 1 && name[0] == b'0' || !name.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(name.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))
}
