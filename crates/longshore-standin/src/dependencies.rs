//! The servers that the service depends on, and what they said last.
//!
//! Being up means more than an open port: a connection is made anew with the credentials given, something is asked that
//! only a user who is let in may ask, and the answer says what is there. A password that was changed behind the
//! service's back is seen at the next look.

mod amqp;
mod http;
mod kafka;
pub mod postgres;
pub mod redis;
mod wire;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use serde::Serialize;
use tokio::time::Instant;

use crate::outgoing::Way;
use crate::settings::Target;
use crate::state::State;

/// Nobody waits longer for an answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of one server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Where it is, without secrets.
    pub address: String,
    /// Whether it answered when last asked; nothing before that.
    pub up: Option<bool>,
    /// What it answered: its version, and as whom we are there.
    pub detail: Option<String>,
    /// Why it did not.
    pub error: Option<String>,
    /// How long the answer took.
    pub milliseconds: Option<u64>,
    /// Seconds since 1970 of the last look.
    pub checked: Option<u64>,
}

impl Status {
    /// That of a server that was not asked yet.
    pub fn unknown(target: &Target) -> Self {
        Self {
            name: target.name().to_owned(),
            address: target.address(),
            up: None,
            detail: None,
            error: None,
            milliseconds: None,
            checked: None,
        }
    }
}

/// Asks one server again and again.
pub async fn follow(state: Arc<State>, index: usize) {
    let mut tick = tokio::time::interval(state.settings.check_interval);
    loop {
        tick.tick().await;
        look(&state, index).await;
    }
}

/// Asks all of them now.
pub async fn look_at_all(state: &State) {
    let looks = (0..state.settings.targets.len()).map(|index| look(state, index));
    futures::future::join_all(looks).await;
}

async fn look(state: &State, index: usize) {
    let target = &state.settings.targets[index];
    let begin = Instant::now();
    let result = ask(target, &state.settings.way).await;
    let status = Status {
        up: Some(result.is_ok()),
        milliseconds: Some(begin.elapsed().as_millis() as u64),
        checked: Some(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()),
        detail: result.as_ref().ok().cloned(),
        error: result.as_ref().err().map(|error| format!("{error:#}")),
        ..Status::unknown(target)
    };
    state.metrics.dependency(&status.name, result.is_ok());
    if let Ok(mut all) = state.dependencies.lock() {
        all[index] = status;
    }
}

async fn ask(target: &Target, way: &Way) -> Result<String> {
    let asking = async {
        match target {
            Target::Postgres { dsn, parts } => postgres::ask(dsn.as_deref(), parts).await,
            Target::Redis { url, password } => redis::ask(url, password.as_deref()).await,
            Target::Kafka { bootstrap, account } => kafka::ask(bootstrap, account.as_ref()).await,
            Target::RabbitMq { url } => amqp::ask(url).await,
            Target::Http { url, path, token, .. } => http::ask(way, url, path, token.as_deref()).await,
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => bail!("no answer within {PATIENCE:?}"),
    }
}
