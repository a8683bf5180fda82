//! What begins with a backslash.

use super::{Kind, Look, Parser, RegexpError, RegexpFault, Step};
use crate::rune;

impl Parser<'_> {
    /// An escape outside of classes.
    pub(super) fn backslash(&mut self) -> Step<()> {
        let start = self.rest;
        match start.get(1) {
            Some(b'A') => self.look(2, Look::BeginText),
            Some(b'z') => self.look(2, Look::EndText),
            Some(b'b') => self.look(2, Look::WordBoundary),
            Some(b'B') => self.look(2, Look::NoWordBoundary),
            Some(b'C') => Err(RegexpError::new(RegexpFault::Escape, &start[..2])),
            Some(b'Q') => self.quotation(),
            _ => {
                if let Some(set) = self.escaped_class()? {
                    return self.push(Kind::Class(set));
                }
                let code = self.escaped()?;
                self.literal(code)
            }
        }
    }

    /// `\Q…\E`: literals.
    fn quotation(&mut self) -> Step<()> {
        let text = &self.rest[2..];
        let (mut quoted, after): (&[u8], &[u8]) = match crate::strings::find(text, br"\E") {
            Some(end) => (&text[..end], &text[end + 2..]),
            None => (text, b""),
        };
        while !quoted.is_empty() {
            let (c, size) = rune::decode(quoted);
            if c == rune::ERROR && size == 1 {
                return Err(RegexpError::new(RegexpFault::Utf8, quoted));
            }
            self.literal(c as u32)?;
            quoted = &quoted[size..];
        }
        self.rest = after;
        Ok(())
    }

    /// An escape that stands for one character, in a class or outside.
    pub(super) fn escaped(&mut self) -> Step<u32> {
        let start = self.rest;
        self.rest = &start[1..];
        if self.rest.is_empty() {
            return Err(RegexpError::new(RegexpFault::Backslash, b""));
        }
        let code = match self.next_rune()? {
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            'x' => self.hexadecimal()?,
            '0' => Some(self.octal(0)),
            // A single digit would refer back to a group, which linear time does not allow.
            digit @ '1'..='7' => match self.rest.first() {
                Some(b'0'..=b'7') => Some(self.octal(digit as u32 - '0' as u32)),
                _ => None,
            },
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c as u32),
            _ => None,
        };
        code.ok_or_else(|| RegexpError::new(RegexpFault::Escape, &start[..start.len() - self.rest.len()]))
    }

    /// Up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            let Some((digit @ b'0'..=b'7', rest)) = self.rest.split_first() else {
                break;
            };
            code = code * 8 + u32::from(digit - b'0');
            self.rest = rest;
        }
        code
    }

    /// `\x41` or `\x{1F600}` after the `x`; `None` if it is neither.
    fn hexadecimal(&mut self) -> Step<Option<u32>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let first = self.next_rune()?;
        if first != '{' {
            let second = self.next_rune()?;
            let both = first.to_digit(16).zip(second.to_digit(16));
            return Ok(both.map(|(first, second)| first * 16 + second));
        }
        let mut code = None;
        while !self.rest.is_empty() {
            let c = self.next_rune()?;
            if c == '}' {
                return Ok(code);
            }
            let next = c.to_digit(16).map(|digit| code.unwrap_or(0) * 16 + digit);
            code = match next {
                Some(next) if next <= 0x10_FFFF => Some(next),
                _ => return Ok(None),
            };
        }
        Ok(None)
    }
}
