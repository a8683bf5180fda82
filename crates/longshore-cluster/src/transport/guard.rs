//! A request that is not sent when its guard says no at the last moment.
//!
//! Between the decision to send a request and its first byte on the wire there may be a wait for a connection, a TLS
//! handshake, or a process that is stopped (SIGSTOP). The body is therefore handed out only if the guard still holds
//! when the connection asks for it: without it the server never sees a whole request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body as HttpBody, Frame, SizeHint};
use kube::client::Body;
use tower::BoxError;

use crate::cluster::WriteGuard;

/// A request's guard, among its extensions.
#[derive(Clone)]
pub(super) struct Guard(pub(super) Arc<dyn WriteGuard>);

/// A body that its guard may withhold.
pub(super) struct GuardedBody {
    body: Body,
    guard: Option<Guard>,
}

impl GuardedBody {
    /// Puts the request's guard, if it has one, before its body.
    pub(super) fn of(request: Request<Body>) -> Request<Self> {
        let guard = request.extensions().get::<Guard>().cloned();
        request.map(|body| Self { body, guard })
    }
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.guard.as_ref().is_some_and(|guard| !guard.0.holds()) {
            return Poll::Ready(Some(Err(io::Error::other("withheld by its guard").into())));
        }
        Pin::new(&mut self.body).poll_frame(context).map_err(BoxError::from)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
