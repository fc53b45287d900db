//! The real service on a free port, with a database of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use ::notification::{Config, MailConfig, Migrator, RetentionConfig, ServeError};
use chassis::{
    Actor, CallerConfig, Channel, ClientConfig, Listener, Peer, Person, Secret, ServerConfig, SharedConfig, Shutdown,
    Signer, TelemetryConfig, WatchConfig,
};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::suppression_service_client::SuppressionServiceClient;
use proto::notification::internal::v1::wording_service_client::WordingServiceClient;
use proto::notification::internal::v1::{
    BatchGetDeliveriesRequest, CancelMailsRequest, DeleteSuppressionRequest, EnqueueMailsRequest,
    GetSuppressionRequest, GrantedProduct, Mail, MailKey, RenderWordingRequest, RenderWordingResponse, Suppression,
    Wording,
};
use proto::notification::v1::delivery::{Kind, State};
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use proto::notification::v1::{
    Delivery, GetDeliveryRequest, ListDeliveriesRequest, ListDeliveriesResponse, WaitForMailRequest,
    WaitForMailResponse, WatchDeliveriesRequest, WatchDeliveriesResponse,
};
use sea_orm::{ConnectionTrait, Statement};
use storage::{Database, DatabaseConfig, RelayConfig};
use testkit::{AuditSink, Postgres, eventually};
use tokio::task::JoinHandle;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::StatusExt;
use types::{AccountId, Clock, InvitationId, Role, SessionId, UserId};

use crate::identity::Identity;

pub const SOON: Duration = Duration::from_secs(20);
/// Longer than any test: what waits for it waits for something else to happen first.
pub const NEVER: Duration = Duration::from_secs(600);
pub const ALL_SERVICES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];

/// Where a test's database is; dropping it removes the database.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { _server: Postgres, url: String },
}

impl Place {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub async fn postgres() -> Self {
        let server = Postgres::shared().await;
        let url = server.database("notification").await;
        Self::Postgres { _server: server, url }
    }

    pub fn config(&self) -> DatabaseConfig {
        match self {
            Self::Sqlite(folder) => {
                DatabaseConfig::new(format!("sqlite://{}", folder.path().join("notification.db").display()))
            }
            Self::Postgres { url, .. } => DatabaseConfig {
                max_connections: 4,
                ..DatabaseConfig::new(url)
            },
        }
    }
}

/// Mail that goes to `url`, at a pace for tests.
pub fn mail(url: impl Into<String>) -> MailConfig {
    MailConfig {
        backoff_min: Duration::from_millis(20),
        backoff_max: Duration::from_millis(50),
        ..MailConfig::new(Secret::new(url).unwrap(), "usher@mail.example")
    }
}

/// A running notification service.
pub struct Notification {
    pub audit_sink: AuditSink,
    pub identity: Identity,
    pub database: Database,
    channel: Channel,
    callers: BTreeMap<String, CallerConfig>,
    stop: Shutdown,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Notification {
    pub async fn start(place: &Place, mail: MailConfig) -> Self {
        Self::start_with(place, mail, |_| {}).await
    }

    pub async fn start_with(place: &Place, mail: MailConfig, tune: impl FnOnce(&mut Config)) -> Self {
        let callers = CallerConfig::circle(ALL_SERVICES.into_iter().chain(["operator"]));
        let identity = Identity::default();
        let database = Database::connect(&place.config()).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let mut config = Config {
            listen,
            telemetry: TelemetryConfig::default(),
            server: ServerConfig::default(),
            database: place.config(),
            callers: callers["notification"].clone(),
            clients: ClientConfig::default(),
            shared: SharedConfig::default(),
            identity: identity.serve().await,
            relay: RelayConfig::default(),
            mail,
            watches: WatchConfig {
                poll: Duration::from_millis(20),
                ..WatchConfig::default()
            },
            retention: RetentionConfig {
                interval: Duration::from_millis(20),
                ..RetentionConfig::default()
            },
        };
        tune(&mut config);
        let stop = Shutdown::new();
        Self {
            audit_sink: identity.audit_sink.clone(),
            identity,
            database,
            channel: Peer::Tcp(format!("http://{listen}"))
                .channel("notification", &ClientConfig::default())
                .unwrap(),
            callers,
            served: tokio::spawn(::notification::serve(config, listener, stop.clone())),
            stop,
        }
    }

    /// Queues mails as identity does.
    pub async fn enqueue(&self, mails: Vec<Mail>) -> Result<(), Status> {
        self.enqueue_as("identity", &Actor::Service, mails).await
    }

    pub async fn enqueue_as(&self, issuer: &str, actor: &Actor, mails: Vec<Mail>) -> Result<(), Status> {
        let wordings = Vec::new();
        self.order(issuer, actor, EnqueueMailsRequest { mails, wordings }).await
    }

    /// Queues mails in accounts' own words.
    pub async fn enqueue_worded(&self, mails: Vec<Mail>, wordings: Vec<Wording>) -> Result<(), Status> {
        let order = EnqueueMailsRequest { mails, wordings };
        self.order("identity", &Actor::Service, order).await
    }

    /// Reads words, and writes a mail to a sample reader.
    pub async fn render_wording(
        &self,
        issuer: &str,
        message: RenderWordingRequest,
    ) -> Result<RenderWordingResponse, Status> {
        let request = self.signed(issuer, message, &Actor::Service);
        let answer = WordingServiceClient::new(self.channel.clone())
            .render_wording(request)
            .await;
        answer.map(Response::into_inner)
    }

    async fn order(&self, issuer: &str, actor: &Actor, order: EnqueueMailsRequest) -> Result<(), Status> {
        let request = self.signed(issuer, order, actor);
        MailServiceClient::new(self.channel.clone())
            .enqueue_mails(request)
            .await
            .map(drop)
    }

    /// A call without any token.
    pub async fn enqueue_unsigned(&self, mails: Vec<Mail>) -> Result<(), Status> {
        let wordings = Vec::new();
        let request = EnqueueMailsRequest { mails, wordings };
        MailServiceClient::new(self.channel.clone())
            .enqueue_mails(request)
            .await
            .map(drop)
    }

    pub async fn batch_get(&self, account: &str, invitations: Vec<String>) -> Result<Vec<Delivery>, Status> {
        self.batch_get_as("gateway", account, invitations).await
    }

    pub async fn batch_get_as(
        &self,
        issuer: &str,
        account: &str,
        invitation_ids: Vec<String>,
    ) -> Result<Vec<Delivery>, Status> {
        let message = BatchGetDeliveriesRequest {
            account_id: account.to_owned(),
            invitation_ids,
        };
        let request = self.signed(issuer, message, &Actor::Service);
        let answer = MailServiceClient::new(self.channel.clone())
            .batch_get_deliveries(request)
            .await;
        answer.map(|answer| answer.into_inner().deliveries)
    }

    /// Cancels a mail as identity does, whether it is there or not.
    pub async fn cancel(&self, mail: &Mail) -> Result<(), Status> {
        let key = MailKey {
            account_id: mail.account_id.clone(),
            send_key: mail.send_key.clone(),
        };
        self.cancel_as("identity", vec![key]).await
    }

    pub async fn cancel_as(&self, issuer: &str, keys: Vec<MailKey>) -> Result<(), Status> {
        let request = self.signed(issuer, CancelMailsRequest { keys }, &Actor::Service);
        let answer = MailServiceClient::new(self.channel.clone()).cancel_mails(request).await;
        answer.map(drop)
    }

    /// Why an address takes no mail.
    pub async fn suppression(&self, issuer: &str, address: &str) -> Result<Suppression, Status> {
        let message = GetSuppressionRequest {
            address: address.to_owned(),
        };
        let request = self.signed(issuer, message, &Actor::Service);
        let answer = SuppressionServiceClient::new(self.channel.clone())
            .get_suppression(request)
            .await;
        answer.map(|answer| answer.into_inner().suppression.unwrap())
    }

    /// Takes an address off the list.
    pub async fn delete_suppression(&self, issuer: &str, address: &str) -> Result<(), Status> {
        let message = DeleteSuppressionRequest {
            address: address.to_owned(),
        };
        let request = self.signed(issuer, message, &Actor::Service);
        let answer = SuppressionServiceClient::new(self.channel.clone())
            .delete_suppression(request)
            .await;
        answer.map(drop)
    }

    pub async fn list(&self, actor: &Actor, request: ListDeliveriesRequest) -> Result<ListDeliveriesResponse, Status> {
        let request = self.signed("gateway", request, actor);
        let answer = self.deliveries().list_deliveries(request).await;
        answer.map(Response::into_inner)
    }

    pub async fn get(&self, actor: &Actor, id: &str) -> Result<Delivery, Status> {
        let message = GetDeliveryRequest {
            delivery_id: id.to_owned(),
        };
        let request = self.signed("gateway", message, actor);
        let answer = self.deliveries().get_delivery(request).await;
        answer.map(|answer| answer.into_inner().delivery.unwrap())
    }

    pub async fn watch(
        &self,
        actor: &Actor,
        request: WatchDeliveriesRequest,
    ) -> Result<Streaming<WatchDeliveriesResponse>, Status> {
        let request = self.signed("gateway", request, actor);
        let answer = self.deliveries().watch_deliveries(request).await;
        answer.map(Response::into_inner)
    }

    pub async fn wait_for(&self, actor: &Actor, request: WaitForMailRequest) -> Result<WaitForMailResponse, Status> {
        let request = self.signed("gateway", request, actor);
        let answer = self.deliveries().wait_for_mail(request).await;
        answer.map(Response::into_inner)
    }

    /// The same, by a caller who gives up soon.
    pub async fn wait_briefly(
        &self,
        actor: &Actor,
        request: WaitForMailRequest,
    ) -> Result<WaitForMailResponse, Status> {
        let mut request = self.signed("gateway", request, actor);
        request.set_timeout(Duration::from_millis(300));
        let answer = self.deliveries().wait_for_mail(request).await;
        answer.map(Response::into_inner)
    }

    fn deliveries(&self) -> DeliveryServiceClient<Channel> {
        DeliveryServiceClient::new(self.channel.clone())
    }

    /// The latest delivery about the invitation of `mail`.
    pub async fn delivery(&self, mail: &Mail) -> Delivery {
        let mut found = self
            .batch_get(&mail.account_id, vec![mail.invitation_id.clone()])
            .await
            .unwrap();
        found.pop().unwrap()
    }

    /// Waits until the mail has come as far as `state`.
    pub async fn reaches(&self, mail: &Mail, state: State) -> Delivery {
        eventually(SOON, async || {
            let delivery = self.delivery(mail).await;
            if delivery.state() == state {
                Ok(delivery)
            } else {
                Err(format!("{delivery:?}"))
            }
        })
        .await
    }

    /// Lets the time pass after which a mail is tried again.
    pub async fn make_due(&self, mail: &Mail) {
        let sql = format!(
            "UPDATE mails SET next_attempt_time = 0 WHERE state = 'RETRYING' AND invitation_id = '{}'",
            mail.invitation_id
        );
        let changed = self.database.writer().execute_unprepared(&sql).await.unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }

    /// Changes what is in the database.
    pub async fn execute(&self, sql: &str) {
        self.database.writer().execute_unprepared(sql).await.unwrap();
    }

    /// How many rows a query answers.
    pub async fn rows(&self, sql: &str) -> usize {
        let statement = Statement::from_string(self.database.backend(), sql);
        self.database.reader().query_all_raw(statement).await.unwrap().len()
    }

    /// Stops the service as SIGTERM would, and waits until it has.
    pub async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap().unwrap();
        self.database.close().await;
    }

    /// What became of a service that ends by itself.
    pub async fn ended(self) -> Result<(), ServeError> {
        self.served.await.unwrap()
    }

    /// Asks the service to stop, and does not wait.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    fn signed<T>(&self, issuer: &str, message: T, actor: &Actor) -> Request<T> {
        let signer = Signer::new(issuer, &self.callers[issuer], Clock::system()).unwrap();
        signer.request(message, actor, "notification").unwrap()
    }
}

/// A welcome for a new invitation of a new account.
pub fn welcome(to: &str) -> Mail {
    welcome_to(AccountId::new(), to)
}

/// A welcome for a new invitation of this account.
pub fn welcome_to(account: AccountId, to: &str) -> Mail {
    let invitation = InvitationId::new();
    Mail {
        bill: None,
        send_key: format!("{invitation}/1"),
        account_id: account.to_string(),
        invitation_id: invitation.to_string(),
        kind: Kind::Welcome.into(),
        to: to.to_owned(),
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        language: "en".into(),
        account_name: "Analytical Engines".into(),
        person_name: "Charles Babbage".into(),
        link: format!("https://usher.example/accept?token={}", token(&invitation)),
        expire_time: Some(prost_types::Timestamp {
            seconds: 1_796_000_000,
            nanos: 0,
        }),
        products: vec![
            GrantedProduct {
                name: "Meeting".into(),
                guide_url: "https://usher.example/guides/meeting".into(),
            },
            GrantedProduct {
                name: "Training".into(),
                guide_url: "https://usher.example/guides/training".into(),
            },
        ],
        resent: false,
        wording: None,
        trace_parent: String::new(),
    }
}

/// A notice that is sent for no account, as to somebody who signs up.
pub fn sign_up(to: &str) -> Mail {
    Mail {
        account_id: String::new(),
        invitation_id: String::new(),
        kind: Kind::SignUp.into(),
        person_name: String::new(),
        products: Vec::new(),
        ..welcome(to)
    }
}

/// A notice of an account's that carries no link.
pub fn notice(account: AccountId, kind: Kind, to: &str) -> Mail {
    Mail {
        account_id: account.to_string(),
        kind: kind.into(),
        person_name: "Charles Babbage".into(),
        link: String::new(),
        expire_time: None,
        ..sign_up(to)
    }
}

/// What nobody but the reader may see.
fn token(invitation: &InvitationId) -> String {
    format!("s3cret{}", invitation.uuid().simple())
}

/// The secret part of a mail's link.
pub fn secret_of(mail: &Mail) -> &str {
    mail.link.rsplit('=').next().unwrap()
}

/// A person of this account who has logged in.
pub fn person(account: AccountId, role: Role) -> Actor {
    Actor::Person(Person {
        account,
        user: UserId::new(),
        role,
        billing_contact: false,
        permissions: types::Permissions::of(role, false),
        session: SessionId::new(),
    })
}

/// Code and reason of a refusal.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), chassis::reason(&status).unwrap_or_default())
}

/// Code, reason and fields of a refusal.
pub fn refused_fields<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String, Vec<String>) {
    let status = answer.unwrap_err();
    let violations = status
        .get_details_bad_request()
        .map(|bad| bad.field_violations)
        .unwrap_or_default();
    let fields = violations.into_iter().map(|violation| violation.field).collect();
    (status.code(), chassis::reason(&status).unwrap_or_default(), fields)
}
