//! A connection on which what several calls say at nearly the same time goes out together.
//!
//! Whoever sends waits once for the tasks that are ready to run: they are about to say something, too. A write is what costs most
//! in a short call, for both sides, as each is also a read. Nobody waits for time to pass, or for anybody who is not ready.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use prost::bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::listener::Connection;

/// What is enough to go out by itself, in octets.
const ENOUGH: usize = 16 * 1024;

/// The connection.
pub(crate) struct Gathered {
    connection: Connection,
    /// What has yet to go out.
    words: BytesMut,
    /// Whether the others have had their turn.
    has_waited: bool,
}

impl Gathered {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            words: BytesMut::new(),
            has_waited: false,
        }
    }

    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.words.is_empty() {
            let sent = ready!(Pin::new(&mut self.connection).poll_write(cx, &self.words))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.words.advance(sent);
        }
        self.has_waited = false;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Gathered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(cx, buf)
    }
}

impl AsyncWrite for Gathered {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.words.len() >= ENOUGH {
            ready!(self.poll_out(cx))?;
        }
        let before = self.words.len();
        for buf in bufs {
            self.words.extend_from_slice(buf);
        }
        Poll::Ready(Ok(self.words.len() - before))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.words.is_empty() && self.words.len() < ENOUGH && !self.has_waited {
            self.has_waited = true;
            // At the end of the queue: a task that wakes itself is not served before others.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(self.poll_out(cx))?;
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_out(cx))?;
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn pair(room: usize) -> (DuplexStream, Gathered) {
        let (near, far) = duplex(room);
        (near, Gathered::new(Connection::Memory(far)))
    }

    #[tokio::test]
    async fn what_is_said_while_others_have_their_turn_goes_out_at_once() {
        let (mut near, mut far) = pair(ENOUGH);
        far.write_all(b"one").await.unwrap();
        let mut flush = Box::pin(far.flush());
        assert!(futures::poll!(&mut flush).is_pending());
        drop(flush);
        far.write_all(b"two").await.unwrap();
        far.flush().await.unwrap();
        let mut words = [0; 100];
        let heard = near.read(&mut words).await.unwrap();
        assert_eq!(&words[..heard], b"onetwo");
    }

    #[tokio::test]
    async fn much_goes_out_in_order_through_a_narrow_way() {
        let (mut near, mut far) = pair(1_000);
        let words: Vec<u8> = (0..10 * ENOUGH).map(|n| n.to_le_bytes()[n % 3]).collect();
        let said = words.clone();
        let saying = tokio::spawn(async move {
            for part in said.chunks(777) {
                far.write_all(part).await.unwrap();
            }
            far.shutdown().await.unwrap();
        });
        let mut heard = Vec::new();
        near.read_to_end(&mut heard).await.unwrap();
        saying.await.unwrap();
        assert!(heard == words);
    }

    #[tokio::test]
    async fn nothing_is_lost_silently() {
        let (near, mut far) = pair(10);
        drop(near);
        far.write_all(b"to nobody").await.unwrap();
        assert!(far.flush().await.is_err());
    }
}
