//! Somebody who is logged in at a gateway, and calls it.

mod connection;
mod destination;
mod gateway;
mod greeting;
mod lookup;
mod pages;
mod password;
mod repeat;
mod resume;
mod store;
mod tokens;

use std::time::Duration;

use chassis::Channel;
use tokio::sync::Mutex;
use tonic::Request;
use types::Clock;

pub use self::connection::Connection;
pub(crate) use self::destination::Destination;
pub(crate) use self::gateway::Gateway;
pub(crate) use self::greeting::greet;
pub(crate) use self::lookup::{Lookup, RoleChoice};
pub use self::pages::Extent;
pub(crate) use self::pages::pages;
pub(crate) use self::password::Password;
pub use self::repeat::Repeatable;
pub(crate) use self::repeat::repeat;
pub(crate) use self::resume::{after, resume};
pub(crate) use self::store::{Login, Store};
pub(crate) use self::tokens::Tokens;

use crate::complaint::Problem;

/// How long a stream may last; then it is gone on with.
const STREAM: Duration = Duration::from_secs(3_600);

/// Calls a gateway with the session that `usher login` has begun, and keeps that session alive.
#[derive(Debug)]
pub(crate) struct Client {
    gateway: Gateway,
    store: Store,
    clock: Clock,
    login: Mutex<Login>,
}

impl Client {
    /// Takes up the session; no call is made yet.
    pub(crate) fn open(connection: &Connection) -> anyhow::Result<Self> {
        let store = Store::open()?;
        let login = store.read()?;
        let login = login.ok_or_else(|| Problem::NotLoggedIn("nobody is logged in".to_owned()))?;
        if let Some(server) = &connection.server
            && Destination::typed(server, None, login.gateway.may_be_plain())?.server() != login.gateway.server()
        {
            let text = format!("you are logged in at {}, not at {server}", login.gateway.server());
            return Err(Problem::NotLoggedIn(text).into());
        }
        Ok(Self {
            gateway: Gateway::at(&login.gateway)?,
            store,
            clock: Clock::system(),
            login: Mutex::new(login),
        })
    }

    /// The way to the gateway.
    pub(crate) fn channel(&self) -> Channel {
        self.gateway.channel()
    }

    /// Whether the gateway can be talked to, and if not, what to do.
    ///
    /// # Errors
    /// As [`greet`].
    pub(crate) async fn greet(&self) -> anyhow::Result<()> {
        let destination = self.login.lock().await.gateway.clone();
        greet(&destination).await
    }

    /// The same for answers that are streams, and take their time.
    pub(crate) fn patient_channel(&self) -> Channel {
        self.channel().with_timeout(STREAM)
    }

    /// A request in the name of whoever is logged in, with an access token that is good for a while.
    pub(crate) async fn request<M>(&self, message: M) -> anyhow::Result<Request<M>> {
        let mut login = self.login.lock().await;
        if !login.tokens.are_fresh(&self.clock) {
            *login = self.renew().await?;
        }
        login.tokens.request(message)
    }

    /// Tells the gateway that the session is over, and forgets it.
    pub(crate) async fn log_out(self) -> anyhow::Result<()> {
        let request = self.request(proto::identity::v1::LogOutRequest {}).await;
        let _lock = self.store.lock().await?;
        let told = match request {
            Ok(request) => self.gateway.log_out(request).await,
            Err(error) => Err(error),
        };
        self.store.forget()?;
        match told {
            // What has ended already is what was wanted.
            Err(error) if is_over(&error) => Ok(()),
            told => told,
        }
    }

    /// Another process may have renewed the session meanwhile, and a refresh token is good once: the lock lets one of them
    /// do it, and the others take what it has got.
    async fn renew(&self) -> anyhow::Result<Login> {
        let _lock = self.store.lock().await?;
        let stored = self.store.read()?;
        let mut login = stored.ok_or_else(|| Problem::NotLoggedIn("nobody is logged in any more".to_owned()))?;
        if login.gateway.server() != self.gateway.address() {
            let text = format!("you have logged in at {} meanwhile", login.gateway.server());
            return Err(Problem::NotLoggedIn(text).into());
        }
        if !login.tokens.are_fresh(&self.clock) {
            login.tokens = self.gateway.refresh(&login.tokens).await?;
            self.store.write(&login)?;
        }
        Ok(login)
    }
}

fn is_over(error: &anyhow::Error) -> bool {
    let status = error.downcast_ref::<tonic::Status>();
    status.is_some_and(|status| status.code() == tonic::Code::Unauthenticated)
}
