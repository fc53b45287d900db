//! The way to a peer: connections in turn, the trace handed on, time kept, and every failure a refusal of our own.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tonic::body::Body;
use tonic::{Code, ConnectError, Status, TimeoutExpired};
use tower::{Service, ServiceExt};

use crate::lent::lend;
use crate::refusal::chain;
use crate::{Refusal, deadline, trace};

/// When to try again after a peer could not be reached.
const RETRY: Duration = Duration::from_secs(1);
/// How often a request is given to a connection that ends before touching it.
const TRIES: u32 = 3;

/// A channel to a peer, for the generated clients and for forwarding; cheap to clone.
///
/// A peer that cannot be reached is answered as `UNAVAILABLE`, reason `PEER_UNAVAILABLE`; a call that takes too long as
/// `DEADLINE_EXCEEDED`. What went wrong below is logged, not told.
#[derive(Clone, Debug)]
pub struct Channel {
    lanes: Arc<[tonic::transport::Channel]>,
    next: Arc<AtomicUsize>,
    timeout: Duration,
}

impl Channel {
    pub(crate) fn new(lanes: Vec<tonic::transport::Channel>, timeout: Duration) -> Self {
        Self {
            lanes: lanes.into(),
            next: Arc::default(),
            timeout,
        }
    }

    /// The same channel with another time limit.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let timeout = deadline::read(request.headers()).map_or(self.timeout, |asked| asked.min(self.timeout));
        deadline::write(request.headers_mut(), timeout);
        trace::inject_headers(request.headers_mut());
        let channel = self.clone();
        Box::pin(async move {
            Ok(match tokio::time::timeout(timeout, channel.send(request)).await {
                Ok(response) => response,
                Err(_elapsed) => deadline::exceeded().into_http(),
            })
        })
    }
}

impl Channel {
    /// Sends a request, again if the connection it was given to ended before it was touched: that happens whenever the
    /// other side replaces an old connection, and costs no call.
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        let (parts, mut body) = request.into_parts();
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let (loan, lent) = lend(body);
            let error = match self.lane().oneshot(Request::from_parts(parts.clone(), lent)).await {
                Ok(response) => return response,
                Err(error) => error,
            };
            // A peer that cannot be connected to is not helped by knocking again at once.
            let again = tries > 0 && !has::<ConnectError>(&error) && !has::<TimeoutExpired>(&error);
            match loan.take_back().filter(|_| again) {
                Some(untouched) => body = untouched,
                None => return failed(&error).into_http(),
            }
        }
    }

    /// The connection whose turn it is.
    fn lane(&self) -> tonic::transport::Channel {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.lanes.len();
        self.lanes[turn].clone()
    }
}

/// The answer to a call that never got one.
fn failed(error: &(dyn Error + 'static)) -> Status {
    // Tonic's own timer reads the same `grpc-timeout` and may run out before ours.
    if has::<TimeoutExpired>(error) {
        return deadline::exceeded();
    }
    tracing::warn!(error = chain(error), "a peer cannot be reached");
    Refusal::new(
        Code::Unavailable,
        "PEER_UNAVAILABLE",
        "A part of the service cannot be reached at the moment; try again.",
    )
    .retry_after(RETRY)
    .into()
}

/// Whether an error is, or was caused by, an `E`.
fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    error.is::<E>() || error.source().is_some_and(has::<E>)
}
