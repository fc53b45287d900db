//! A faulty network: a TCP proxy that delays, stalls or cuts what passes through it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// How the network behaves now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Everything passes at once.
    #[default]
    Fine,
    /// Everything passes, each way later by this much.
    Slow(Duration),
    /// Connections stay open and nothing passes.
    Stalled,
    /// Connections are closed, new ones too.
    Cut,
}

/// A proxy before one server; dropping it cuts every connection.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    network: watch::Sender<Network>,
    task: AbortHandle,
}

impl Proxy {
    /// Listens on a free port and forwards to `upstream`, as `127.0.0.1:5432`.
    pub async fn start(upstream: &str) -> std::io::Result<Self> {
        Self::start_at(Ipv4Addr::LOCALHOST, upstream).await
    }

    /// The same, on an address of this machine.
    pub async fn start_at(address: impl Into<IpAddr>, upstream: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address.into(), 0)).await?;
        let address = listener.local_addr()?;
        let (network, state) = watch::channel(Network::Fine);
        let task = tokio::spawn(accept(listener, upstream.to_owned(), state)).abort_handle();
        Ok(Self { address, network, task })
    }

    /// Where clients should connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the network for open and for coming connections.
    pub fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, upstream: String, network: watch::Receiver<Network>) {
    // Aborting this task drops the set, and with it every connection.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(forward(client, upstream.clone(), network.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn forward(client: TcpStream, upstream: String, network: watch::Receiver<Network>) -> std::io::Result<()> {
    if *network.borrow() == Network::Cut {
        return Ok(());
    }
    let server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_reader, client_writer) = client.into_split();
    let (server_reader, server_writer) = server.into_split();
    let both = async {
        tokio::join!(
            one_way(client_reader, server_writer, network.clone()),
            one_way(server_reader, client_writer, network.clone()),
        )
    };
    let mut state = network.clone();
    tokio::select! {
        _ = both => {}
        _ = state.wait_for(|now| *now == Network::Cut) => {}
    }
    Ok(())
}

/// Reads ahead, so that a slow network delays every byte by the same time and does not narrow.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, network: watch::Receiver<Network>) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let read = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now(), buffer[..count].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((received, bytes)) = receiver.recv().await {
            let Some(delay) = passable(network.clone()).await else {
                return;
            };
            sleep_until(received + delay).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // The other side has finished: so do we, in this direction only.
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

/// The delay of a network that lets something pass, once it does.
async fn passable(mut network: watch::Receiver<Network>) -> Option<Duration> {
    let passing = network
        .wait_for(|now| matches!(now, Network::Fine | Network::Slow(_)))
        .await
        .ok()?;
    match *passing {
        Network::Slow(delay) => Some(delay),
        Network::Fine | Network::Stalled | Network::Cut => Some(Duration::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);
    const A_WHILE: Duration = Duration::from_millis(100);

    /// A server that answers every byte with itself.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut reader, mut writer) = stream.split();
                    tokio::io::copy(&mut reader, &mut writer).await
                });
            }
        });
        address
    }

    async fn connected() -> (Proxy, TcpStream) {
        let proxy = Proxy::start(&echo().await.to_string()).await.unwrap();
        let stream = TcpStream::connect(proxy.address()).await.unwrap();
        (proxy, stream)
    }

    async fn round_trip(stream: &mut TcpStream) -> std::io::Result<u8> {
        stream.write_all(b"x").await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn a_fine_network_passes_everything() {
        let (_proxy, mut stream) = connected().await;
        assert_eq!(timeout(SOON, round_trip(&mut stream)).await.unwrap().unwrap(), b'x');
    }

    #[tokio::test]
    async fn a_slow_network_delays_both_ways() {
        let (proxy, mut stream) = connected().await;
        proxy.set(Network::Slow(A_WHILE));
        let start = Instant::now();
        timeout(SOON, round_trip(&mut stream)).await.unwrap().unwrap();
        assert!(start.elapsed() >= 2 * A_WHILE, "only {:?}", start.elapsed());
    }

    #[tokio::test]
    async fn a_stalled_network_goes_on_where_it_stopped() {
        let (proxy, mut stream) = connected().await;
        proxy.set(Network::Stalled);
        assert!(timeout(A_WHILE, round_trip(&mut stream)).await.is_err());
        proxy.set(Network::Fine);
        assert_eq!(timeout(SOON, stream.read_u8()).await.unwrap().unwrap(), b'x');
    }

    #[tokio::test]
    async fn a_cut_network_closes_old_and_new_connections() {
        let (proxy, mut old) = connected().await;
        timeout(SOON, round_trip(&mut old)).await.unwrap().unwrap();
        proxy.set(Network::Cut);
        assert!(timeout(SOON, round_trip(&mut old)).await.unwrap().is_err());
        let mut new = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(timeout(SOON, round_trip(&mut new)).await.unwrap().is_err());
        proxy.set(Network::Fine);
        let mut newest = TcpStream::connect(proxy.address()).await.unwrap();
        timeout(SOON, round_trip(&mut newest)).await.unwrap().unwrap();
    }
}
