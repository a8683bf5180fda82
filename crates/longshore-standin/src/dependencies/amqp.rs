//! RabbitMQ: an AMQP 0-9-1 connection that is opened on the virtual host as the user, and closed again.
//!
//! Five methods of the protocol (<https://www.rabbitmq.com/amqp-0-9-1-reference.html>, class Connection). The server
//! looks at the password before it sends `tune`, and at the right to use the virtual host before it sends `open-ok`.

use std::borrow::Cow;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::BufMut as _;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::wire::{LONGEST, Reader, put_long, put_short};

const CONNECTION: u16 = 10;
const START: u16 = 10;
const START_OK: u16 = 11;
const TUNE: u16 = 30;
const TUNE_OK: u16 = 31;
const OPEN: u16 = 40;
const OPEN_OK: u16 = 41;
const CLOSE: u16 = 50;
const CLOSE_OK: u16 = 51;

const METHOD: u8 = 1;
const FRAME_END: u8 = 0xCE;

/// Opens a connection and closes it.
pub(super) async fn ask(url: &str) -> Result<String> {
    // What is wrong with a URL may quote it.
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "amqp");
    let url = url.context("it is not an amqp:// URL")?;
    let host = url.host_str().context("the URL names no host")?;
    let user = match url.username() {
        "" => Cow::Borrowed("guest"),
        user => percent_decode_str(user).decode_utf8()?,
    };
    let password = percent_decode_str(url.password().unwrap_or("guest")).decode_utf8()?;
    let vhost = match url.path().strip_prefix('/') {
        None | Some("") => Cow::Borrowed("/"),
        Some(vhost) => percent_decode_str(vhost).decode_utf8()?,
    };
    let stream = TcpStream::connect((host, url.port().unwrap_or(5672))).await?;
    let mut server = Server { stream };
    server.stream.write_all(b"AMQP\0\0\x09\x01").await?;
    let product = product(server.expect(START).await?)?;

    let mut start = Vec::new();
    put_long(&mut start, &client_properties()?)?;
    put_short(&mut start, "PLAIN")?;
    put_long(&mut start, format!("\0{user}\0{password}").as_bytes())?;
    put_short(&mut start, "en_US")?;
    server.send(START_OK, &start).await?;
    let mut tune = server.expect(TUNE).await.with_context(|| format!("{user} is not let in"))?;
    let (channels, frame) = (tune.u16()?, tune.u32()?);
    let mut tuned = Vec::new();
    tuned.put_u16(channels);
    tuned.put_u32(frame);
    // No heartbeats: it is over in a moment.
    tuned.put_u16(0);
    server.send(TUNE_OK, &tuned).await?;
    let mut open = Vec::new();
    put_short(&mut open, &vhost)?;
    open.put_slice(&[0, 0]);
    server.send(OPEN, &open).await?;
    server.expect(OPEN_OK).await.with_context(|| format!("the virtual host {vhost} is not opened"))?;
    let mut close = Vec::new();
    close.put_u16(200);
    put_short(&mut close, "")?;
    close.put_u32(0);
    server.send(CLOSE, &close).await?;
    server.expect(CLOSE_OK).await?;
    Ok(format!("{product}, user {user}, virtual host {vhost}"))
}

struct Server {
    stream: TcpStream,
}

impl Server {
    async fn send(&mut self, method: u16, arguments: &[u8]) -> Result<()> {
        let mut payload = Vec::new();
        payload.put_u16(CONNECTION);
        payload.put_u16(method);
        payload.put_slice(arguments);
        let mut frame = vec![METHOD, 0, 0];
        put_long(&mut frame, &payload)?;
        frame.push(FRAME_END);
        Ok(self.stream.write_all(&frame).await?)
    }

    /// The arguments of the method that must come now.
    async fn expect(&mut self, expected: u16) -> Result<Reader> {
        let kind = self.stream.read_u8().await.context("the server closed the connection")?;
        // It answers a version that it does not speak by one that it does.
        ensure!(kind == METHOD, "the server does not speak AMQP 0-9-1");
        let _channel = self.stream.read_u16().await?;
        let length = self.stream.read_u32().await?;
        ensure!(length <= LONGEST, "a frame of {length} bytes");
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).await?;
        ensure!(self.stream.read_u8().await? == FRAME_END, "a frame without an end");
        let mut payload = Reader(payload.into());
        let (class, method) = (payload.u16()?, payload.u16()?);
        if (class, method) == (CONNECTION, CLOSE) {
            let code = payload.u16()?;
            let length = payload.u8()?;
            bail!("{} (code {code})", payload.text(length.into())?);
        }
        ensure!((class, method) == (CONNECTION, expected), "an unexpected method {class}.{method}");
        Ok(payload)
    }
}

/// What we are: one who wants to be told why he is not let in.
fn client_properties() -> Result<Vec<u8>> {
    let mut capabilities = Vec::new();
    put_short(&mut capabilities, "authentication_failure_close")?;
    capabilities.put_slice(b"t\x01");
    let mut properties = Vec::new();
    put_short(&mut properties, "product")?;
    properties.push(b'S');
    put_long(&mut properties, b"standin")?;
    put_short(&mut properties, "capabilities")?;
    properties.push(b'F');
    put_long(&mut properties, &capabilities)?;
    Ok(properties)
}

/// Product and version, from the table in the server's first words.
fn product(mut start: Reader) -> Result<String> {
    let _version = start.u16()?;
    let length = start.u32()?;
    let mut table = Reader(start.take(length as usize)?);
    let (mut product, mut version) = ("AMQP".to_owned(), String::new());
    while !table.0.is_empty() {
        let length = table.u8()?;
        let name = table.text(length.into())?;
        match table.u8()? {
            b't' => _ = table.u8()?,
            b'S' | b'F' => {
                let length = table.u32()?;
                let value = table.text(length as usize)?;
                match name.as_str() {
                    "product" => product = value,
                    "version" => version = format!(" {value}"),
                    _ => {}
                }
            }
            // Nobody sends others here; what is known is enough.
            _ => break,
        }
    }
    Ok(product + &version)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn method(method: u16, arguments: &[u8]) -> Vec<u8> {
        let mut frame = vec![METHOD, 0, 0];
        frame.put_u32(arguments.len() as u32 + 4);
        frame.put_u16(CONNECTION);
        frame.put_u16(method);
        frame.put_slice(arguments);
        frame.push(FRAME_END);
        frame
    }

    fn start() -> Vec<u8> {
        let mut table = Vec::new();
        for (name, value) in [("product", "RabbitMQ"), ("version", "3.10.8")] {
            put_short(&mut table, name).unwrap();
            table.push(b'S');
            put_long(&mut table, value.as_bytes()).unwrap();
        }
        let mut arguments = vec![0, 9];
        put_long(&mut arguments, &table).unwrap();
        put_long(&mut arguments, b"PLAIN").unwrap();
        put_long(&mut arguments, b"en_US").unwrap();
        method(START, &arguments)
    }

    /// A server that gives these answers to what it is sent, one after the other; and what it was sent.
    async fn server(answers: Vec<Vec<u8>>) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = vec![0; 8];
            stream.read_exact(&mut heard).await.unwrap();
            for answer in answers {
                stream.write_all(&answer).await.unwrap();
                let mut part = vec![0; 4096];
                let length = stream.read(&mut part).await.unwrap();
                heard.extend(&part[..length]);
            }
            heard
        });
        (address, task)
    }

    #[tokio::test]
    async fn a_connection_is_opened_as_the_user_and_closed() {
        let answers = vec![
            start(),
            method(TUNE, &[0, 10, 0, 2, 0, 0, 0, 60]),
            method(OPEN_OK, &[0]),
            method(CLOSE_OK, &[]),
        ];
        let (address, task) = server(answers).await;
        let told = ask(&format!("amqp://b2:p%40ss@{address}/orders%2Feu")).await.unwrap();
        assert_eq!(told, "RabbitMQ 3.10.8, user b2, virtual host orders/eu");
        let heard = task.await.unwrap();
        assert!(heard.windows(8).any(|part| part == b"\0b2\0p@ss"), "{heard:?}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let mut refused = 403u16.to_be_bytes().to_vec();
        put_short(&mut refused, "ACCESS_REFUSED - Login was refused").unwrap();
        refused.put_u32(0);
        let (address, _task) = server(vec![start(), method(CLOSE, &refused)]).await;
        let error = format!("{:#}", ask(&format!("amqp://b2:hunter2@{address}")).await.unwrap_err());
        assert_eq!(error, "b2 is not let in: ACCESS_REFUSED - Login was refused (code 403)");
    }
}
