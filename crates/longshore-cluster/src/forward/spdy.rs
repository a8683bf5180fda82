//! The little of SPDY/3.1 that forwarding needs: frames out of bytes and bytes out of frames.
//!
//! Headers are compressed in SPDY, with a dictionary that both sides know. Ours go as zlib's stored blocks, which is
//! valid and needs neither; those of the node say nothing (its answers to new streams are empty), so they are skipped.
//!
//! Source: <https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/>, sections 2.2 and 2.6.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// The control bit and version 3.
const CONTROL: u16 = 0x8003;
const SYN_STREAM: u16 = 1;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GO_AWAY: u16 = 7;
/// The sender's side of the stream ends with this frame.
const FIN: u8 = 1;

/// The longest frame that is taken. Nodes send 32 KiB.
const LONGEST: usize = 4 << 20;

/// A frame, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Bytes of a stream; whether they are its last.
    Data { stream: u32, last: bool, bytes: Bytes },
    /// A stream was given up.
    Reset { stream: u32 },
    /// A question whether we are there.
    Ping { id: u32 },
    /// The session ends.
    GoAway,
    /// Settings, windows, answers to new streams.
    Other,
}

impl Frame {
    /// Takes the first frame out of the buffer; `None` if it has not come whole.
    pub(super) fn read(buffer: &mut BytesMut) -> Result<Option<Self>, String> {
        let Some(head) = buffer.get(..8) else { return Ok(None) };
        let (first, second) = (u32_of(head), u32_of(&head[4..]));
        let (flags, length) = ((second >> 24) as u8, (second & 0x00ff_ffff) as usize);
        if length > LONGEST {
            return Err(format!("a frame of {length} bytes is longer than {LONGEST}"));
        }
        if buffer.len() < 8 + length {
            buffer.reserve(8 + length - buffer.len());
            return Ok(None);
        }
        buffer.advance(8);
        let body = buffer.split_to(length).freeze();
        if first >> 31 == 0 {
            return Ok(Some(Self::Data { stream: first, last: flags & FIN != 0, bytes: body }));
        }
        let stream = body.get(..4).map(|bytes| u32_of(bytes) & 0x7fff_ffff);
        Ok(Some(match (first as u16, stream) {
            (RST_STREAM, Some(stream)) => Self::Reset { stream },
            (PING, Some(id)) => Self::Ping { id },
            (GO_AWAY, _) => Self::GoAway,
            _ => Self::Other,
        }))
    }
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// A frame with bytes of a stream.
pub(super) fn data(stream: u32, last: bool, bytes: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(8 + bytes.len());
    frame.put_u32(stream);
    frame.put_u32(u32::from(if last { FIN } else { 0 }) << 24 | bytes.len() as u32);
    frame.extend_from_slice(bytes);
    frame.freeze()
}

/// A question, or the answer to it, which is the same.
pub(super) fn ping(id: u32) -> Bytes {
    let mut frame = BytesMut::with_capacity(12);
    control(&mut frame, PING, 4);
    frame.put_u32(id);
    frame.freeze()
}

fn control(frame: &mut BytesMut, kind: u16, length: usize) {
    frame.put_u16(CONTROL);
    frame.put_u16(kind);
    frame.put_u32(length as u32);
}

/// What opens streams. The headers of all of them are one compressed text.
#[derive(Debug, Default)]
pub(super) struct Opening {
    begun: bool,
}

impl Opening {
    /// The frame that opens a stream. Names are in small letters.
    pub(super) fn stream(&mut self, id: u32, headers: &[(&str, &str)]) -> BytesMut {
        let mut block = BytesMut::new();
        block.put_u32(headers.len() as u32);
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            block.put_u32(text.len() as u32);
            block.extend_from_slice(text.as_bytes());
        }
        let block = self.stored(&block);
        let mut frame = BytesMut::with_capacity(18 + block.len());
        control(&mut frame, SYN_STREAM, 10 + block.len());
        frame.put_u32(id);
        // No stream that it belongs to, the highest priority, no credentials.
        frame.put_u32(0);
        frame.put_u16(0);
        frame.extend_from_slice(&block);
        frame
    }

    /// The text as a stored block of deflate, and an empty one, after which a reader has all of it (RFC 1951, 3.2.4).
    /// Headers are far shorter than the 65,535 bytes of a block.
    fn stored(&mut self, text: &[u8]) -> BytesMut {
        let mut block = BytesMut::with_capacity(text.len() + 12);
        if !std::mem::replace(&mut self.begun, true) {
            // The head of zlib (RFC 1950): a window of 32 KiB, no dictionary.
            block.put_u16(0x7801);
        }
        let length = text.len() as u16;
        block.put_u8(0);
        block.put_u16_le(length);
        block.put_u16_le(!length);
        block.extend_from_slice(text);
        block.extend_from_slice(&[0, 0, 0, 0xff, 0xff]);
        block
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::{Frame, LONGEST, Opening, data, ping};

    #[test]
    fn frames_are_read_when_they_are_whole() {
        let mut all = BytesMut::new();
        all.extend_from_slice(&data(3, false, b"abc"));
        all.extend_from_slice(&ping(2));
        all.extend_from_slice(&data(3, true, b""));
        let mut buffer = BytesMut::new();
        let mut found = Vec::new();
        for byte in all {
            buffer.extend_from_slice(&[byte]);
            found.extend(Frame::read(&mut buffer).unwrap());
        }
        let expected = [
            Frame::Data { stream: 3, last: false, bytes: Bytes::from_static(b"abc") },
            Frame::Ping { id: 2 },
            Frame::Data { stream: 3, last: true, bytes: Bytes::new() },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_needed_is_skipped_and_what_is_too_long_refused() {
        // Settings, an answer to stream 1, a reset of stream 3, the end of the session.
        for (kind, body, expected) in [
            (4_u8, &[0_u8; 4][..], Frame::Other),
            (2, &[0, 0, 0, 1, 9, 9], Frame::Other),
            (3, &[0, 0, 0, 3, 0, 0, 0, 5], Frame::Reset { stream: 3 }),
            (7, &[0; 8], Frame::GoAway),
            (3, &[], Frame::Other),
        ] {
            let mut frame = BytesMut::from(&[0x80, 3, 0, kind, 0, 0, 0, body.len() as u8][..]);
            frame.extend_from_slice(body);
            assert_eq!(Frame::read(&mut frame).unwrap(), Some(expected));
            assert!(frame.is_empty());
        }
        let mut long = BytesMut::from(&[0, 0, 0, 3, 0, 0xff, 0xff, 0xff][..]);
        assert!(Frame::read(&mut long).unwrap_err().contains(&LONGEST.to_string()));
    }

    #[test]
    fn the_second_stream_goes_on_with_the_first_ones_text() {
        let mut opening = Opening::default();
        let one = opening.stream(1, &[("a", "b")]);
        assert_eq!(one[..18], [0x80, 3, 0, 1, 0, 0, 0, 36, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(one[18..25], [0x78, 1, 0, 14, 0, !14, 0xff]);
        let two = opening.stream(3, &[("a", "b")]);
        assert_eq!(two.len(), one.len() - 2);
    }
}
