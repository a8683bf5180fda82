//! A body as lines: how watches and logs come.

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt as _;
use kube::client::Body;

/// The longest line: an object cannot be larger than etcd's limit, managed fields and encoding included.
const LONGEST: usize = 16 << 20;

/// Lines of a body, without their ends.
pub(crate) struct Lines<B = Body> {
    body: B,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    ended: bool,
}

impl<B> Lines<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    pub(crate) fn new(body: B) -> Self {
        Self { body, buffer: BytesMut::new(), searched: 0, ended: false }
    }

    /// The next line that is not empty; `None` after the last. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, String>> {
        loop {
            if let Some(at) = self.buffer[self.searched..].iter().position(|b| *b == b'\n') {
                let line = self.buffer.split_to(self.searched + at).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                if line.is_empty() {
                    continue;
                }
                return Some(Ok(line));
            }
            self.searched = self.buffer.len();
            if self.ended {
                self.searched = 0;
                let rest = std::mem::take(&mut self.buffer).freeze();
                return (!rest.is_empty()).then_some(Ok(rest));
            }
            if self.buffer.len() > LONGEST {
                self.ended = true;
                self.buffer.clear();
                self.searched = 0;
                return Some(Err(format!("a line is longer than {LONGEST} bytes")));
            }
            match self.body.frame().await {
                None => self.ended = true,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    self.ended = true;
                    self.buffer.clear();
                    self.searched = 0;
                    return Some(Err(error.to_string()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use bytes::Bytes;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    async fn read(chunks: &'static [&'static str]) -> Vec<String> {
        let frames = chunks
            .iter()
            .map(|chunk| Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(chunk.as_bytes()))));
        let mut lines = Lines::new(StreamBody::new(stream::iter(frames)));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push(String::from_utf8(line.unwrap().to_vec()).unwrap());
        }
        all
    }

    #[tokio::test]
    async fn lines_are_cut_where_they_end_and_not_where_chunks_do() {
        assert_eq!(
            read(&["{\"a\"", ":1}\n{\"b\":2}\n\n", "\n{\"c\"", ":3}"]).await,
            ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
        );
        assert!(read(&[]).await.is_empty());
        assert!(read(&["\n\n"]).await.is_empty());
    }
}
