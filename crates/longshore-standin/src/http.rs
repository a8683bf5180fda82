//! The paths of the service, and what happens to each request on its way.

mod data;
mod pages;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use tokio::time::Instant;

use crate::incoming::Certified;
use crate::state::State;

/// Who answered, in the head of each answer.
pub(crate) const INSTANCE: &str = "x-standin-instance";
/// Which version of it.
pub(crate) const VERSION: &str = "x-standin-version";

/// In which an ingress hands a certificate on; that a client says nothing in it is the ingress' to see to.
const HANDED_ON: &str = "x-forwarded-tls-client-cert";

/// As whom the one who asked is known.
pub(crate) const VISITOR: &str = "x-standin-visitor";

/// Everything that is served.
pub(crate) fn router(state: Arc<State>) -> Router {
    let mut pages = Router::new().route("/livez", get(pages::live)).route("/readyz", get(pages::ready));
    for path in &state.settings.health_paths {
        pages = pages.route(path, get(pages::health));
    }
    let orders = Router::new()
        .route("/metrics", get(pages::metrics))
        .route("/settings", get(pages::settings))
        .route("/dependencies", get(pages::dependencies))
        .route("/behaviour", get(pages::behaviour).put(pages::set_behaviour).patch(pages::change_behaviour));
    let mut work = Router::new()
        .route("/data/{store}/{key}", get(data::get).put(data::put))
        .route("/ws/", any(stream::socket))
        .route("/ws/{*rest}", any(stream::socket))
        .route("/sse/", get(stream::events))
        .route("/sse/{*rest}", get(stream::events));
    for path in &state.settings.socket_paths {
        work = work.route(path, any(stream::socket_if_asked));
    }
    let work = work.fallback(pages::echo).layer(from_fn_with_state(Arc::clone(&state), misbehave));
    let work = work.layer(from_fn_with_state(Arc::clone(&state), let_certified_in));
    let guarded = orders.merge(work).layer(from_fn_with_state(Arc::clone(&state), let_in));
    pages.merge(guarded).layer(from_fn_with_state(Arc::clone(&state), measure)).with_state(state)
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

/// Refuses whoever shows no token that is known, where there are some; `/health` and its like are told to everybody.
async fn let_in(Shared(state): Shared<Arc<State>>, mut request: Request, next: Next) -> Response {
    let Some(guard) = &state.settings.guard else { return next.run(request).await };
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    let visitor = match token {
        None => Err("a token is needed\n"),
        Some(token) => guard.knows(token).ok_or("the token is not known\n"),
    };
    match visitor {
        Ok(visitor) => {
            let name = HeaderValue::from_str(&visitor.0).ok();
            request.extensions_mut().insert(visitor);
            let mut response = next.run(request).await;
            if let Some(name) = name {
                response.headers_mut().insert(VISITOR, name);
            }
            response
        }
        Err(reason) => {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], reason).into_response()
        }
    }
}

/// Whether somebody has verified a certificate of the one who asks: this service, or an ingress that says so.
fn is_certified(request: &Request) -> bool {
    request.extensions().get::<Certified>().is_some() || request.headers().contains_key(HANDED_ON)
}

/// Refuses whoever has shown no certificate, at paths that are for those who have.
async fn let_certified_in(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let paths = &state.settings.certificate_paths;
    if paths.iter().any(|path| path == request.uri().path()) && !is_certified(&request) {
        return (StatusCode::FORBIDDEN, "a certificate is needed\n").into_response();
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
    if *state.draining.borrow() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
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
