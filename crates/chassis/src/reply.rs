//! The body of a peer's answer. One that is cut off ends with a status, as every other does (trailers): to whom it is passed on, a
//! stream that is reset would say less.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::bytes::Bytes;
use tonic::{Code, Status};

use crate::channel::unavailable;

/// The body, and what lives as long as it is read.
pub(crate) struct Reply<B, G> {
    /// None once it was cut off.
    rest: Option<B>,
    _guard: G,
}

impl<B, G> Reply<B, G> {
    pub(crate) const fn new(body: B, guard: G) -> Self {
        Self {
            rest: Some(body),
            _guard: guard,
        }
    }
}

/// What the other side says of it; if nothing, the connection is lost.
fn cut_off(error: impl Into<Box<dyn Error + Send + Sync>>) -> Result<Frame<Bytes>, Status> {
    let status = Status::from_error(error.into());
    let status = if status.code() == Code::Unknown {
        unavailable()
    } else {
        status
    };
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(Frame::trailers(trailers))
}

impl<B, G> HttpBody for Reply<B, G>
where
    B: HttpBody<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Unpin,
    G: Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        Poll::Ready(match ready!(Pin::new(rest).poll_frame(cx)) {
            Some(Err(error)) => {
                self.rest = None;
                Some(cut_off(error))
            }
            Some(Ok(frame)) => Some(Ok(frame)),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        // How long it is meant to be would be a promise.
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures::stream;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    #[tokio::test]
    async fn what_is_cut_off_ends_with_a_status() {
        let half = Bytes::from_static(b"half an ans");
        let lost = io::Error::from(io::ErrorKind::ConnectionReset);
        let body = StreamBody::new(stream::iter([Ok(Frame::data(half.clone())), Err(lost)]));
        let mut reply = Reply::new(body, ());
        let first = reply.frame().await.unwrap().unwrap();
        assert_eq!(first.into_data().unwrap(), half);
        let trailers = reply.frame().await.unwrap().unwrap().into_trailers().unwrap();
        let status = Status::from_header_map(&trailers).unwrap();
        assert_eq!(status.code(), Code::Unavailable);
        assert!(reply.frame().await.is_none());
        assert!(reply.is_end_stream());
    }
}
