//! Pages that tell how the service is and take orders, and the answer to everything else.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::behaviour::Behaviour;
use crate::dependencies;
use crate::guard::Visitor;
use crate::http::is_certified;
use crate::state::State;

fn verdict(state: &State, reason: Option<&str>) -> Response {
    let (code, status) = match reason {
        None => (StatusCode::OK, "ok"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ok"),
    };
    let body = json!({
        "status": status,
        "reason": reason,
        "service": state.settings.name,
        "version": state.settings.version,
        "instance": state.settings.instance,
    });
    (code, Json(body)).into_response()
}

/// Alive and ready, for platforms that ask for both in one place.
pub(super) async fn health(Shared(state): Shared<Arc<State>>) -> Response {
    let reason = state.not_live().map(str::to_owned).or_else(|| state.not_ready());
    verdict(&state, reason.as_deref())
}

/// Only whether it is alive.
pub(super) async fn live(Shared(state): Shared<Arc<State>>) -> Response {
    verdict(&state, state.not_live())
}

/// Only whether it is ready.
pub(super) async fn ready(Shared(state): Shared<Arc<State>>) -> Response {
    verdict(&state, state.not_ready().as_deref())
}

/// The numbers, as Prometheus reads them.
pub(super) async fn metrics(Shared(state): Shared<Arc<State>>) -> Response {
    match state.metrics.page() {
        Ok(page) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], page).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// All variables of the environment, with secrets covered.
pub(super) async fn settings(Shared(state): Shared<Arc<State>>) -> Json<BTreeMap<String, String>> {
    Json(state.settings.shown.clone())
}

/// What the servers said that it depends on; with `?now` they are asked first. 503 unless all are up.
pub(super) async fn dependencies(
    Shared(state): Shared<Arc<State>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    if query.contains_key("now") {
        dependencies::look_at_all(&state).await;
    }
    let Ok(all) = state.dependencies.lock().map(|all| all.clone()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let up = all.iter().all(|status| status.up == Some(true));
    let code = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(all)).into_response()
}

/// How it behaves.
pub(super) async fn behaviour(Shared(state): Shared<Arc<State>>) -> Json<Behaviour> {
    Json(state.behaviour.borrow().clone())
}

/// Sets it anew: what is not named is as in a service that does well.
pub(super) async fn set_behaviour(
    state: Shared<Arc<State>>,
    Json(all): Json<Map<String, Value>>,
) -> Response {
    order(&state, &Behaviour::default(), all)
}

/// Changes what is named.
pub(super) async fn change_behaviour(
    state: Shared<Arc<State>>,
    Json(changes): Json<Map<String, Value>>,
) -> Response {
    let now = state.behaviour.borrow().clone();
    order(&state, &now, changes)
}

fn order(state: &State, from: &Behaviour, changes: Map<String, Value>) -> Response {
    match from.with(changes) {
        Ok(next) => {
            state.behaviour.send_replace(next.clone());
            Json(next).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response(),
    }
}

/// What was asked, by whom it was answered, and when seen from its start.
pub(super) async fn echo(Shared(state): Shared<Arc<State>>, request: Request) -> Json<Value> {
    Json(json!({
        "service": state.settings.name,
        "version": state.settings.version,
        "instance": state.settings.instance,
        "method": request.method().as_str(),
        "path": request.uri().path(),
        "query": request.uri().query(),
        "visitor": request.extensions().get::<Visitor>().map(|visitor| &visitor.0),
        "certificate": is_certified(&request),
        "host": request.headers().get(header::HOST).and_then(|host| host.to_str().ok()),
        "age": state.age().as_secs_f64(),
    }))
}
