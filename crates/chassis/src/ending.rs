//! The end of a call, which comes after its handler's: with the last message of its answer, or when its caller goes away.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Level;

use crate::calls::{Call, Watching};
use crate::trace::CallSpan;

/// Ends a call once: as its answer does, or as `CANCELLED` when it is dropped before.
pub(crate) struct Ending {
    call: Call,
    span: CallSpan,
    has_ended: bool,
}

impl Ending {
    pub(crate) const fn new(call: Call, span: CallSpan) -> Self {
        Self {
            call,
            span,
            has_ended: false,
        }
    }

    /// The span of the call.
    pub(crate) const fn span(&self) -> &CallSpan {
        &self.span
    }

    /// The same answer, whose end is the call's.
    pub(crate) fn of(mut self, response: Response<Body>) -> Response<Body> {
        if let Some(status) = Status::from_header_map(response.headers()) {
            self.end(status.code());
            return response;
        }
        response.map(|inner| {
            Body::new(Followed {
                inner,
                end: End::Ending(self),
            })
        })
    }

    /// The same answer, which goes on until somebody ends it: its call has ended for the statistics when it has begun.
    pub(crate) fn of_watch(mut self, response: Response<Body>) -> Response<Body> {
        if let Some(status) = Status::from_header_map(response.headers()) {
            self.end(status.code());
            return response;
        }
        self.end(Code::Ok);
        let watching = self.call.watch();
        response.map(|inner| {
            Body::new(Followed {
                inner,
                end: End::Watching(watching),
            })
        })
    }

    fn end(&mut self, code: Code) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.call.end(code);
            self.span.finish(&self.call, code);
            // To enter a span costs more than all that is done here.
            if tracing::enabled!(Level::DEBUG) {
                self.span.in_scope(|| tracing::debug!(?code, "answered"));
            }
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// What an answer's end ends.
enum End {
    Ending(Ending),
    /// Nothing is left to do but to be dropped.
    #[expect(dead_code, reason = "counts for as long as it lives")]
    Watching(Watching),
}

struct Followed {
    inner: Body,
    end: End,
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let End::Ending(ending) = &mut self.end {
            match &frame {
                Some(Ok(frame)) => {
                    if let Some(trailers) = frame.trailers_ref() {
                        ending.end(Status::from_header_map(trailers).map_or(Code::Unknown, |status| status.code()));
                    }
                }
                Some(Err(status)) => ending.end(status.code()),
                // Every answer says at its end how it ended.
                None => ending.end(Code::Unknown),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
