//! Redis: a ping after the password, and values that are kept there.

use anyhow::{Context as _, Result, bail};
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands as _, AsyncConnectionConfig, IntoConnectionInfo as _};

use super::PATIENCE;

/// What begins our keys.
const PREFIX: &str = "standin:";

/// Connects anew, pings, and asks for the version.
pub(super) async fn ask(url: &str, password: Option<&str>) -> Result<String> {
    let mut connection = connect(url, password).await?;
    let pong: String = redis::cmd("PING").query_async(&mut connection).await?;
    if pong != "PONG" {
        bail!("a ping was answered by {pong:?}");
    }
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
    let version =
        info.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or("of no version");
    Ok(format!("Redis {version}"))
}

/// The value that is kept under a key.
pub async fn get(url: &str, password: Option<&str>, key: &str) -> Result<Option<String>> {
    let mut connection = connect(url, password).await?;
    Ok(connection.get(format!("{PREFIX}{key}")).await?)
}

/// Keeps a value under a key.
pub async fn put(url: &str, password: Option<&str>, key: &str, value: &str) -> Result<()> {
    let mut connection = connect(url, password).await?;
    Ok(connection.set(format!("{PREFIX}{key}"), value).await?)
}

async fn connect(url: &str, password: Option<&str>) -> Result<MultiplexedConnection> {
    // What is wrong with a URL may quote it.
    let mut info = url.into_connection_info().ok().context("it is not a URL of Redis")?;
    if let Some(password) = password {
        let account = info.redis_settings().clone().set_password(password);
        info = info.set_redis_settings(account);
    }
    let client = redis::Client::open(info)?;
    // The client's own patience is half a second.
    let patient = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    Ok(client.get_multiplexed_async_connection_with_config(&patient).await?)
}
