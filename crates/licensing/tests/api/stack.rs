//! Licensing with a database of its own, and what a test needs to talk to it and to look into it.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use chassis::{Actor, CallerConfig, Channel, ClientConfig, Listener, Peer, Secret, Shutdown, Signer, WatchConfig};
use licensing::{Config, Migrator, ReservationConfig, RetentionConfig, SweepConfig};
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use proto::licensing::internal::v1::seat_service_client::SeatServiceClient as InternalSeatServiceClient;
use proto::licensing::v1::entitlement_service_client::EntitlementServiceClient;
use proto::licensing::v1::product_service_client::ProductServiceClient;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use sea_orm::FromQueryResult;
use storage::{Database, DatabaseConfig, RelayConfig, Sql};
use tempfile::TempDir;
use testkit::Postgres;
use tokio::task::JoinHandle;
use tonic::Request;
use types::Clock;

use crate::identity::Identity;

/// How long anything may take.
pub const SOON: Duration = Duration::from_secs(10);

/// A real licensing and its surroundings.
pub struct Stack {
    pub identity: Identity,
    pub database: Database,
    config: Config,
    callers: BTreeMap<String, CallerConfig>,
    channel: Channel,
    services: Mutex<Vec<JoinHandle<Result<(), licensing::ServeError>>>>,
    shutdown: Shutdown,
    _home: Home,
}

/// Where the database is, kept for as long as the test runs.
type Home = Box<dyn Any + Send + Sync>;

/// Runs tests on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stack::Stack::on_sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::stack::Stack::on_postgres).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

impl Stack {
    pub async fn on_sqlite(change: fn(&mut Config)) -> Self {
        let folder = TempDir::with_prefix("usher-licensing-").unwrap();
        let url = format!("sqlite://{}", folder.path().join("licensing.db").display());
        let database = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        Self::start(&url, database, Box::new(folder), change).await
    }

    pub async fn on_postgres(change: fn(&mut Config)) -> Self {
        let server = Postgres::shared().await;
        let url = server.migrated("licensing", migrate).await;
        let database = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        Self::start(&url, database, Box::new(server), change).await
    }

    async fn start(url: &str, database: Database, home: Home, change: fn(&mut Config)) -> Self {
        let names = ["gateway", "identity", "licensing", "billing", "notification"];
        let callers = CallerConfig::circle(names);
        let shutdown = Shutdown::new();
        let (identity, identity_address) = Identity::start(&callers, shutdown.clone()).await;
        let mut config = config(url, callers["licensing"].clone(), identity_address);
        change(&mut config);
        let mut stack = Self {
            identity,
            database,
            channel: channel("http://127.0.0.1:1"),
            config,
            callers,
            services: Mutex::default(),
            shutdown,
            _home: home,
        };
        stack.channel = stack.replica().await;
        stack
    }

    /// Starts licensing once more, on the same database.
    pub async fn replica(&self) -> Channel {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (config, shutdown) = (self.config.clone(), self.shutdown.child_token());
        let service = tokio::spawn(licensing::serve(config, listener, shutdown));
        self.services.lock().unwrap().push(service);
        channel(&format!("http://{address}"))
    }

    /// Stops the service and waits for its end.
    pub async fn stop(mut self) -> Result<(), licensing::ServeError> {
        self.shutdown.cancel();
        let first = self.services.get_mut().unwrap().remove(0);
        tokio::time::timeout(SOON, first).await.unwrap().unwrap()
    }

    /// A message from the process called `issuer`, for itself.
    pub fn signed<T>(&self, issuer: &str, message: T) -> Request<T> {
        self.signed_for(issuer, &Actor::Service, message)
    }

    /// A message from the process called `issuer`, for somebody.
    pub fn signed_for<T>(&self, issuer: &str, actor: &Actor, message: T) -> Request<T> {
        let signer = Signer::new(issuer, &self.callers[issuer], Clock::system()).unwrap();
        signer.request(message, actor, "licensing").unwrap()
    }

    /// The way to the service.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn reservations(&self) -> ReservationServiceClient<Channel> {
        ReservationServiceClient::new(self.channel.clone())
    }

    pub fn ledger(&self) -> InternalSeatServiceClient<Channel> {
        InternalSeatServiceClient::new(self.channel.clone())
    }

    pub fn seats(&self) -> SeatServiceClient<Channel> {
        SeatServiceClient::new(self.channel.clone())
    }

    pub fn products(&self) -> ProductServiceClient<Channel> {
        ProductServiceClient::new(self.channel.clone())
    }

    pub fn entitlements(&self) -> EntitlementServiceClient<Channel> {
        EntitlementServiceClient::new(self.channel.clone())
    }

    /// The one number that a statement answers as `n`.
    pub async fn count(&self, sql: &'static str) -> i64 {
        self.count_by(Sql {
            postgres: sql,
            sqlite: sql,
        })
        .await
    }

    /// The same, where the databases differ.
    pub async fn count_by(&self, sql: Sql) -> i64 {
        let row: Option<Count> = sql.query_one(self.database.reader(), Vec::new()).await.unwrap();
        row.unwrap().n
    }

    pub async fn execute(&self, sql: &'static str) {
        let sql = Sql {
            postgres: sql,
            sqlite: sql,
        };
        sql.execute(self.database.writer(), Vec::new()).await.unwrap();
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

async fn migrate(url: String) -> Result<(), storage::StorageError> {
    let database = Database::connect(&DatabaseConfig::new(url)).await?;
    database.migrate::<Migrator>().await?;
    database.close().await;
    Ok(())
}

fn channel(address: &str) -> Channel {
    let config = ClientConfig {
        request_timeout: Duration::from_secs(30),
        ..ClientConfig::default()
    };
    Peer::Tcp(address.to_owned()).channel("licensing", &config).unwrap()
}

fn config(url: &str, caller: CallerConfig, identity: String) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        telemetry: Default::default(),
        server: Default::default(),
        database: DatabaseConfig::new(url),
        callers: caller,
        identity: Peer::Tcp(identity),
        clients: ClientConfig::default(),
        grant_key: Secret::new("a key that licensing and identity share").unwrap(),
        reservations: ReservationConfig::default(),
        relay: RelayConfig::default(),
        sweep: SweepConfig {
            interval: Duration::from_millis(10),
            lease: Duration::from_secs(2),
            backoff_min: Duration::from_millis(10),
            backoff_max: Duration::from_millis(50),
            ..SweepConfig::default()
        },
        retention: RetentionConfig {
            interval: Duration::from_millis(10),
            ..RetentionConfig::default()
        },
        watches: WatchConfig {
            poll: Duration::from_millis(10),
            ..WatchConfig::default()
        },
        catalogue: None,
    }
}

/// The defaults.
pub fn plain(_: &mut Config) {}

/// Reservations that are past their deadline at once.
pub fn hasty(config: &mut Config) {
    config.reservations.ttl = Duration::from_millis(1);
}
