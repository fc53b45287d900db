//! Identity with a database of its own, and what a test needs to talk to it and to look into it.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use chassis::{
    Actor, CallerConfig, Channel, ClientConfig, Listener, Memory, Peer, Person, Secret, SharedConfig, Shutdown, Signer,
    WatchConfig,
};
use identity::{
    AdmissionConfig, Config, InvitationConfig, LinkConfig, Migrator, OpenMailConfig, PasswordConfig,
    PasswordResetConfig, ResendConfig, SessionConfig, SignUpConfig, UserConfig,
};
use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use proto::identity::internal::v1::change_service_client::ChangeServiceClient;
use proto::identity::internal::v1::report_service_client::ReportServiceClient;
use proto::identity::internal::v1::sign_up_service_client::SignUpServiceClient;
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::account_service_client::AccountServiceClient as OwnAccountClient;
use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::billing_contact_service_client::BillingContactServiceClient;
use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::password_service_client::PasswordServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::settings_service_client::SettingsServiceClient;
use proto::identity::v1::settings_template_service_client::SettingsTemplateServiceClient;
use proto::identity::v1::transfer_service_client::TransferServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::welcome_email_service_client::WelcomeEmailServiceClient;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use storage::{Database, DatabaseConfig, RelayConfig};
use tempfile::TempDir;
use testkit::Postgres;
use tonic::Request;
use types::Clock;

use crate::peers::Peers;

/// How long anything may take.
pub const SOON: Duration = Duration::from_secs(10);
/// The key that licensing proves its grants with.
pub const GRANT_KEY: &str = "a key that licensing and identity share";
/// What links begin with.
pub const LINK_BASE: &str = "https://usher.example/people";
/// The Ed25519 seed of access tokens, in base64.
pub const ACCESS_KEY: &str = "c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVkc2VlZHNlZWQ=";

/// A real identity and its surroundings.
pub struct Stack {
    pub peers: Peers,
    pub database: Database,
    config: Config,
    callers: BTreeMap<String, CallerConfig>,
    channel: Channel,
    services: Mutex<Vec<tokio::task::JoinHandle<Result<(), identity::ServeError>>>>,
    shutdown: Shutdown,
    services_shutdown: Shutdown,
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
        let folder = TempDir::with_prefix("usher-identity-").unwrap();
        let url = format!("sqlite://{}", folder.path().join("identity.db").display());
        let database = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        Self::start(&url, database, Box::new(folder), change).await
    }

    pub async fn on_postgres(change: fn(&mut Config)) -> Self {
        let server = Postgres::shared().await;
        let url = server.migrated("identity", migrate).await;
        let database = Database::connect(&DatabaseConfig::new(&url)).await.unwrap();
        Self::start(&url, database, Box::new(server), change).await
    }

    async fn start(url: &str, database: Database, home: Home, change: fn(&mut Config)) -> Self {
        let names = [
            "gateway",
            "identity",
            "licensing",
            "billing",
            "notification",
            "operator",
        ];
        let callers = CallerConfig::circle(names);
        let shutdown = Shutdown::new();
        let (peers, address) = Peers::start(&callers, shutdown.clone()).await;
        let mut config = config(url, callers["identity"].clone(), &address);
        change(&mut config);
        let mut stack = Self {
            peers,
            database,
            channel: channel("http://127.0.0.1:1"),
            config,
            callers,
            services: Mutex::default(),
            services_shutdown: shutdown.child_token(),
            shutdown,
            _home: home,
        };
        stack.channel = stack.replica().await;
        stack
    }

    /// Starts identity once more, on the same database.
    pub async fn replica(&self) -> Channel {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (config, shutdown) = (self.config.clone(), self.services_shutdown.clone());
        let service = tokio::spawn(identity::serve(config, listener, shutdown));
        self.services.lock().unwrap().push(service);
        channel(&format!("http://{address}"))
    }

    /// Stops the services, waits for their end, and starts one anew on the same database.
    pub async fn restart(&mut self) {
        self.services_shutdown.cancel();
        for service in std::mem::take(self.services.get_mut().unwrap()) {
            tokio::time::timeout(SOON, service).await.unwrap().unwrap().unwrap();
        }
        self.services_shutdown = self.shutdown.child_token();
        self.channel = self.replica().await;
    }

    /// How the service has ended, which nobody told it to.
    pub async fn ended(mut self) -> Result<(), identity::ServeError> {
        let service = self.services.get_mut().unwrap().remove(0);
        tokio::time::timeout(SOON, service).await.unwrap().unwrap()
    }

    /// A message from the process called `issuer`, for itself.
    pub fn signed<T>(&self, issuer: &str, message: T) -> Request<T> {
        self.signed_for(issuer, &Actor::Service, message)
    }

    /// A message from the process called `issuer`, for somebody.
    pub fn signed_for<T>(&self, issuer: &str, actor: &Actor, message: T) -> Request<T> {
        let signer = Signer::new(issuer, &self.callers[issuer], Clock::system()).unwrap();
        signer.request(message, actor, "identity").unwrap()
    }

    /// A message that the gateway passes on for a person.
    pub fn by<T>(&self, person: &Person, message: T) -> Request<T> {
        self.signed_for("gateway", &Actor::Person(*person), message)
    }

    /// A message that the gateway passes on for somebody who has not said who they are.
    pub fn anonymous<T>(&self, message: T) -> Request<T> {
        self.signed_for("gateway", &Actor::Nobody, message)
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub fn changes(&self) -> ChangeServiceClient<Channel> {
        ChangeServiceClient::new(self.channel())
    }

    pub fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.channel())
    }

    pub fn reports(&self) -> ReportServiceClient<Channel> {
        ReportServiceClient::new(self.channel())
    }

    pub fn authentication(&self) -> AuthenticationServiceClient<Channel> {
        AuthenticationServiceClient::new(self.channel())
    }

    pub fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel())
    }

    pub fn invitations(&self) -> InvitationServiceClient<Channel> {
        InvitationServiceClient::new(self.channel())
    }

    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.channel())
    }

    pub fn groups(&self) -> GroupServiceClient<Channel> {
        GroupServiceClient::new(self.channel())
    }

    pub fn access(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel())
    }

    pub fn billing_contacts(&self) -> BillingContactServiceClient<Channel> {
        BillingContactServiceClient::new(self.channel())
    }

    pub fn roles(&self) -> RoleServiceClient<Channel> {
        RoleServiceClient::new(self.channel())
    }

    pub fn settings(&self) -> SettingsServiceClient<Channel> {
        SettingsServiceClient::new(self.channel())
    }

    pub fn settings_templates(&self) -> SettingsTemplateServiceClient<Channel> {
        SettingsTemplateServiceClient::new(self.channel())
    }

    pub fn own_account(&self) -> OwnAccountClient<Channel> {
        OwnAccountClient::new(self.channel())
    }

    pub fn sign_ups(&self) -> SignUpServiceClient<Channel> {
        SignUpServiceClient::new(self.channel())
    }

    pub fn passwords(&self) -> PasswordServiceClient<Channel> {
        PasswordServiceClient::new(self.channel())
    }

    pub fn transfers(&self) -> TransferServiceClient<Channel> {
        TransferServiceClient::new(self.channel())
    }

    pub fn welcome_emails(&self) -> WelcomeEmailServiceClient<Channel> {
        WelcomeEmailServiceClient::new(self.channel())
    }

    pub fn users(&self) -> UserServiceClient<Channel> {
        UserServiceClient::new(self.channel())
    }

    /// The one number that a statement answers as `n`.
    pub async fn count(&self, sql: impl Into<String>) -> i64 {
        let statement = Statement::from_string(self.database.backend(), sql);
        let row = Count::find_by_statement(statement).one(self.database.reader()).await;
        row.unwrap().unwrap().n
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        self.count(format!("SELECT count(*) AS n FROM {table}")).await
    }

    /// The texts that a statement answers as `text`.
    pub async fn texts(&self, sql: String) -> Vec<String> {
        let statement = Statement::from_string(self.database.backend(), sql);
        let rows = Text::find_by_statement(statement).all(self.database.reader()).await;
        rows.unwrap().into_iter().map(|row| row.text).collect()
    }

    pub async fn execute(&self, sql: &str) {
        self.database.writer().execute_unprepared(sql).await.unwrap();
    }

    pub fn on(&self) -> DbBackend {
        self.database.backend()
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

#[derive(FromQueryResult)]
struct Text {
    text: String,
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
    Peer::Tcp(address.to_owned()).channel("identity", &config).unwrap()
}

fn config(url: &str, caller: CallerConfig, peers: &str) -> Config {
    let secret = |text: &str| Secret::new(text).unwrap();
    let peer = || Peer::Tcp(peers.to_owned());
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        telemetry: Default::default(),
        server: Default::default(),
        database: DatabaseConfig::new(url),
        callers: caller,
        shared: SharedConfig::memory(Memory::default()),
        clients: ClientConfig::default(),
        licensing: peer(),
        billing: peer(),
        notification: peer(),
        relay: RelayConfig {
            poll_interval: Duration::from_millis(50),
            backoff_min: Duration::from_millis(10),
            backoff_max: Duration::from_millis(50),
            ..RelayConfig::default()
        },
        sessions: SessionConfig {
            access_key: secret(ACCESS_KEY),
            access_lifetime: Duration::from_secs(300),
            refresh_lifetime: Duration::from_secs(3_600),
            attempts_per_minute: 10,
        },
        links: LinkConfig {
            base: LINK_BASE.into(),
            key: secret("a key that links are derived from"),
        },
        invitations: InvitationConfig {
            lifetime: Duration::from_secs(3_600),
            sweep: Duration::from_millis(50),
            resend_interval: Duration::from_secs(60),
            resends: ResendConfig::default(),
        },
        sign_ups: SignUpConfig::default(),
        password_resets: PasswordResetConfig::default(),
        open_mails: OpenMailConfig::default(),
        admission: AdmissionConfig {
            grant_key: secret(GRANT_KEY),
            margin: Duration::from_secs(5),
            batch: 128,
            memory: Duration::from_secs(7 * 24 * 60 * 60),
            tombstones: true,
        },
        imports: identity::ImportConfig::default(),
        watches: WatchConfig {
            poll: Duration::from_millis(50),
            ..WatchConfig::default()
        },
        passwords: PasswordConfig {
            memory_kib: 8,
            passes: 1,
            concurrency: 2,
        },
        users: UserConfig::default(),
        billing_contacts: Default::default(),
    }
}

/// The defaults.
pub fn plain(_: &mut Config) {}
