//! A TCP proxy that makes a server seem far away.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Forwards to a server, each way taking half of the round trip; ends when it is dropped.
pub struct DelayProxy {
    address: SocketAddr,
    task: AbortHandle,
}

impl DelayProxy {
    pub async fn start(server: String, round_trip: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&server).await.unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(forward(near_in, far_out, round_trip / 2));
                tokio::spawn(forward(far_in, near_out, round_trip / 2));
            }
        });
        Self {
            address,
            task: task.abort_handle(),
        }
    }

    /// `url` with the proxy in the server's place.
    pub async fn in_front_of(url: &str, round_trip: Duration) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap();
        let (user, server) = authority.rsplit_once('@').unwrap();
        let proxy = Self::start(server.to_owned(), round_trip).await;
        let url = format!("{scheme}://{user}@{}/{path}", proxy.address);
        (proxy, url)
    }
}

impl Drop for DelayProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(delay).await;
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
}
