//! Another service over HTTP: whether its `/health` answers.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Asks for `/health` below the URL.
pub(super) async fn ask(url: &str) -> Result<String> {
    let uri: Uri = format!("{}/health", url.trim_end_matches('/')).parse().ok().context("it is not a URL")?;
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::get(uri).header("connection", "close").body(Empty::new())?;
    let status = client.request(request).await.context("no answer")?.status();
    ensure!(status.is_success(), "it answers {status}");
    Ok(format!("HTTP {}", status.as_u16()))
}
