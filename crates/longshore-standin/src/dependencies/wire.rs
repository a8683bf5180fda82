//! Numbers and texts as Kafka and AMQP put them on the wire (big-endian, a length before each text), and what comes
//! back, with an end that is looked for before each step.
//!
//! Both are asked for so little that their clients, with executors and mechanisms of their own, would be most of the
//! program.

use anyhow::{Context as _, Result};
use bytes::{Buf as _, BufMut as _, Bytes};

/// What comes from a server is at most this long.
pub(super) const LONGEST: u32 = 4 << 20;

/// Reads what a server sent.
pub(super) struct Reader(pub(super) Bytes);

impl Reader {
    pub(super) fn u8(&mut self) -> Result<u8> {
        self.0.try_get_u8().context("the answer is too short")
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.0.try_get_u16().context("the answer is too short")
    }

    pub(super) fn i16(&mut self) -> Result<i16> {
        self.0.try_get_i16().context("the answer is too short")
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.0.try_get_u32().context("the answer is too short")
    }

    pub(super) fn i32(&mut self) -> Result<i32> {
        self.0.try_get_i32().context("the answer is too short")
    }

    pub(super) fn take(&mut self, length: usize) -> Result<Bytes> {
        anyhow::ensure!(length <= self.0.len(), "the answer is too short");
        Ok(self.0.split_to(length))
    }

    pub(super) fn text(&mut self, length: usize) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.take(length)?).into_owned())
    }
}

/// A text with its length in one byte.
pub(super) fn put_short(to: &mut Vec<u8>, text: &str) -> Result<()> {
    to.put_u8(text.len().try_into().context("more than 255 bytes for a short text")?);
    to.put_slice(text.as_bytes());
    Ok(())
}

/// A text with its length in two bytes.
pub(super) fn put_text(to: &mut Vec<u8>, text: &str) -> Result<()> {
    to.put_i16(text.len().try_into().context("a text is too long")?);
    to.put_slice(text.as_bytes());
    Ok(())
}

/// Bytes with their length in four bytes.
pub(super) fn put_long(to: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    to.put_u32(bytes.len().try_into().context("too many bytes")?);
    to.put_slice(bytes);
    Ok(())
}
