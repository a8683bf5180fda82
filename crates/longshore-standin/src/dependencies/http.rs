//! Another service over HTTP: whether it answers what is asked, and as whom we are known there.

use anyhow::{Context as _, Result, bail};
use http::{Request, Uri, header};
use http_body_util::Full;

use crate::http::VISITOR;
use crate::outgoing::Way;

/// Asks for a path below the URL, with a token if there is one.
pub(super) async fn ask(way: &Way, url: &str, path: &str, token: Option<&str>) -> Result<String> {
    let uri: Uri = format!("{}{path}", url.trim_end_matches('/')).parse().ok().context("it is not a URL")?;
    let mut request = Request::get(uri).header(header::CONNECTION, "close");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    // Made anew each time: authorities and their certificates change while it runs.
    let client = way.client()?;
    let response = client.request(request.body(Full::default())?).await.context("no answer")?;
    let status = response.status();
    if !status.is_success() {
        bail!("it answers {status}");
    }
    let visitor = response.headers().get(VISITOR).and_then(|name| name.to_str().ok());
    let known = visitor.map(|name| format!(", known there as {name}")).unwrap_or_default();
    Ok(format!("HTTP {}{known}", status.as_u16()))
}
