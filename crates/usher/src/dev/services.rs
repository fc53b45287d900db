//! The five services at work in this process, from their start to their end.

use std::error::Error;

use anyhow::anyhow;
use chassis::{Channel, ClientConfig, Listener, MemoryListener, Peer, Shutdown, memory};
use tokio::task::JoinSet;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::configs::{Configs, Peers};
use crate::until::until;

/// The other ends of [`Peers`].
#[derive(Debug)]
pub(super) struct Listeners {
    identity: MemoryListener,
    licensing: MemoryListener,
    billing: MemoryListener,
    notification: MemoryListener,
}

/// Services that run; dropping this ends them without ceremony.
#[derive(Debug)]
pub(super) struct Services {
    edge: Group,
    inside: Group,
}

/// Services that stop together.
#[derive(Debug, Default)]
struct Group {
    stop: Shutdown,
    running: JoinSet<(&'static str, anyhow::Result<()>)>,
}

/// Joins the services to one another, without sockets.
pub(super) fn channels() -> (Peers, Listeners) {
    let (identity, identity_listener) = memory();
    let (licensing, licensing_listener) = memory();
    let (billing, billing_listener) = memory();
    let (notification, notification_listener) = memory();
    let peers = Peers {
        identity,
        licensing,
        billing,
        notification,
    };
    let listeners = Listeners {
        identity: identity_listener,
        licensing: licensing_listener,
        billing: billing_listener,
        notification: notification_listener,
    };
    (peers, listeners)
}

impl Services {
    /// Starts all five; the gateway on `edge`.
    pub(super) fn start(configs: Configs, listeners: Listeners, edge: Listener) -> Self {
        let (mut inside, mut outside) = (Group::default(), Group::default());
        let stop = || inside.stop.clone();
        let identity = identity::serve(configs.identity, Listener::Memory(listeners.identity), stop());
        let licensing = licensing::serve(configs.licensing, Listener::Memory(listeners.licensing), stop());
        let billing = billing::serve(configs.billing, Listener::Memory(listeners.billing), stop());
        let mail = Listener::Memory(listeners.notification);
        let notification = notification::serve(configs.notification, mail, stop());
        let gateway = gateway::serve(configs.gateway, edge, outside.stop.clone());
        inside.spawn("identity", identity);
        inside.spawn("licensing", licensing);
        inside.spawn("billing", billing);
        inside.spawn("notification", notification);
        outside.spawn("gateway", gateway);
        Self { edge: outside, inside }
    }

    /// Waits for a service that ends although nobody told it to, and tells why it did.
    pub(super) async fn first_end(&mut self) -> anyhow::Error {
        let ended = tokio::select! {
            Some(ended) = self.edge.running.join_next() => ended,
            Some(ended) = self.inside.running.join_next() => ended,
            else => return anyhow!("nothing runs"),
        };
        match ended {
            Ok((name, Err(error))) => error.context(format!("{name} cannot serve")),
            Ok((name, Ok(()))) => anyhow!("{name} has ended"),
            Err(error) => anyhow!("a service broke down: {error}"),
        }
    }

    /// Stops them: first the gateway, whose calls in progress need the others.
    pub(super) async fn stop(self) {
        self.edge.stop().await;
        self.inside.stop().await;
    }
}

impl Group {
    fn spawn<E>(&mut self, name: &'static str, serve: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.running.spawn(async move {
            let served = serve.await.map_err(|error| anyhow::Error::from_boxed(error.into()));
            (name, served)
        });
    }

    async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            match ended {
                Ok((_, Ok(()))) => {}
                Ok((name, Err(error))) => tracing::warn!(error = format!("{error:#}"), "{name} ended badly"),
                Err(error) => tracing::error!(%error, "a service broke down"),
            }
        }
    }
}

/// Waits until all five say that they are serving.
pub(super) async fn ready(peers: &Peers, gateway: &Peer) -> anyhow::Result<()> {
    let inside = [
        ("identity", &peers.identity),
        ("licensing", &peers.licensing),
        ("billing", &peers.billing),
        ("notification", &peers.notification),
    ];
    let inside = inside.map(|(name, peer)| (name, Peer::Memory(peer.clone())));
    for (name, peer) in inside.into_iter().chain([("gateway", gateway.clone())]) {
        let channel = peer.channel(name, &ClientConfig::default())?;
        until("the services to answer", async || is_serving(&channel).await).await?;
    }
    Ok(())
}

async fn is_serving(channel: &Channel) -> anyhow::Result<bool> {
    let whole = HealthCheckRequest { service: String::new() };
    let answer = HealthClient::new(channel.clone()).check(whole).await;
    Ok(answer.is_ok_and(|answer| answer.get_ref().status() == ServingStatus::Serving))
}
