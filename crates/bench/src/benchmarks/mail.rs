//! `mail`: mails from the order to a mail server on this machine, against a bare loop of the library that sends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chassis::{
    Actor, CallerConfig, ClientConfig, Listener, Peer, Secret, ServerConfig, SharedConfig, Shutdown, Signer,
    TelemetryConfig, WatchConfig,
};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use notification::{Config, MailConfig, Migrator, RetentionConfig};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::{EnqueueMailsRequest, Mail};
use proto::notification::v1::delivery::Kind;
use storage::{Database, DatabaseConfig, RelayConfig};
use testkit::{AuditSink, Postgres, poll};
use tokio::task::JoinSet;
use types::{AccountId, Clock, InvitationId};

use crate::duel::{Figure, duel};
use crate::plan::Plan;
use crate::reference::mail_sink::MailSink;
use crate::report::{Aim, Line};

/// Connections at once, on both sides.
const CONNECTIONS: usize = 16;
/// Mails in one order.
const BATCH: usize = 1_000;
/// As many as share an account's mails in life.
const DOMAINS: usize = 40;
const PATIENCE: Duration = Duration::from_secs(120);
/// The size of a welcome's parts: what is in the reference's mails.
const TEXT: usize = 700;
const HTML: usize = 8_000;

/// Mails a second that a local server has taken.
pub async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let sink = MailSink::start().await?;
    let service = Service::start(&sink).await?;
    let mails = plan.size(10_000, 1_000);
    let rounds = duel(
        plan,
        async || service.send(&sink, mails).await,
        async || bare_loop(&sink, mails).await,
    );
    let rounds = rounds.await?;
    service.stop().await?;
    Ok(vec![Line {
        name: "mail",
        unit: "mails/s",
        aim: Aim::RatioAtLeast(0.5),
        rounds,
    }])
}

/// A notification service in this process, as the sink and the reference are.
struct Service {
    mails: MailServiceClient<chassis::Channel>,
    signer: Signer,
    stop: Shutdown,
    served: tokio::task::JoinHandle<Result<(), notification::ServeError>>,
    _postgres: Postgres,
}

impl Service {
    async fn start(sink: &MailSink) -> Result<Self> {
        let postgres = Postgres::shared().await;
        let database = DatabaseConfig::new(postgres.database("notification").await);
        Database::connect(&database).await?.migrate::<Migrator>().await?;
        let callers = CallerConfig::circle(["identity", "notification"]);
        let listener = Listener::bind("127.0.0.1:0").await?;
        let listen = listener.local_addr().context("it listens nowhere")?;
        let mut mail = MailConfig::new(Secret::new(sink.url())?, "usher@usher.example");
        (mail.workers, mail.per_domain) = (CONNECTIONS, CONNECTIONS);
        let config = Config {
            listen,
            telemetry: TelemetryConfig::default(),
            server: ServerConfig::default(),
            database,
            callers: callers["notification"].clone(),
            clients: ClientConfig::default(),
            shared: SharedConfig::default(),
            identity: AuditSink::default().serve().await?,
            relay: RelayConfig::default(),
            mail,
            watches: WatchConfig::default(),
            retention: RetentionConfig::default(),
        };
        let stop = Shutdown::new();
        let channel = Peer::Tcp(format!("http://{listen}")).channel("notification", &ClientConfig::default())?;
        Ok(Self {
            mails: MailServiceClient::new(channel),
            signer: Signer::new("identity", &callers["identity"], Clock::system())?,
            served: tokio::spawn(notification::serve(config, listener, stop.clone())),
            stop,
            _postgres: postgres,
        })
    }

    /// From the first order to the last mail.
    async fn send(&self, sink: &MailSink, mails: usize) -> Result<Figure> {
        let (expected, start) = (sink.taken() + mails, Instant::now());
        for _ in 0..mails / BATCH {
            let message = EnqueueMailsRequest {
                mails: order(),
                wordings: Vec::new(),
            };
            let request = self.signer.request(message, &Actor::Service, "notification")?;
            self.mails.clone().enqueue_mails(request).await?;
        }
        let all = poll(PATIENCE, async || {
            let taken = sink.taken();
            ensure!(taken >= expected, "{taken} of {expected}");
            Ok(())
        });
        all.await?;
        Ok(rate(mails, start))
    }

    async fn stop(self) -> Result<()> {
        self.stop.cancel();
        Ok(self.served.await??)
    }
}

/// A thousand welcomes of one account.
fn order() -> Vec<Mail> {
    let account = AccountId::new();
    let welcome = |number: usize| {
        let invitation = InvitationId::new();
        Mail {
            send_key: format!("{invitation}:1"),
            account_id: account.to_string(),
            invitation_id: invitation.to_string(),
            kind: Kind::Welcome.into(),
            to: format!("reader{number}@domain{}.example", number % DOMAINS),
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            language: "en".into(),
            account_name: "Analytical Engines".into(),
            person_name: "Charles Babbage".into(),
            link: format!("https://usher.example/accept?token={}", invitation.uuid().simple()),
            expire_time: Some(chassis::timestamp(Clock::system().now() + Duration::from_secs(600_000))),
            ..Mail::default()
        }
    };
    (0..BATCH).map(welcome).collect()
}

/// The library, its own pool of as many connections, and nothing else.
async fn bare_loop(sink: &MailSink, mails: usize) -> Result<Figure> {
    let pool = PoolConfig::new().max_size(u32::try_from(CONNECTIONS)?);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(sink.port())
        .pool_config(pool)
        .build();
    let (left, start) = (Arc::new(AtomicUsize::new(mails)), Instant::now());
    let mut loops = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (transport, left) = (transport.clone(), Arc::clone(&left));
        loops.spawn(async move {
            let one_less = |left: usize| left.checked_sub(1);
            while let Ok(number) = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
                transport.send(letter(number)?).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended.context("a loop has ended badly")??;
    }
    Ok(rate(mails, start))
}

/// A mail of the size of ours.
fn letter(number: usize) -> Result<Message> {
    let from: Mailbox = "Usher <usher@usher.example>".parse()?;
    let to: Mailbox = format!("Ada Lovelace <reader{number}@domain.example>").parse()?;
    let line = "This is a line of words, as a welcome has many of them.\r\n";
    let filled = |size: usize| line.repeat(size / line.len());
    Ok(Message::builder()
        .from(from)
        .to(to)
        .subject("Charles Babbage invited you to Analytical Engines")
        .multipart(MultiPart::alternative_plain_html(filled(TEXT), filled(HTML)))?)
}

#[expect(clippy::cast_precision_loss, reason = "nobody sends 2^52 mails")]
fn rate(mails: usize, start: Instant) -> Figure {
    Figure::plain(mails as f64 / start.elapsed().as_secs_f64())
}
