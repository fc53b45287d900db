//! The way to a peer: a replica for each call, the trace handed on, time kept, and every failure a refusal of our own.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;

use crate::lent::Loan;
use crate::refusal::chain;
use crate::replica::Replica;
use crate::replicas::Replicas;
use crate::retry::{KEPT, Retries, is_unseen};
use crate::{Refusal, deadline, trace};

/// When to try again after a peer could not be reached.
const RETRY: Duration = Duration::from_secs(1);
/// How often a request is sent at most that somebody may have carried out.
const TRIES: u32 = 3;
/// How often it is offered at most to connections that end before anybody looks at it: all those to a peer may be replaced at once.
const OFFERS: u32 = 10;

/// A channel to a peer, for the generated clients and for forwarding; cheap to clone.
///
/// Each call goes to one of the peer's replicas, to the one with less to do. A call that no replica has looked at, because its
/// connection ended, is given to another, if its messages are short; so is one that was lost or answered with `UNAVAILABLE`, if
/// besides its method may be sent twice ([`proto::is_repeatable`]) and not too many calls are lost.
///
/// A peer that cannot be reached is answered as `UNAVAILABLE`, reason `PEER_UNAVAILABLE`; a call that takes too long, all its
/// tries together, as `DEADLINE_EXCEEDED`. What went wrong below is logged, not told.
#[derive(Clone, Debug)]
pub struct Channel {
    way: Arc<Way>,
    timeout: Duration,
}

#[derive(Debug)]
struct Way {
    service: Box<str>,
    replicas: Arc<Replicas>,
    retries: Retries,
    _resolver: Option<AbortOnDropHandle<()>>,
}

impl Channel {
    /// A channel to the replicas of `service`, which the resolver keeps up to date.
    pub(crate) fn new(
        service: &str,
        replicas: Arc<Replicas>,
        resolver: Option<AbortOnDropHandle<()>>,
        timeout: Duration,
    ) -> Self {
        let way = Way {
            service: service.into(),
            replicas,
            retries: Retries::default(),
            _resolver: resolver,
        };
        Self {
            way: Arc::new(way),
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
        let until = deadline::until(request.headers(), self.timeout);
        trace::inject_headers(request.headers_mut());
        let way = Arc::clone(&self.way);
        Box::pin(async move {
            Ok(match deadline::by(until, way.send(request, until)).await {
                Ok(response) => response,
                Err(deadline::Late) => deadline::exceeded().into_http(),
            })
        })
    }
}

impl Way {
    /// Sends a request, again if that is harmless, until `until`.
    async fn send(&self, request: Request<Body>, until: Instant) -> Response<Body> {
        let (head, body) = request.into_parts();
        let plan = self.retries.plan(head.uri.path());
        let loan = Loan::new(body, KEPT);
        let mut last: Option<Arc<Replica>> = None;
        let mut tries_left = TRIES;
        for offers_left in (0..OFFERS).rev() {
            let Some(body) = loan.lend() else { break };
            let Some(taken) = self.replicas.take(last.as_ref()).await else {
                break;
            };
            let replica = Arc::clone(taken.replica());
            let mut request = Request::from_parts(head.clone(), body);
            deadline::write(request.headers_mut(), until.saturating_duration_since(Instant::now()));
            let outcome = taken.send(request).await;
            // Whether somebody has perhaps carried it out.
            let is_seen = outcome
                .as_ref()
                .err()
                .is_none_or(|error| loan.is_touched() && !is_unseen(error));
            tries_left -= u32::from(is_seen);
            let again = || {
                let is_harmless = !is_seen || tries_left > 0 && plan.again();
                offers_left > 0 && loan.is_lendable() && is_harmless
            };
            match outcome {
                Ok(response) if !is_unavailable(&response) => {
                    replica.fitness.succeeded();
                    return response;
                }
                Ok(response) => {
                    replica.fitness.failed(Instant::now());
                    if !again() {
                        return response;
                    }
                }
                Err(error) => {
                    if is_seen {
                        replica.fitness.failed(Instant::now());
                    }
                    if !again() {
                        return self.lost(&error).into_http();
                    }
                }
            }
            last = Some(replica);
        }
        self.unreachable().into_http()
    }

    /// The answer to a call that never got one.
    fn lost(&self, error: &(dyn Error + 'static)) -> Status {
        tracing::warn!(peer = %self.service, error = chain(error), "a call is lost");
        unavailable()
    }

    /// The answer to a call that no replica could be sent.
    fn unreachable(&self) -> Status {
        tracing::warn!(peer = %self.service, "a peer cannot be reached");
        unavailable()
    }
}

pub(crate) fn unavailable() -> Status {
    Refusal::new(
        Code::Unavailable,
        "PEER_UNAVAILABLE",
        "A part of the service cannot be reached at the moment; try again.",
    )
    .retry_after(RETRY)
    .into()
}

/// Whether an answer says, instead of a message, that the call should be sent elsewhere.
fn is_unavailable(response: &Response<Body>) -> bool {
    let code = response.headers().get("grpc-status");
    code.is_some_and(|code| Code::from_bytes(code.as_bytes()) == Code::Unavailable)
}
