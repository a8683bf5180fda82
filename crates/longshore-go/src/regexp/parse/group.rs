//! `(?…`: named groups, groups that are not remembered, flags.

use super::{Parser, RegexpError, RegexpFault, Step};
use crate::rune;

impl Parser<'_> {
    /// What begins with `(?`.
    pub(super) fn perl_group(&mut self) -> Step<()> {
        let start = self.rest;
        let name_at = match start {
            [_, _, b'P', b'<', _, ..] => Some(4),
            [_, _, b'<', _, ..] => Some(3),
            _ => None,
        };
        if let Some(name_at) = name_at {
            return self.named_group(name_at);
        }
        let mut flags = self.flags;
        let mut on = true;
        let mut saw_flag = false;
        self.rest = &start[2..];
        while !self.rest.is_empty() {
            match self.next_rune()? {
                'i' => (flags.fold, saw_flag) = (on, true),
                'm' => (flags.multi_line, saw_flag) = (on, true),
                's' => (flags.dot_newline, saw_flag) = (on, true),
                'U' => (flags.swap_greed, saw_flag) = (on, true),
                '-' if on => (on, saw_flag) = (false, false),
                end @ (':' | ')') if on || saw_flag => {
                    if end == ':' {
                        self.open(false);
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
        }
        let written = &start[..start.len() - self.rest.len()];
        Err(RegexpError::new(RegexpFault::PerlOp, written))
    }

    /// `(?P<name>` or `(?<name>`.
    fn named_group(&mut self, name_at: usize) -> Step<()> {
        let start = self.rest;
        let Some(end) = start.iter().position(|&byte| byte == b'>') else {
            check_utf8(start)?;
            return Err(RegexpError::new(RegexpFault::NamedCapture, start));
        };
        let name = &start[name_at.min(end)..end];
        check_utf8(name)?;
        let valid = name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if name.is_empty() || !valid {
            return Err(RegexpError::new(RegexpFault::NamedCapture, &start[..=end]));
        }
        let name = String::from_utf8_lossy(name).into_owned();
        self.open(true);
        self.names.push((self.groups, name));
        self.rest = &start[end + 1..];
        Ok(())
    }
}

/// An error that shows the text from its first bad byte on.
pub(super) fn check_utf8(text: &[u8]) -> Step<()> {
    for (at, c) in rune::iter(text) {
        if c == rune::ERROR && rune::decode(&text[at..]).1 == 1 {
            return Err(RegexpError::new(RegexpFault::Utf8, &text[at..]));
        }
    }
    Ok(())
}
