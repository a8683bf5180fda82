//! A log as lines with their times, as the node's daemon writes them: `2026-11-22T01:02:03.123456789Z text`.
//!
//! Lines come in batches: all that are there when at least one is. That is what keeps a thousand lines a second cheap,
//! and a batch is bounded by what one frame of the connection holds.

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use kube::client::Body;

/// The longest line. A longer one comes in pieces, so that a container that never ends its line takes no memory.
const LONGEST: usize = 256 << 10;

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written, in nanoseconds since 1970 by the node's clock; `None` for what the node's daemon says
    /// itself in the place of a log.
    pub at: Option<i64>,
    /// That time as it was sent.
    pub stamp: Bytes,
    /// The text without the line's end; bytes as the container wrote them.
    pub text: Bytes,
    /// Whether it goes on a line that was too long to come as one.
    pub continued: bool,
}

/// The lines of a container's log.
#[derive(Debug)]
pub struct LogLines<B = Body> {
    body: B,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    /// The time of the line that is being read in pieces.
    open: Option<(Option<i64>, Bytes)>,
}

impl<B> LogLines<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    pub(super) fn new(body: B) -> Self {
        Self { body, buffer: BytesMut::new(), searched: 0, open: None }
    }

    /// Adds all lines that have come to `batch`, at least one; `false` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The connection broke. What was cut off by that is no line, and is not told.
    pub async fn read(&mut self, batch: &mut Vec<LogLine>) -> Result<bool, String> {
        loop {
            if self.split(batch) {
                return Ok(true);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Err(error.to_string()),
                // What a container wrote last may have no line end.
                None if !self.buffer.is_empty() => {
                    let rest = std::mem::take(&mut self.buffer).freeze();
                    self.searched = 0;
                    batch.push(self.line(rest, true));
                    return Ok(true);
                }
                None => return Ok(false),
            }
        }
    }

    /// Moves whole lines out of the buffer; whether there were any.
    fn split(&mut self, batch: &mut Vec<LogLine>) -> bool {
        let before = batch.len();
        while let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
            let line = self.buffer.split_to(self.searched + at).freeze();
            self.buffer.advance(1);
            self.searched = 0;
            let line = self.line(line, true);
            batch.push(line);
        }
        self.searched = self.buffer.len();
        while self.buffer.len() > LONGEST {
            let piece = self.buffer.split_to(LONGEST).freeze();
            self.searched = self.buffer.len();
            let line = self.line(piece, false);
            batch.push(line);
        }
        batch.len() > before
    }

    fn line(&mut self, bytes: Bytes, ends: bool) -> LogLine {
        let continued = self.open.is_some();
        let (at, stamp, text) = match self.open.take() {
            Some((at, stamp)) => (at, stamp, bytes),
            None => stamped(bytes),
        };
        if !ends {
            self.open = Some((at, stamp.clone()));
        }
        LogLine { at, stamp, text, continued }
    }
}

/// Time and text of a line.
fn stamped(line: Bytes) -> (Option<i64>, Bytes, Bytes) {
    // An empty line is its time and perhaps a space.
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let at = std::str::from_utf8(&line[..end]).ok().and_then(|stamp| stamp.parse::<Timestamp>().ok());
    match at.and_then(|at| i64::try_from(at.as_nanosecond()).ok()) {
        Some(at) => (Some(at), line.slice(..end), line.slice((end + 1).min(line.len())..)),
        None => (None, Bytes::new(), line),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::{LONGEST, LogLine, LogLines};

    async fn read(chunks: Vec<Vec<u8>>) -> Vec<LogLine> {
        let frames = chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(Frame::data(Bytes::from(chunk))));
        let mut lines = LogLines::new(StreamBody::new(stream::iter(frames)));
        let mut all = Vec::new();
        while lines.read(&mut all).await.unwrap() {}
        all
    }

    fn chunks(texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }

    #[tokio::test]
    async fn a_line_is_its_time_and_its_text() {
        let lines = read(chunks(&[
            "1970-01-01T00:00:01.5Z on",
            "e\n1970-01-01T00:00:02Z \n1970-01-01T02:00:03+02:00 a b\nunable to retr",
            "ieve\n1970-01-01T00:00:04Z no end",
        ]))
        .await;
        let told: Vec<_> =
            lines.iter().map(|line| (line.at, std::str::from_utf8(&line.text).unwrap())).collect();
        assert_eq!(
            told,
            [
                (Some(1_500_000_000), "one"),
                (Some(2_000_000_000), ""),
                (Some(3_000_000_000), "a b"),
                (None, "unable to retrieve"),
                (Some(4_000_000_000), "no end"),
            ]
        );
    }

    #[tokio::test]
    async fn a_line_without_end_comes_in_pieces_of_one_time() {
        let mut first = b"1970-01-01T00:00:01Z ".to_vec();
        first.resize(LONGEST, b'x');
        let lines = read(vec![first, vec![b'y'; LONGEST], b"z\n1970-01-01T00:00:02Z next\n".to_vec()]).await;
        let shape: Vec<_> = lines.iter().map(|line| (line.at, line.text.len(), line.continued)).collect();
        assert_eq!(
            shape,
            [
                (Some(1_000_000_000), LONGEST - 21, false),
                // Its end came with the next frame.
                (Some(1_000_000_000), LONGEST + 1, true),
                (Some(2_000_000_000), 4, false),
            ]
        );
    }
}
