//! Values that are kept in the servers that the service depends on, as it would keep its own: `PUT` writes one, `GET`
//! reads it. A test sees by them whether data outlives pods.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::dependencies::{postgres, redis};
use crate::settings::Target;
use crate::state::State;

/// The value under a key, or 404.
pub(super) async fn get(
    Shared(state): Shared<Arc<State>>,
    Path((store, key)): Path<(String, String)>,
) -> Response {
    let value = match target(&state, &store) {
        Some(Target::Postgres { dsn, parts }) => postgres::get(dsn.as_deref(), parts, &key).await,
        Some(Target::Redis { url, password }) => redis::get(url, password.as_deref(), &key).await,
        _ => return unknown(&store),
    };
    match value {
        Ok(Some(value)) => value.into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "there is no such key\n").into_response(),
        Err(error) => failed(&error),
    }
}

/// Writes the body under a key.
pub(super) async fn put(
    Shared(state): Shared<Arc<State>>,
    Path((store, key)): Path<(String, String)>,
    value: String,
) -> Response {
    let done = match target(&state, &store) {
        Some(Target::Postgres { dsn, parts }) => postgres::put(dsn.as_deref(), parts, &key, &value).await,
        Some(Target::Redis { url, password }) => redis::put(url, password.as_deref(), &key, &value).await,
        _ => return unknown(&store),
    };
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => failed(&error),
    }
}

fn target<'a>(state: &'a State, store: &str) -> Option<&'a Target> {
    state.settings.targets.iter().find(|target| target.name() == store)
}

fn unknown(store: &str) -> Response {
    let text = format!("there is no store {store:?}; there are postgres and redis, if they are configured\n");
    (StatusCode::NOT_FOUND, text).into_response()
}

fn failed(error: &anyhow::Error) -> Response {
    (StatusCode::BAD_GATEWAY, format!("{error:#}\n")).into_response()
}
