//! Where connections come in: a TCP socket, or memory when caller and service share a process.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::mpsc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::{TlsAcceptor, TlsStream};

use crate::tls::Credentials;

/// Bytes a memory connection holds before its writer waits; large enough for an HTTP/2 window.
const MEMORY_BUFFER: usize = 256 * 1024;
/// Memory connections that may wait to be accepted.
const MEMORY_BACKLOG: usize = 64;

/// A source of connections.
#[derive(Debug)]
pub enum Listener {
    /// A bound TCP socket.
    Tcp(TcpListener),
    /// The other end of a [`MemoryPeer`].
    Memory(MemoryListener),
}

/// Accepts the connections its [`MemoryPeer`]s open.
#[derive(Debug)]
pub struct MemoryListener(mpsc::Receiver<DuplexStream>);

/// Opens connections to its [`MemoryListener`].
#[derive(Clone, Debug)]
pub struct MemoryPeer(mpsc::Sender<DuplexStream>);

/// A peer and a listener in the same process, joined without sockets.
#[must_use]
pub fn memory() -> (MemoryPeer, MemoryListener) {
    let (sender, receiver) = mpsc::channel(MEMORY_BACKLOG);
    (MemoryPeer(sender), MemoryListener(receiver))
}

impl Listener {
    /// Binds a TCP socket; port 0 takes any free port.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self::Tcp)
    }

    /// The address a TCP listener is bound to; none for memory.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Memory(_) => None,
        }
    }

    /// The next connection; `None` when there can be no more.
    pub(crate) async fn accept(&mut self) -> Option<io::Result<Connection>> {
        match self {
            Self::Tcp(listener) => Some(match listener.accept().await {
                // Without TCP_NODELAY a serial caller waits 40 ms for every answer (Nagle meets delayed ACK).
                Ok((stream, _)) => stream.set_nodelay(true).map(|()| Connection::Tcp(stream)),
                Err(error) => Err(error),
            }),
            Self::Memory(listener) => listener.0.recv().await.map(|stream| Ok(Connection::Memory(stream))),
        }
    }
}

impl Listener {
    /// Ends, with the connections that have come in and have not been accepted: whoever waits would be turned away without a
    /// word.
    pub(crate) fn into_waiting(self) -> Vec<Connection> {
        match self {
            Self::Tcp(listener) => waiting(listener).unwrap_or_default(),
            Self::Memory(mut listener) => {
                std::iter::from_fn(|| listener.0.try_recv().ok().map(Connection::Memory)).collect()
            }
        }
    }
}

/// Asks the socket itself, since what the runtime knows of it may be old.
fn waiting(listener: TcpListener) -> io::Result<Vec<Connection>> {
    let listener = listener.into_std()?;
    let accept = || {
        let (stream, _) = listener.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        stream.set_nodelay(true).ok()?;
        TcpStream::from_std(stream).ok().map(Connection::Tcp)
    };
    Ok(std::iter::from_fn(accept).collect())
}

impl MemoryPeer {
    /// Opens a connection.
    pub(crate) async fn connect(&self) -> io::Result<DuplexStream> {
        let (near, far) = tokio::io::duplex(MEMORY_BUFFER);
        let refused = |_| {
            io::Error::new(
                io::ErrorKind::ConnectionRefused,
                "the service in this process has stopped",
            )
        };
        self.0.send(far).await.map_err(refused)?;
        Ok(near)
    }
}

/// A connection, accepted or opened.
#[derive(Debug)]
pub(crate) enum Connection {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Memory(DuplexStream),
}

impl Connection {
    /// The address of the other side; none for memory.
    pub(crate) fn remote_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.peer_addr().ok(),
            Self::Tls(stream) => stream.get_ref().0.peer_addr().ok(),
            Self::Memory(_) => None,
        }
    }

    /// The same connection with TLS, where there is a socket.
    pub(crate) async fn secured(self, credentials: &Credentials) -> io::Result<Self> {
        match self {
            Self::Tcp(stream) => {
                let acceptor = TlsAcceptor::from(credentials.server());
                Ok(Self::Tls(Box::new(acceptor.accept(stream).await?.into())))
            }
            other @ (Self::Tls(_) | Self::Memory(_)) => Ok(other),
        }
    }

    /// What the other side has proved itself with.
    pub(crate) fn certificate(&self) -> Option<&CertificateDer<'static>> {
        match self {
            Self::Tls(stream) => stream.get_ref().1.peer_certificates()?.first(),
            Self::Tcp(_) | Self::Memory(_) => None,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Memory(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Memory(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Memory(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Memory(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Memory(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
            Self::Memory(stream) => stream.is_write_vectored(),
        }
    }
}
