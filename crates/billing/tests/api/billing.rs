//! The real service on a free port, with a database of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use billing::{ChangeConfig, Config, CycleConfig, Migrator, PaymentConfig, ProviderConfig};
use chassis::{
    Actor, CallerConfig, Channel, ClientConfig, Listener, Peer, Person, Secret, ServerConfig, Shutdown, Signer,
    TelemetryConfig,
};
use proto::billing::internal::v1::subscription_service_client::SubscriptionServiceClient as InternalClient;
use proto::billing::internal::v1::{EndSubscriptionRequest, StartSubscriptionRequest, StartSubscriptionResponse};
use proto::billing::v1::billing_information_service_client::BillingInformationServiceClient;
use proto::billing::v1::invoice::State;
use proto::billing::v1::invoice_service_client::InvoiceServiceClient;
use proto::billing::v1::plan_service_client::PlanServiceClient;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::v1::test_clock_service_client::TestClockServiceClient;
use proto::billing::v1::{
    AdvanceTestClockRequest, BillingInformation, ChangePreview, ChangeSubscriptionRequest, ChangeSubscriptionResponse,
    ChangeTiming, GetSubscriptionRequest, Invoice, ListInvoicesRequest, ListPlansRequest, ListPlansResponse,
    PreviewChangeRequest, SubscribedSeats, Subscription, UpdateBillingInformationRequest,
};
use storage::{Database, DatabaseConfig, RelayConfig, outbox};
use testkit::{AuditSink, NoticeSink, Postgres, eventually};
use tokio::task::JoinHandle;
use tonic::{Code, Request, Response, Status};
use types::{AccountId, Clock, RequestId, Role, SessionId, UserId};

use crate::licensing::FakeLicensing;

/// What the payment provider signs its events with.
pub const EVENT_KEY: &str = "a key that a payment provider signs with";

const SOON: Duration = Duration::from_secs(20);

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
        let postgres = Postgres::shared().await;
        let url = postgres.database("billing").await;
        Self::Postgres { _server: postgres, url }
    }

    pub fn config(&self) -> DatabaseConfig {
        match self {
            Self::Sqlite(folder) => {
                DatabaseConfig::new(format!("sqlite://{}", folder.path().join("billing.db").display()))
            }
            Self::Postgres { url, .. } => DatabaseConfig {
                max_connections: 4,
                ..DatabaseConfig::new(url)
            },
        }
    }
}

/// A running billing service and all that belongs to it.
pub struct Billing {
    pub licensing: FakeLicensing,
    pub audit_sink: AuditSink,
    pub notice_sink: NoticeSink,
    pub database: Database,
    peer: Peer,
    pub channel: Channel,
    callers: BTreeMap<String, CallerConfig>,
    stop: Shutdown,
    served: JoinHandle<Result<(), billing::ServeError>>,
    _place: Place,
}

impl Billing {
    pub async fn start(place: Place) -> Self {
        let callers = CallerConfig::circle([
            "billing",
            "licensing",
            "identity",
            "gateway",
            "notification",
            "operator",
        ]);
        let licensing = FakeLicensing::start(&callers["licensing"]).await;
        let (audit_sink, notice_sink) = (AuditSink::default(), NoticeSink::default());
        let database = Database::connect(&place.config()).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let config = Config {
            listen,
            telemetry: TelemetryConfig::default(),
            server: ServerConfig::default(),
            database: place.config(),
            callers: callers["billing"].clone(),
            clients: ClientConfig::default(),
            licensing: licensing.peer.clone(),
            identity: notice_sink.serve_beside(&audit_sink).await.unwrap(),
            catalogue: None,
            changes: ChangeConfig {
                interval: Duration::from_millis(50),
                patience: Duration::from_millis(200),
                ..ChangeConfig::new(Secret::new("a key that seals previews").unwrap())
            },
            cycle: CycleConfig {
                interval: Duration::from_millis(50),
                sandbox: true,
                ..CycleConfig::default()
            },
            payments: PaymentConfig {
                provider: ProviderConfig::Simulator,
                event_key: Some(Secret::new(EVENT_KEY).unwrap()),
            },
            relay: RelayConfig {
                backoff_min: Duration::from_millis(20),
                backoff_max: Duration::from_millis(50),
                ..RelayConfig::default()
            },
        };
        let peer = Peer::Tcp(format!("http://{listen}"));
        let stop = Shutdown::new();
        Self {
            licensing,
            audit_sink,
            notice_sink,
            database,
            channel: peer.channel("billing", &ClientConfig::default()).unwrap(),
            peer,
            callers,
            served: tokio::spawn(billing::serve(config, listener, stop.clone())),
            stop,
            _place: place,
        }
    }

    pub async fn start_subscription(&self, account: AccountId, plan: &str) -> Result<String, Status> {
        let message = StartSubscriptionRequest {
            account_id: account.to_string(),
            plan: plan.to_owned(),
            time_zone: String::new(),
        };
        let answer = self.start_subscription_as("identity", message).await;
        answer.map(|answer| answer.into_inner().subscription_id)
    }

    pub async fn start_subscription_as(
        &self,
        issuer: &str,
        message: StartSubscriptionRequest,
    ) -> Result<Response<StartSubscriptionResponse>, Status> {
        let request = self.signed(issuer, message, &Actor::Service);
        InternalClient::new(self.channel.clone())
            .start_subscription(request)
            .await
    }

    pub async fn end_subscription(&self, account: AccountId) -> Result<(), Status> {
        self.end_subscription_as("identity", account.to_string()).await
    }

    pub async fn end_subscription_as(&self, issuer: &str, account_id: String) -> Result<(), Status> {
        let request = self.signed(issuer, EndSubscriptionRequest { account_id }, &Actor::Service);
        InternalClient::new(self.channel.clone())
            .end_subscription(request)
            .await
            .map(drop)
    }

    pub async fn get_subscription(&self, actor: &Actor) -> Result<Subscription, Status> {
        let request = self.signed("gateway", GetSubscriptionRequest {}, actor);
        let answer = SubscriptionServiceClient::new(self.channel.clone())
            .get_subscription(request)
            .await?;
        Ok(answer.into_inner().subscription.unwrap())
    }

    pub async fn list_plans(&self, actor: &Actor) -> Result<ListPlansResponse, Status> {
        let request = self.signed("gateway", ListPlansRequest {}, actor);
        let answer = PlanServiceClient::new(self.channel.clone()).list_plans(request).await;
        answer.map(Response::into_inner)
    }

    pub fn subscriptions(&self) -> SubscriptionServiceClient<Channel> {
        SubscriptionServiceClient::new(self.channel.clone())
    }

    /// What a change of these seats would cost.
    pub async fn preview(
        &self,
        actor: &Actor,
        plan: &str,
        seats: &[(&str, i64)],
        timing: ChangeTiming,
    ) -> Result<ChangePreview, Status> {
        let seats = seats.iter().map(|&(product, seats)| SubscribedSeats {
            product: product.to_owned(),
            seats,
        });
        let message = PreviewChangeRequest {
            plan: plan.to_owned(),
            seats: seats.collect(),
            timing: timing.into(),
            ..PreviewChangeRequest::default()
        };
        let request = self.signed("gateway", message, actor);
        let answer = self.subscriptions().preview_change(request).await?;
        Ok(answer.into_inner().preview.unwrap())
    }

    /// Makes the change that a token says.
    pub async fn change(
        &self,
        actor: &Actor,
        request_id: RequestId,
        preview_token: &str,
    ) -> Result<ChangeSubscriptionResponse, Status> {
        let message = ChangeSubscriptionRequest {
            request_id: request_id.to_string(),
            preview_token: preview_token.to_owned(),
        };
        let request = self.signed("gateway", message, actor);
        let answer = self.subscriptions().change_subscription(request).await;
        answer.map(Response::into_inner)
    }

    /// The account's invoices, oldest first.
    pub async fn invoices(&self, actor: &Actor) -> Vec<Invoice> {
        let request = self.signed("gateway", ListInvoicesRequest::default(), actor);
        let answer = InvoiceServiceClient::new(self.channel.clone())
            .list_invoices(request)
            .await;
        let mut invoices = answer.unwrap().into_inner().invoices;
        invoices.reverse();
        invoices
    }

    /// Changes the fields of the billing information that are not empty.
    pub async fn inform(&self, actor: &Actor, information: BillingInformation) -> Result<BillingInformation, Status> {
        let message = UpdateBillingInformationRequest {
            billing_information: Some(information),
            update_mask: None,
        };
        let request = self.signed("gateway", message, actor);
        let mut client = BillingInformationServiceClient::new(self.channel.clone());
        let answer = client.update_billing_information(request).await?;
        Ok(answer.into_inner().billing_information.unwrap())
    }

    /// Has the account pay like this.
    pub async fn pay_by(&self, actor: &Actor, method: &str) {
        let information = BillingInformation {
            payment_method: method.to_owned(),
            ..BillingInformation::default()
        };
        self.inform(actor, information).await.unwrap();
    }

    /// Lets the account's time go on.
    pub async fn advance(&self, actor: &Actor, seconds: i64) -> Result<Subscription, Status> {
        let time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        let request = self.signed("gateway", AdvanceTestClockRequest { time }, actor);
        let answer = TestClockServiceClient::new(self.channel.clone())
            .advance_test_clock(request)
            .await?;
        Ok(answer.into_inner().subscription.unwrap())
    }

    /// A new account that pays for `plan`, and its billing contact; its first period has begun, and is paid.
    pub async fn subscriber(&self, plan: &str) -> (AccountId, Actor) {
        let account = AccountId::new();
        self.start_subscription(account, plan).await.unwrap();
        let contact = contact(account);
        eventually(SOON, async || {
            let subscription = self.get_subscription(&contact).await.unwrap();
            let invoices = self.invoices(&contact).await;
            let paid = invoices.iter().filter(|invoice| invoice.state() == State::Paid).count();
            let begun = !subscription.period_start_date.is_empty() && paid == 1;
            begun.then_some(()).ok_or("no period is paid for")
        })
        .await;
        (account, contact)
    }

    /// Waits until nothing is left to deliver; answers how many messages are parked.
    pub async fn delivered(&self) -> u64 {
        eventually(SOON, async || {
            let depth = outbox::depth(self.database.reader()).await.unwrap();
            if depth.waiting == 0 {
                Ok(depth.parked)
            } else {
                Err(format!("{depth:?}"))
            }
        })
        .await
    }

    /// Stops the service as SIGTERM would.
    pub async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap().unwrap();
        let channel = self.peer.channel("billing", &ClientConfig::default()).unwrap();
        let answer = PlanServiceClient::new(channel).list_plans(ListPlansRequest {}).await;
        assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
    }

    pub fn signed<T>(&self, issuer: &str, message: T, actor: &Actor) -> Request<T> {
        let signer = Signer::new(issuer, &self.callers[issuer], Clock::system()).unwrap();
        signer.request(message, actor, "billing").unwrap()
    }
}

/// A person of this account who has logged in.
pub fn person(account: AccountId, role: Role) -> Actor {
    member(account, role, false)
}

/// The account's billing contact, an admin.
pub fn contact(account: AccountId) -> Actor {
    member(account, Role::Admin, true)
}

fn member(account: AccountId, role: Role, billing_contact: bool) -> Actor {
    Actor::Person(Person {
        account,
        user: UserId::new(),
        role,
        billing_contact,
        permissions: types::Permissions::of(role, billing_contact),
        session: SessionId::new(),
    })
}

/// Code and reason of a refusal.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), chassis::reason(&status).unwrap_or_default())
}
