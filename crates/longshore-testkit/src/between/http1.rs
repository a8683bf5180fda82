//! Just enough HTTP/1.1 of a server's side: requests one after the other with a length, answers in pieces.

use anyhow::{Context as _, Result, bail};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{Deal, Request, Shared};

/// The longest body of a request; the API server takes 3 MiB.
const MOST: usize = 16 << 20;

/// Headers that belong to one connection, and those that say who asks: we are somebody else to the server.
const OWN: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "authorization", "keep-alive"];

/// Answers the requests of one connection until one side closes it.
pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    while let Some((request, forwarded)) = next(&mut read).await? {
        let deal = shared.deal(&request);
        if let Deal::Answer(code, reason, message, headers) = deal {
            answer(&mut write, code, reason, message, headers).await?;
            continue;
        }
        if deal == Deal::Close {
            return Ok(());
        }
        let response = shared.client.send(forwarded).await.context("the server cannot be asked")?;
        if deal == Deal::LoseAnswer {
            let _ = response.into_body().collect().await;
            return Ok(());
        }
        pass_on(&mut write, response, &deal).await?;
    }
    Ok(())
}

/// The next request; `None` if the program has closed the connection.
async fn next(read: &mut BufReader<OwnedReadHalf>) -> Result<Option<(Request, http::Request<Body>)>> {
    let mut line = String::new();
    if read.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { bail!("no request: {line:?}") };
    let request = Request { method: method.to_owned(), target: target.to_owned() };
    let mut builder = http::Request::builder().method(method).uri(target);
    let mut length = 0;
    loop {
        let mut header = String::new();
        read.read_line(&mut header).await?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        if name == "content-length" {
            length = value.parse().context("a length")?;
        }
        if !OWN.contains(&name.as_str()) {
            builder = builder.header(name, value);
        }
    }
    if length > MOST {
        bail!("a body of {length} bytes");
    }
    let mut body = vec![0; length];
    read.read_exact(&mut body).await?;
    Ok(Some((request, builder.body(Body::from(body))?)))
}

async fn answer(
    write: &mut OwnedWriteHalf,
    code: u16,
    reason: &str,
    message: &str,
    headers: &[(&str, &str)],
) -> Result<()> {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code});
    let body = status.to_string();
    let mut head = format!(
        "HTTP/1.1 {code} Injected\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    write.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
    Ok(())
}

async fn pass_on(write: &mut OwnedWriteHalf, response: http::Response<Body>, deal: &Deal) -> Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\ntransfer-encoding: chunked\r\n", response.status());
    for (name, value) in response.headers() {
        if !OWN.contains(&name.as_str()) {
            head.extend([name.as_str(), ": ", value.to_str()?, "\r\n"]);
        }
    }
    write.write_all(format!("{head}\r\n").as_bytes()).await?;
    let mut body = response.into_body();
    let mut pieces = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if *deal == Deal::Stall {
            std::future::pending::<()>().await;
        }
        if *deal == Deal::Cut(pieces) {
            bail!("cut");
        }
        pieces += 1;
        if !data.is_empty() {
            write.write_all(format!("{:x}\r\n", data.len()).as_bytes()).await?;
            write.write_all(&data).await?;
            write.write_all(b"\r\n").await?;
        }
    }
    write.write_all(b"0\r\n\r\n").await?;
    Ok(())
}
