//! Directives, anchors, aliases and tags.

use super::Scanner;
use crate::chars::{self, ALPHA, URI, at, is_blank, is_blankz, is_breakz, width};
use crate::error::{Error, Mark};
use crate::token::{Piece, TagToken, TokenKind};

impl<'a> Scanner<'a> {
    pub(super) fn scan_directive(&mut self) -> Result<(), Error> {
        let start = self.mark();
        self.skip(1);
        let name = self.take_alpha();
        self.need(1)?;
        if name.is_empty() {
            return Err(self.fail(start, "could not find expected directive name"));
        }
        if !is_blankz(self.bytes, self.pos) {
            return Err(self.fail(start, "found unexpected non-alphabetical character"));
        }
        let mut tag = None;
        let kind = match name {
            "YAML" => {
                self.skip_blanks()?;
                let major = self.version_number(start)?;
                if self.look(0) != b'.' {
                    return Err(self.fail(start, "did not find expected digit or '.' character"));
                }
                self.skip(1);
                match (major, self.version_number(start)?) {
                    (1, 1) => TokenKind::VersionDirective,
                    _ => TokenKind::OtherVersionDirective,
                }
            }
            "TAG" => {
                self.skip_blanks()?;
                let handle = self.tag_handle(true, start)?;
                if !is_blank(self.bytes, self.pos) {
                    return Err(self.fail(start, "did not find expected whitespace"));
                }
                self.skip_blanks()?;
                let suffix = self.tag_uri("", start)?;
                if !is_blankz(self.bytes, self.pos) {
                    return Err(self.fail(start, "did not find expected whitespace or line break"));
                }
                tag = Some(Box::new(TagToken { handle, suffix }));
                TokenKind::TagDirective
            }
            _ => return Err(self.fail(start, "found unknown directive name")),
        };
        self.skip_blanks()?;
        if self.look(0) == b'#' {
            self.advance_to(self.line_end(self.pos));
        }
        if !is_breakz(self.bytes, self.pos) {
            return Err(self.fail(start, "did not find expected comment or line break"));
        }
        self.take_break();
        self.tokens.push_tag(kind, start, tag);
        Ok(())
    }

    fn version_number(&mut self, start: Mark) -> Result<u8, Error> {
        let mut value = 0;
        let mut length = 0;
        while self.look(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return Err(self.fail(start, "found extremely long version number"));
            }
            value = value * 10 + (self.look(0) - b'0');
            self.skip(1);
        }
        self.need(1)?;
        if length == 0 {
            return Err(self.fail(start, "did not find expected version number"));
        }
        Ok(value)
    }

    pub(super) fn scan_anchor(&mut self) -> Result<(), Error> {
        let start = self.mark();
        let alias = self.look(0) == b'*';
        self.skip(1);
        let from = self.pos;
        let name = self.take_alpha();
        self.need(1)?;
        let ends_here = is_blankz(self.bytes, self.pos)
            || matches!(self.look(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends_here {
            return Err(self.fail(start, "did not find expected alphabetic or numeric character"));
        }
        let kind = if alias { TokenKind::Alias } else { TokenKind::Anchor };
        self.tokens.push_text(kind, start, Piece::new(from, from + name.len()));
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<(), Error> {
        let start = self.mark();
        let mut handle;
        let mut suffix;
        if self.look(1) == b'<' {
            self.skip(2);
            handle = String::new();
            suffix = self.tag_uri("", start)?;
            if self.look(0) != b'>' {
                return Err(self.fail(start, "did not find the expected '>'"));
            }
            self.skip(1);
        } else {
            handle = self.tag_handle(false, start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                suffix = self.tag_uri("", start)?;
            } else {
                suffix = self.tag_uri(&handle, start)?;
                handle = String::from("!");
                // The tag `!` alone: no handle, and `!` for a suffix.
                if suffix.is_empty() {
                    std::mem::swap(&mut handle, &mut suffix);
                }
            }
        }
        self.need(1)?;
        if !is_blankz(self.bytes, self.pos) {
            return Err(self.fail(start, "did not find expected whitespace or line break"));
        }
        let tag = Some(Box::new(TagToken { handle, suffix }));
        self.tokens.push_tag(TokenKind::Tag, start, tag);
        Ok(())
    }

    fn tag_handle(&mut self, directive: bool, start: Mark) -> Result<String, Error> {
        if self.look(0) != b'!' {
            return Err(self.fail(start, "did not find expected '!'"));
        }
        self.skip(1);
        let name = self.take_alpha();
        self.need(1)?;
        let mut handle = format!("!{name}");
        if self.look(0) == b'!' {
            self.skip(1);
            handle.push('!');
        } else if directive && handle != "!" {
            return Err(self.fail(start, "did not find expected '!'"));
        }
        Ok(handle)
    }

    /// The rest of a tag; `head` is what was first taken for a handle.
    fn tag_uri(&mut self, head: &str, start: Mark) -> Result<String, Error> {
        let mut uri = head.as_bytes().get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        while chars::class(self.look(0)) & (ALPHA | URI) != 0 {
            if self.look(0) == b'%' {
                self.uri_escape(start, &mut uri)?;
            } else {
                uri.push(self.look(0));
                self.skip(1);
            }
            found = true;
        }
        self.need(1)?;
        if !found {
            return Err(self.fail(start, "did not find expected tag URI"));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character written as `%XX` octets.
    fn uri_escape(&mut self, start: Mark, uri: &mut Vec<u8>) -> Result<(), Error> {
        let mut left = None;
        while left != Some(0) {
            self.need(3)?;
            let hex = |i| char::from(at(self.bytes, self.pos + i)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.look(0), hex(1), hex(2)) else {
                return Err(self.fail(start, "did not find URI escaped octet"));
            };
            let octet = (high << 4 | low) as u8;
            let rest = match left {
                None if matches!(octet, 0x80..=0xBF | 0xF8..) => {
                    return Err(self.fail(start, "found an incorrect leading UTF-8 octet"));
                }
                None => width(octet),
                Some(_) if octet & 0xC0 != 0x80 => {
                    return Err(self.fail(start, "found an incorrect trailing UTF-8 octet"));
                }
                Some(n) => n,
            };
            uri.push(octet);
            self.skip(3);
            left = Some(rest - 1);
        }
        Ok(())
    }

    fn take_alpha(&mut self) -> &'a str {
        let from = self.pos;
        let mut i = from;
        while chars::class(at(self.bytes, i)) & ALPHA != 0 {
            i += 1;
        }
        self.pos = i;
        &self.text[from..i]
    }

    fn skip_blanks(&mut self) -> Result<(), Error> {
        while is_blank(self.bytes, self.pos) {
            self.skip(1);
        }
        self.need(1)
    }
}
