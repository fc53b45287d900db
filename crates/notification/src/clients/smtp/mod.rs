//! The next mail server, and the connections to it that wait for another mail.
//!
//! The library's own pool is not used. Its time-out covers the connecting only, so that a server which falls silent holds a
//! mail for ever; and a mail that is dropped on the way goes back into the pool with its connection in the middle of a
//! conversation, where the answer to one mail is taken for the answer to the next.

mod server;
mod session;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::address::Envelope;
use tokio::time::{Instant, timeout};

pub(super) use self::server::InvalidUrl;
use self::server::Server;
use self::session::{Session, Trouble};
use crate::domain::Failure;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// One answer.
    pub(super) command_timeout: Duration,
    /// A whole mail and the answer to it.
    pub(super) data_timeout: Duration,
    /// The wait for another mail.
    pub(super) idle_timeout: Duration,
    /// How many connections may wait.
    pub(super) idle_connections: usize,
}

/// A mail server.
#[derive(Debug)]
pub(super) struct Smtp {
    server: Server,
    limits: Limits,
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    session: Session,
    since: Instant,
}

impl Smtp {
    /// The server at `url`; `certificates` (PEM) are trusted beside the public ones.
    pub(super) fn new(url: &str, certificates: Option<Vec<u8>>, limits: Limits) -> Result<Self, InvalidUrl> {
        let server = Server::parse(url, certificates.as_deref())?;
        Ok(Self {
            server,
            limits,
            idle: Mutex::default(),
        })
    }

    /// Hands over one mail. Dropping the future closes its connection.
    pub(super) async fn deliver(&self, envelope: &Envelope, mail: &str) -> Result<(), Failure> {
        let mut session = self.begin(envelope).await?;
        match session.transfer(envelope, mail).await {
            Ok(()) => {
                self.keep(session);
                Ok(())
            }
            Err(stop) => {
                if stop.leaves_the_session_good() && session.reset().await.is_ok() {
                    self.keep(session);
                }
                Err(stop.into_failure())
            }
        }
    }

    /// Drops the connections that have waited too long.
    pub(super) fn tidy(&self) {
        self.lock()
            .retain(|idle| idle.since.elapsed() < self.limits.idle_timeout);
    }

    /// Says farewell on the connections that wait.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for mut idle in idle {
            // Politeness only: the connection ends either way.
            let _ = timeout(FAREWELL, idle.session.quit()).await;
        }
    }

    /// A session in which the sender has been named: one that waited, if the server has not hung up meanwhile.
    async fn begin(&self, envelope: &Envelope) -> Result<Session, Failure> {
        self.tidy();
        let idle = self.lock().pop();
        if let Some(Idle { mut session, .. }) = idle {
            match session.name_sender(envelope).await {
                Ok(()) => return Ok(session),
                Err(Trouble::Refused(_) | Trouble::Unable(_) | Trouble::Broken(_)) => {}
            }
        }
        let mut session = Session::open(&self.server, self.limits)
            .await
            .map_err(Trouble::into_failure_of_ours)?;
        session
            .name_sender(envelope)
            .await
            .map_err(Trouble::into_failure_of_ours)?;
        Ok(session)
    }

    fn keep(&self, session: Session) {
        let mut idle = self.lock();
        if idle.len() < self.limits.idle_connections {
            idle.push(Idle {
                session,
                since: Instant::now(),
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        // A list of connections is whole whatever happened while it was locked.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
