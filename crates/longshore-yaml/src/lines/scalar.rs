//! What may stand behind a key or a dash in one line: scalars, and flow collections of words.

use std::borrow::Cow;

use super::{Lines, NotHere, Result};
use crate::chars::is_blankz;
use crate::composer::Target;
use crate::token::ScalarStyle;
use crate::tree::RawKind;

/// Keys may have 1,024 letters.
const MAX_KEY: usize = 1000;

/// A scalar that was found in the line.
pub(super) struct Scalar {
    /// Where it begins, its quote counted.
    pub(super) at: usize,
    style: ScalarStyle,
    /// Its text, from here to there.
    from: usize,
    to: usize,
    /// What comes next in the line, spaces passed over.
    pub(super) behind: usize,
}

impl Scalar {
    /// Whether it is short enough for a key.
    pub(super) fn may_be_key(&self) -> bool {
        self.behind - self.at <= MAX_KEY
    }
}

impl<'a> Lines<'a> {
    /// A value that begins here, and nothing behind it.
    pub(super) fn value(&mut self, at: usize, end: usize, target: &mut impl Target<'a>) -> Result<()> {
        match self.bytes[at] {
            b'{' | b'[' => {
                self.expect(None);
                let behind = self.flow(at, end, self.open.len(), target)?;
                if self.is_end(self.blanks(behind, end), end)? { Ok(()) } else { Err(NotHere) }
            }
            b'|' => self.literal(at, end, target),
            _ => {
                let scalar = self.scalar(at, end)?;
                self.value_is(&scalar, end, target)
            }
        }
    }

    /// The scalar is a value, with nothing behind it.
    pub(super) fn value_is(
        &mut self,
        scalar: &Scalar,
        end: usize,
        target: &mut impl Target<'a>,
    ) -> Result<()> {
        if !self.is_end(scalar.behind, end)? {
            return Err(NotHere);
        }
        self.expect(None);
        self.add_scalar(scalar, target)
    }

    pub(super) fn add_scalar(&mut self, scalar: &Scalar, target: &mut impl Target<'a>) -> Result<()> {
        let kind = RawKind::Scalar(scalar.style, scalar.style == ScalarStyle::Plain);
        let text = Cow::Borrowed(&self.text[scalar.from..scalar.to]);
        self.add(kind, self.mark(scalar.at)?, text, target)
    }

    /// The scalar that begins here.
    pub(super) fn scalar(&self, at: usize, end: usize) -> Result<Scalar> {
        match self.bytes[at] {
            quote @ (b'"' | b'\'') => self.quoted(at, end, quote),
            _ => self.plain(at, end),
        }
    }

    /// A text in quotes that means what stands there.
    fn quoted(&self, at: usize, end: usize, quote: u8) -> Result<Scalar> {
        let from = at + 1;
        let to = from + memchr::memchr(quote, &self.bytes[from..end]).ok_or(NotHere)?;
        let is_odd = match quote {
            b'"' => memchr::memchr(b'\\', &self.bytes[from..to]).is_some(),
            _ => self.bytes.get(to + 1) == Some(&quote),
        };
        if is_odd {
            return Err(NotHere);
        }
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        Ok(Scalar { at, style, from, to, behind: self.blanks(to + 1, end) })
    }

    /// A plain text, which ends before a comment or the colon behind a key.
    fn plain(&self, at: usize, end: usize) -> Result<Scalar> {
        let fits = match self.bytes[at] {
            b'-' => !is_blankz(self.bytes, at + 1),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
            | b'%' | b'@' | b'`' => false,
            _ => true,
        };
        let (mut i, mut to) = (at, at);
        while i < end && fits {
            match self.bytes[i] {
                b'\t' => return Err(NotHere),
                b' ' if self.bytes[i + 1..end].first() == Some(&b'#') => {
                    i += 1;
                    break;
                }
                b' ' => i += 1,
                b':' if is_blankz(self.bytes, i + 1) => break,
                _ => {
                    i += 1;
                    to = i;
                }
            }
        }
        if to == at {
            return Err(NotHere);
        }
        Ok(Scalar { at, style: ScalarStyle::Plain, from: at, to, behind: i })
    }

    /// A flow collection of words and texts in quotes, within `depth` others: where it ends.
    fn flow(&mut self, at: usize, end: usize, depth: usize, target: &mut impl Target<'a>) -> Result<usize> {
        if depth >= self.depth {
            return Err(NotHere);
        }
        let (flow, is_mapping) = (true, self.bytes[at] == b'{');
        let (kind, last) =
            if is_mapping { (RawKind::Mapping { flow }, b'}') } else { (RawKind::Sequence { flow }, b']') };
        self.add(kind, self.mark(at)?, Cow::Borrowed(""), target)?;
        let mut i = self.blanks(at + 1, end);
        let mut is_first = true;
        while i < end {
            if is_first && self.bytes[i] == last {
                target.close(None);
                return Ok(i + 1);
            }
            is_first = false;
            if is_mapping {
                let key = self.word(i, end)?;
                if !key.may_be_key() || self.bytes[key.behind..end].first_chunk() != Some(b": ") {
                    return Err(NotHere);
                }
                self.add_scalar(&key, target)?;
                i = self.blanks(key.behind + 1, end);
            }
            i = if let Some(b'{' | b'[') = self.bytes[i..end].first() {
                self.flow(i, end, depth + 1, target)?
            } else {
                let word = self.word(i, end)?;
                self.add_scalar(&word, target)?;
                word.behind
            };
            i = self.blanks(i, end);
            match self.bytes[i..end].first() {
                Some(b',') => i = self.blanks(i + 1, end),
                Some(byte) if *byte == last => {
                    target.close(None);
                    return Ok(i + 1);
                }
                _ => return Err(NotHere),
            }
        }
        Err(NotHere)
    }

    /// A word of a flow collection: in quotes, or of letters that mean nothing else there.
    fn word(&self, at: usize, end: usize) -> Result<Scalar> {
        if let Some(quote @ (b'"' | b'\'')) = self.bytes[at..end].first().copied() {
            let mut scalar = self.quoted(at, end, quote)?;
            scalar.behind = scalar.to + 1;
            return Ok(scalar);
        }
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'-');
        let to = at + self.bytes[at..end].iter().take_while(|byte| is_plain(byte)).count();
        if to == at || self.bytes[at] == b'-' {
            return Err(NotHere);
        }
        Ok(Scalar { at, style: ScalarStyle::Plain, from: at, to, behind: to })
    }
}
