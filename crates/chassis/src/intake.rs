//! A request's body as it comes in: a call begins when the first of it is there, and what nobody has read of it is read to its
//! end.
//!
//! Whoever answers before the message has come has to reset its stream, and a caller whose streams are reset again and again is
//! taken for an attacker by the transport, which ends the connection with all the calls on it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use http::Request;
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::Bytes;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};
use tonic::Status;
use tonic::body::Body;

use crate::deadline::{self, Late};

/// How much is read that nobody wants; whoever sends more is told not to.
const IGNORED: usize = 256 * 1024;
/// For how long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The same request as soon as something of its body is there, or its end, if that is not later than `until`.
pub(crate) async fn begun(request: Request<Body>, until: Instant) -> Result<Request<Body>, Late> {
    let (head, rest) = request.into_parts();
    let mut intake = Intake { first: None, rest };
    intake.first = deadline::by(until, next(&mut intake.rest)).await?;
    Ok(Request::from_parts(head, Body::new(intake)))
}

/// The body.
struct Intake {
    first: Option<Result<Frame<Bytes>, Status>>,
    rest: Body,
}

/// Reads what there is, as far as that is worth it.
async fn ignore(mut rest: Body) {
    let mut octets = 0;
    while octets < IGNORED
        && let Some(Ok(frame)) = next(&mut rest).await
    {
        octets += frame.data_ref().map_or(0, Bytes::len);
    }
}

async fn next(body: &mut Body) -> Option<Result<Frame<Bytes>, Status>> {
    poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await
}

impl HttpBody for Intake {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(first)),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.first.is_none() {
            self.rest.size_hint()
        } else {
            SizeHint::default()
        }
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        if self.rest.is_end_stream() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let mut ignoring = Box::pin(timeout(PATIENCE, ignore(std::mem::take(&mut self.rest))));
        // Nearly always there is nothing to wait for.
        if ignoring.as_mut().now_or_never().is_none() {
            runtime.spawn(ignoring);
        }
    }
}
