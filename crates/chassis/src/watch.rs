//! Answers that never end by themselves: those of methods whose name begins with `Watch`. When the server stops they are
//! ended in good order, so that whoever reads them goes on elsewhere and nobody waits for them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::{Buf, Bytes};
use tokio_util::sync::{CancellationToken as Shutdown, WaitForCancellationFutureOwned};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::Refusal;

/// The octets before each message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Whether the answer of the method at this path goes on until somebody ends it.
pub(crate) fn is_endless(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|method| method.starts_with("Watch"))
}

/// The same answer, ended with `UNAVAILABLE`, reason `SERVER_STOPPING`, when the server stops.
pub(crate) fn until(stop: Shutdown, response: Response<Body>) -> Response<Body> {
    response.map(|inner| {
        Body::new(Until {
            inner,
            stop: Box::pin(stop.cancelled_owned()),
            place: Place::default(),
            ended: false,
        })
    })
}

struct Until {
    inner: Body,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
    place: Place,
    ended: bool,
}

/// Where in the sequence of messages an answer is: it may be ended between two messages only.
#[derive(Default)]
struct Place {
    prefix: Vec<u8>,
    left: usize,
}

impl Place {
    fn is_between_messages(&self) -> bool {
        self.prefix.is_empty() && self.left == 0
    }

    fn pass(&mut self, mut octets: &[u8]) {
        while octets.has_remaining() {
            if self.left > 0 {
                let taken = self.left.min(octets.len());
                self.left -= taken;
                octets.advance(taken);
                continue;
            }
            self.prefix.push(octets.get_u8());
            if let [_, length @ ..] = self.prefix.as_slice()
                && self.prefix.len() == PREFIX
            {
                let length = length
                    .iter()
                    .fold(0_usize, |sum, &octet| (sum << 8) | usize::from(octet));
                self.left = length;
                self.prefix.clear();
            }
        }
    }
}

impl HttpBody for Until {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.place.is_between_messages() && self.stop.as_mut().poll(cx).is_ready() {
            self.ended = true;
            return Poll::Ready(Some(Ok(Frame::trailers(stopping()))));
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.place.pass(data);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

fn stopping() -> HeaderMap {
    let refusal = Refusal::new(
        Code::Unavailable,
        "SERVER_STOPPING",
        "This server stops; call again and go on from where you are.",
    );
    let status: Status = refusal.into();
    let mut trailers = HeaderMap::new();
    // Without room for its details a status tells its code only, which is what matters.
    if status.add_header(&mut trailers).is_err() {
        tracing::error!("a status cannot be written as trailers");
    }
    trailers
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, StreamBody};
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn only_methods_that_watch_are_endless() {
        assert!(is_endless("/usher.identity.v1.AuditService/WatchAuditEvents"));
        assert!(!is_endless("/usher.identity.v1.WatchService/ListAuditEvents"));
    }

    #[tokio::test]
    async fn an_endless_answer_is_ended_between_two_messages() {
        let stop = Shutdown::new();
        let (sender, mut receiver) = mpsc::unbounded_channel::<&'static [u8]>();
        let frames = futures::stream::poll_fn(move |cx| {
            receiver
                .poll_recv(cx)
                .map(|data| data.map(|data| Ok::<_, Status>(Frame::data(Bytes::from_static(data)))))
        });
        let response = until(stop.clone(), Response::new(Body::new(StreamBody::new(frames))));
        let mut body = response.into_body();
        // A message of three octets, cut within its prefix and within its content.
        let parts: [&'static [u8]; 3] = [&[0, 0, 0], &[0, 3, b'a'], b"bc"];
        sender.send(parts[0]).unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), parts[0]);
        stop.cancel();
        for part in &parts[1..] {
            sender.send(part).unwrap();
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), *part);
        }
        let trailers = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
        assert_eq!(trailers["grpc-status"], "14");
        assert_eq!(
            crate::reason(&Status::from_header_map(&trailers).unwrap()).as_deref(),
            Some("SERVER_STOPPING")
        );
        assert!(body.frame().await.is_none());
    }
}
