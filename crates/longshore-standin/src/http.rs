//! The paths of the service, and what happens to each request on its way.

mod data;
mod pages;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use tokio::time::Instant;

use crate::state::State;

/// Who answered, in the head of each answer.
pub(crate) const INSTANCE: &str = "x-standin-instance";
/// Which version of it.
pub(crate) const VERSION: &str = "x-standin-version";

/// Everything that is served.
pub(crate) fn router(state: Arc<State>) -> Router {
    let mut pages = Router::new()
        .route("/livez", get(pages::live))
        .route("/readyz", get(pages::ready))
        .route("/metrics", get(pages::metrics))
        .route("/settings", get(pages::settings))
        .route("/dependencies", get(pages::dependencies))
        .route("/behaviour", get(pages::behaviour).put(pages::set_behaviour).patch(pages::change_behaviour));
    for path in &state.settings.health_paths {
        pages = pages.route(path, get(pages::health));
    }
    let work = Router::new()
        .route("/data/{store}/{key}", get(data::get).put(data::put))
        .route("/ws/", any(stream::socket))
        .route("/ws/{*rest}", any(stream::socket))
        .route("/sse/", get(stream::events))
        .route("/sse/{*rest}", get(stream::events))
        .fallback(pages::echo)
        .layer(from_fn_with_state(Arc::clone(&state), misbehave));
    pages.merge(work).layer(from_fn_with_state(Arc::clone(&state), measure)).with_state(state)
}

/// Latency, errors and crashes: of what the service is for, not of the pages that tell how it is.
async fn misbehave(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let fails = state.count();
    let latency = state.behaviour.borrow().latency;
    if latency > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(latency)).await;
    }
    if fails {
        return (StatusCode::INTERNAL_SERVER_ERROR, "told to fail\n").into_response();
    }
    next.run(request).await
}

async fn measure(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let method = request.method().to_string();
    let route = route(&state, request.uri().path());
    let mut response = next.run(request).await;
    state.metrics.answered(&method, route, response.status().as_u16(), begin.elapsed());
    for (name, value) in [(INSTANCE, &state.settings.instance), (VERSION, &state.settings.version)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The name under which a path is counted; what anybody may ask for must not make a new one each time.
fn route(state: &State, path: &str) -> &'static str {
    const KNOWN: [&str; 6] = ["/livez", "/readyz", "/metrics", "/settings", "/dependencies", "/behaviour"];
    const BELOW: [&str; 3] = ["/ws/", "/sse/", "/data/"];
    if state.settings.health_paths.iter().any(|health| health == path) {
        return "/health";
    }
    let known = KNOWN.into_iter().find(|known| *known == path);
    known.or_else(|| BELOW.into_iter().find(|below| path.starts_with(below))).unwrap_or("other")
}
