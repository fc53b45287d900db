//! One connection to a replica, kept: opened when it is first wanted, and again whenever it has ended.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tonic::body::Body;

use crate::connector::Connector;
use crate::gathered::Gathered;
use crate::heard::Heard;
use crate::news::News;
use crate::peer::ClientConfig;
use crate::refusal::chain;

/// The shortest pause after a connection could not be opened, however much it is wanted.
const PAUSE_MIN: Duration = Duration::from_millis(20);
/// The longest, when nobody wants it: a replica that is there again is found again this soon.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What requests are given to.
pub(crate) type Sender = SendRequest<Body>;

type BoxError = Box<dyn Error + Send + Sync>;

/// A connection; dropped, it ends when the calls on it are finished.
#[derive(Debug)]
pub(crate) struct Lane {
    shared: Arc<Shared>,
    _keeping: AbortOnDropHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    open: ArcSwapOption<Sender>,
    wanted: Notify,
}

/// How connections are opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    builder: Builder<TokioExecutor>,
    timeout: Duration,
}

impl Opening {
    pub(crate) fn new(config: &ClientConfig) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(config.keepalive_interval)
            .keep_alive_timeout(config.keepalive_timeout)
            .keep_alive_while_idle(true);
        Self {
            builder,
            timeout: config.connect_timeout,
        }
    }

    /// Opens a connection and lets it go on by itself, until the calls on it are finished and nobody has its sender.
    async fn open(&self, connector: &Connector) -> Result<(Sender, JoinHandle<hyper::Result<()>>), BoxError> {
        tokio::time::timeout(self.timeout, self.try_open(connector)).await?
    }

    async fn try_open(&self, connector: &Connector) -> Result<(Sender, JoinHandle<hyper::Result<()>>), BoxError> {
        let (connection, words) = Heard::new(Gathered::new(connector.connect().await?));
        let (sender, serving) = self.builder.handshake(TokioIo::new(connection)).await?;
        let serving = AbortOnDropHandle::new(tokio::spawn(serving));
        if words.await.is_err() {
            serving.await??;
            return Err("the connection was closed before it was served".into());
        }
        Ok((sender, serving.detach()))
    }
}

impl Lane {
    /// Keeps a connection; `news` hears of its fortune.
    pub(crate) fn new(connector: Connector, opening: Opening, news: News) -> Self {
        let shared = Arc::<Shared>::default();
        let keeping = keep(Arc::clone(&shared), connector, opening, news);
        Self {
            shared,
            _keeping: AbortOnDropHandle::new(tokio::spawn(keeping)),
        }
    }

    /// What takes a call now.
    pub(crate) fn sender(&self) -> Option<Sender> {
        self.look(Sender::clone)
    }

    /// Whether it takes a call now.
    pub(crate) fn is_open(&self) -> bool {
        self.look(|_| ()).is_some()
    }

    /// Looks at what takes calls. One that has ended is opened again.
    fn look<T>(&self, look: impl FnOnce(&Sender) -> T) -> Option<T> {
        let open = self.shared.open.load();
        let sender = open.as_ref()?;
        if sender.is_closed() {
            self.want();
            return None;
        }
        Some(look(sender))
    }

    /// Opens it now, if it is not open.
    pub(crate) fn want(&self) {
        self.shared.wanted.notify_one();
    }
}

async fn keep(shared: Arc<Shared>, connector: Connector, opening: Opening, news: News) {
    shared.wanted.notified().await;
    let mut pause = PAUSE_MIN;
    loop {
        let begin = Instant::now();
        match opening.open(&connector).await {
            Ok((sender, serving)) => {
                pause = PAUSE_MIN;
                shared.open.store(Some(Arc::new(sender)));
                news.opened();
                let ended = shared.closed(serving).await;
                shared.open.store(None);
                if let Err(error) = ended {
                    tracing::info!(%connector, error = chain(&*error), "a connection is lost");
                    news.lost();
                }
                // Whatever happens to connections, they are not opened faster than this.
                tokio::time::sleep_until(begin + PAUSE_MIN).await;
            }
            Err(error) => {
                // Once for each time: what a call suffers from is logged there.
                if pause == PAUSE_MIN {
                    tracing::info!(%connector, error = chain(&*error), "a connection cannot be opened");
                }
                news.failed();
                tokio::time::sleep_until(begin + PAUSE_MIN).await;
                tokio::select! {
                    () = tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..=1.0))) => {}
                    () = shared.wanted.notified() => {}
                }
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

impl Shared {
    /// Waits until the connection takes no more calls: it has ended, or somebody has found it closed. Those in progress go on.
    async fn closed(&self, mut serving: JoinHandle<hyper::Result<()>>) -> Result<(), BoxError> {
        loop {
            tokio::select! {
                ended = &mut serving => return Ok(ended??),
                () = self.wanted.notified() => {}
            }
            if self.open.load().as_ref().is_none_or(|sender| sender.is_closed()) {
                return Ok(());
            }
        }
    }
}
