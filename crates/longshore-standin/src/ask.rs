//! The asking side: load that counts every answer, and streams in which nothing may be missing.

pub mod listen;
pub mod load;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use http::Uri;

/// No answer for this long is a failure. A request that is lost is never answered; one on a machine with forty things to
/// do is, after some seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// A URL with a host to connect to.
fn parse(url: &str, schemes: &[&str]) -> Result<Uri> {
    let uri: Uri = url.parse().with_context(|| format!("{url:?} is not a URL"))?;
    let scheme = uri.scheme_str().unwrap_or_default();
    ensure!(schemes.contains(&scheme), "{url:?} is not a URL of {}", schemes.join(", "));
    ensure!(uri.host().is_some(), "{url:?} names no host");
    Ok(uri)
}
