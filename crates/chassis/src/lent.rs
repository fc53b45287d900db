//! A request's body, lent to a connection: when the connection never touched it, it can be given to another.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::Status;
use tonic::body::Body;

/// What is kept of a body that is lent.
pub(crate) struct Loan(Arc<Mutex<Option<Body>>>);

/// A body on loan. Untouched until it is first read.
struct Lent {
    slot: Arc<Mutex<Option<Body>>>,
    touched: Option<Body>,
}

/// Lends a body out.
pub(crate) fn lend(body: Body) -> (Loan, Body) {
    let slot = Arc::new(Mutex::new(Some(body)));
    let lent = Lent {
        slot: Arc::clone(&slot),
        touched: None,
    };
    (Loan(slot), Body::new(lent))
}

impl Loan {
    /// Takes the body back, if nothing of it was read: then no message of the request can have left this process.
    pub(crate) fn take_back(self) -> Option<Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Lent {
    fn look<T>(&self, look: impl FnOnce(&Body) -> T) -> Option<T> {
        match &self.touched {
            Some(body) => Some(look(body)),
            None => self
                .slot
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .map(look),
        }
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.touched.is_none() {
            let body = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.touched = body;
        }
        match &mut self.touched {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.look(HttpBody::is_end_stream).unwrap_or(true)
    }

    fn size_hint(&self) -> SizeHint {
        self.look(HttpBody::size_hint)
            .unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    fn body() -> Body {
        Body::new(Full::new(Bytes::from_static(b"message")))
    }

    #[tokio::test]
    async fn an_untouched_body_comes_back() {
        let (loan, lent) = lend(body());
        assert!(!lent.is_end_stream());
        drop(lent);
        let back = loan.take_back().unwrap().collect().await.unwrap().to_bytes();
        assert_eq!(back, "message");
    }

    #[tokio::test]
    async fn a_body_that_was_read_does_not() {
        let (loan, mut lent) = lend(body());
        let frame = lent.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "message");
        assert!(lent.is_end_stream() && loan.take_back().is_none());
    }
}
