//! A connection that tells when the other side has begun to serve it: until then it may lie in a queue that nobody serves any
//! more, and all that is sent on it would be lost.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

use crate::gathered::Gathered;

/// Where a frame says what it is (RFC 9113 §4.1), and what the first one is of whoever serves a connection (§3.4).
const KIND: usize = 3;
const SETTINGS: u8 = 4;

/// The connection. It tells once; if it is dropped before, or begins otherwise, never.
pub(crate) struct Heard {
    connection: Gathered,
    /// How many octets have been heard, as long as it is not known what they are.
    octets: usize,
    tell: Option<oneshot::Sender<()>>,
}

impl Heard {
    /// With what waits for the first words.
    pub(crate) fn new(connection: Gathered) -> (Self, oneshot::Receiver<()>) {
        let (tell, words) = oneshot::channel();
        let heard = Self {
            connection,
            octets: 0,
            tell: Some(tell),
        };
        (heard, words)
    }

    fn hear(&mut self, words: &[u8]) {
        let Some(tell) = self.tell.take() else { return };
        match words.get(KIND - self.octets) {
            Some(&SETTINGS) => {
                let _nobody_waits = tell.send(());
            }
            Some(_) => {}
            None => {
                self.octets += words.len();
                self.tell = Some(tell);
            }
        }
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.connection).poll_read(cx, buf))?;
        self.hear(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Heard {
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
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::listener::Connection;

    #[tokio::test]
    async fn only_whoever_begins_with_settings_is_heard() {
        let table: [(&[&[u8]], bool); 5] = [
            (&[&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]], true),
            (&[&[0, 0], &[0], &[SETTINGS]], true),
            // An alert of TLS, as plaintext is answered.
            (&[&[21, 3, 3, 0, 2, 2, 70]], false),
            (&[b"HTT", b"P/1.1 400 "], false),
            (&[&[0, 0, 0]], false),
        ];
        for (words, expected) in table {
            let (mut near, far) = tokio::io::duplex(64);
            let (mut heard, told) = Heard::new(Gathered::new(Connection::Memory(far)));
            for words in words {
                near.write_all(words).await.unwrap();
                heard.read_exact(&mut vec![0; words.len()]).await.unwrap();
            }
            drop(heard);
            assert_eq!(told.await.is_ok(), expected, "{words:?}");
        }
    }
}
