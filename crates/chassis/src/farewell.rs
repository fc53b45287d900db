//! A served connection that ends politely: nothing more is written, but what the other side still writes is read, until it
//! has ended too. Whoever closes a connection with something unread in it resets it, and takes back what was said last, such as
//! which requests have not been looked at.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::gathered::Gathered;

/// The connection.
pub(crate) struct Farewell {
    connection: Gathered,
    patience: Duration,
    /// Until when the other side may end, once this one has.
    ending: Option<Pin<Box<Sleep>>>,
}

impl Farewell {
    /// With so much patience for the other side.
    pub(crate) const fn new(connection: Gathered, patience: Duration) -> Self {
        Self {
            connection,
            patience,
            ending: None,
        }
    }

    /// Waits until the other side has ended, one way or another.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ignored = [0; 1_024];
        loop {
            let mut ignored = ReadBuf::new(&mut ignored);
            let read = ready!(Pin::new(&mut self.connection).poll_read(cx, &mut ignored));
            if read.is_err() || ignored.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncRead for Farewell {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(cx, buf)
    }
}

impl AsyncWrite for Farewell {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ending.is_none() {
            ready!(Pin::new(&mut self.connection).poll_shutdown(cx))?;
            self.ending = Some(Box::pin(sleep(self.patience)));
        }
        let is_silent = self.poll_silence(cx).is_ready();
        let is_over = self
            .ending
            .as_mut()
            .is_none_or(|ending| ending.as_mut().poll(cx).is_ready());
        if is_silent || is_over {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::listener::Connection;

    const LONG: Duration = Duration::from_secs(60);

    /// Says goodbye on one end of a connection; the other end.
    fn goodbye(patience: Duration) -> (tokio::io::DuplexStream, tokio::task::JoinHandle<()>) {
        let (near, far) = tokio::io::duplex(64);
        let mut far = Farewell::new(Gathered::new(Connection::Memory(far)), patience);
        let ending = tokio::spawn(async move {
            far.write_all(b"goodbye").await.unwrap();
            far.shutdown().await.unwrap();
        });
        (near, ending)
    }

    #[tokio::test]
    async fn whoever_has_more_to_say_can_say_it_until_they_end() {
        let (mut near, ending) = goodbye(LONG);
        let mut words = String::new();
        near.read_to_string(&mut words).await.unwrap();
        assert_eq!(words, "goodbye");
        near.write_all(&[0; 10_000]).await.unwrap();
        assert!(!ending.is_finished());
        drop(near);
        ending.await.unwrap();
    }

    #[tokio::test]
    async fn whoever_does_not_end_is_not_waited_for_for_ever() {
        let (mut near, ending) = goodbye(Duration::from_millis(1));
        ending.await.unwrap();
        assert!(near.write_all(&[0; 10_000]).await.is_err());
    }
}
