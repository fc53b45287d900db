//! A request's body, lent to a connection: what the connection has not read, or what was kept of it, can be lent to another.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::Status;
use tonic::body::Body;

/// A body that can be lent more than once. Only the last borrower can read.
pub(crate) struct Loan(Arc<Mutex<Ledger>>);

struct Ledger {
    body: Body,
    /// What was read, all of it as long as there is room.
    kept: Vec<Bytes>,
    /// How many more octets are kept; none when something that was read is not there any more.
    room: Option<usize>,
    is_touched: bool,
    borrowers: u32,
}

/// A body on loan.
struct Lent {
    ledger: Arc<Mutex<Ledger>>,
    borrower: u32,
    /// How many of the kept frames it has read.
    read: usize,
}

impl Loan {
    /// A body of which up to `kept` octets are kept when they are read.
    pub(crate) fn new(body: Body, kept: usize) -> Self {
        Self(Arc::new(Mutex::new(Ledger {
            body,
            kept: Vec::new(),
            room: Some(kept),
            is_touched: false,
            borrowers: 0,
        })))
    }

    /// Lends the body from its beginning, if it is still there.
    pub(crate) fn lend(&self) -> Option<Body> {
        let borrower = {
            let mut ledger = lock(&self.0);
            ledger.room?;
            ledger.borrowers += 1;
            ledger.is_touched = false;
            ledger.borrowers
        };
        Some(Body::new(Lent {
            ledger: Arc::clone(&self.0),
            borrower,
            read: 0,
        }))
    }

    pub(crate) fn is_lendable(&self) -> bool {
        lock(&self.0).room.is_some()
    }

    /// Whether its last borrower has read anything: if not, no message of the request can have left this process by it.
    pub(crate) fn is_touched(&self) -> bool {
        lock(&self.0).is_touched
    }
}

impl Ledger {
    fn keep(&mut self, frame: &Frame<Bytes>) {
        let room = match (self.room, frame.data_ref()) {
            (Some(room), Some(data)) => room.checked_sub(data.len()),
            (None, _) | (_, None) => None,
        };
        match frame.data_ref() {
            Some(data) if room.is_some() => self.kept.push(data.clone()),
            Some(_) | None => self.kept = Vec::new(),
        }
        self.room = room;
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let shared = Arc::clone(&self.ledger);
        let mut ledger = lock(&shared);
        if ledger.borrowers != self.borrower {
            return Poll::Ready(None);
        }
        ledger.is_touched = true;
        if let Some(data) = ledger.kept.get(self.read) {
            self.read += 1;
            return Poll::Ready(Some(Ok(Frame::data(data.clone()))));
        }
        let frame = ready!(Pin::new(&mut ledger.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            ledger.keep(frame);
            self.read = ledger.kept.len();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        let ledger = lock(&self.ledger);
        self.read >= ledger.kept.len() && ledger.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let ledger = lock(&self.ledger);
        if ledger.kept.is_empty() {
            ledger.body.size_hint()
        } else {
            SizeHint::default()
        }
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full, StreamBody};

    use super::*;

    const ROOM: usize = 10;

    fn body() -> Body {
        Body::new(Full::new(Bytes::from_static(b"message")))
    }

    async fn read(body: Body) -> Bytes {
        body.collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn a_body_that_was_not_read_is_lent_again() {
        let loan = Loan::new(body(), 0);
        let lent = loan.lend().unwrap();
        assert!(!lent.is_end_stream());
        drop(lent);
        assert!(!loan.is_touched());
        assert_eq!(read(loan.lend().unwrap()).await, "message");
    }

    #[tokio::test]
    async fn a_body_that_was_read_is_gone_unless_it_was_kept() {
        for (room, expected) in [(0, None), (ROOM, Some("message"))] {
            let loan = Loan::new(body(), room);
            let mut lent = loan.lend().unwrap();
            let frame = lent.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), "message");
            assert!(lent.is_end_stream() && loan.is_touched());
            assert_eq!(loan.is_lendable(), expected.is_some());
            match (loan.lend(), expected) {
                (Some(again), Some(expected)) => assert_eq!(read(again).await, expected),
                (again, expected) => assert!(again.is_none() && expected.is_none()),
            }
        }
    }

    #[tokio::test]
    async fn what_was_read_half_way_goes_on_after_what_was_kept() {
        let frames = ["one", "two", "three"].map(|data| Ok::<_, Status>(Frame::data(Bytes::from(data))));
        let loan = Loan::new(Body::new(StreamBody::new(tokio_stream::iter(frames))), 2 * ROOM);
        let mut first = loan.lend().unwrap();
        first.frame().await.unwrap().unwrap();
        let second = loan.lend().unwrap();
        assert!(first.frame().await.is_none(), "only the last borrower reads");
        assert_eq!(read(second).await, "onetwothree");
    }

    #[tokio::test]
    async fn what_is_too_long_is_not_kept() {
        let frames = ["12345678", "9", "0123"].map(|data| Ok::<_, Status>(Frame::data(Bytes::from(data))));
        let loan = Loan::new(Body::new(StreamBody::new(tokio_stream::iter(frames))), ROOM);
        assert_eq!(read(loan.lend().unwrap()).await, "1234567890123");
        assert!(loan.lend().is_none());
    }
}
