//! The five processes as they are measured: release builds with their default configuration, but for what would measure the
//! wrong thing.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chassis::Actor;
use futures::future::try_join_all;
use proto::identity::internal::v1::CreateAccountResponse;
use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use testkit::{Cluster, poll};
use toml::{Table, Value};

use crate::account::{self, Account, Gateway};
use crate::cpu::{self, Meter};

const PATIENCE: Duration = Duration::from_secs(120);
/// How many people are added at once to fill the tables.
const BATCH: usize = 500;
/// Who has a database.
const OWNERS: [&str; 4] = ["identity", "licensing", "billing", "notification"];
/// The least that Argon2 takes: passwords are slow on purpose, and would be all that is measured.
const MEMORY_KIB: i64 = 8;
const PASSES: i64 = 1;

/// A running cluster.
pub struct Site {
    /// Its processes.
    pub cluster: Cluster,
    /// The way in.
    pub gateway: Gateway,
    meter: Meter,
}

impl Site {
    /// Starts one; `adjust` may change each service's configuration.
    pub async fn start(adjust: impl Fn(&str, &mut Table)) -> Result<Self> {
        let cluster = Cluster::start_with(|service, config| {
            if service == "identity" {
                set(config, "passwords", "memory_kib", MEMORY_KIB);
                set(config, "passwords", "passes", PASSES);
            }
            if service == "notification" {
                // Mails are kept for tests only.
                set(config, "mail", "sandbox", false);
            }
            adjust(service, config);
        });
        let cluster = cluster.await?;
        let gateway = Gateway::connect(&cluster.address())?;
        let meter = meter(&cluster).await?;
        Ok(Self {
            cluster,
            gateway,
            meter,
        })
    }

    /// Makes the databases such as they are after the first minutes: with people in them, and statistics about them, without
    /// which PostgreSQL takes its tables for empty.
    pub async fn settle_in(&self, people: usize) -> Result<()> {
        let account = self.accounts(1).await?.remove(0);
        for _ in 0..people.div_ceil(BATCH) {
            self.gateway.add_users(0, &account, account::adding(BATCH)).await?;
        }
        self.settled().await?;
        for service in OWNERS {
            self.sql(service, "ANALYZE").await?;
        }
        Ok(())
    }

    /// Looks at its processes, and at PostgreSQL.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// New accounts with many seats of every product, whose owners have just logged in.
    pub async fn accounts(&self, count: usize) -> Result<Vec<Account>> {
        let accounts = (0..count).map(async |_| {
            let message = account::founding();
            let credentials = (message.email.clone(), message.password.clone());
            let created = self.create(message).await?;
            let account = self.gateway.log_in(created.account_id, &credentials.0, &credentials.1);
            let account = account.await?;
            // They come by the outbox, through billing to licensing.
            let seats = poll(PATIENCE, async || {
                ensure!(self.gateway.has_seats(&account).await?, "no seats yet");
                Ok(())
            });
            seats.await?;
            Ok(account)
        });
        try_join_all(accounts).await
    }

    async fn create(
        &self,
        message: proto::identity::internal::v1::CreateAccountRequest,
    ) -> Result<CreateAccountResponse> {
        let request = self.cluster.operator()?.request(message, &Actor::Service, "identity")?;
        let identity = self
            .cluster
            .peer("identity")
            .channel("identity", &self.cluster.clients("operator"))?;
        let created = AccountServiceClient::new(identity).create_account(request).await?;
        Ok(created.into_inner())
    }

    /// Waits until everything that was promised is done: seats confirmed, mails sent.
    pub async fn settled(&self) -> Result<()> {
        let waiting = [
            ("identity", "SELECT count(*) FROM outbox"),
            ("licensing", "SELECT count(*) FROM reservations WHERE state = 'PENDING'"),
            (
                "notification",
                "SELECT count(*) FROM mails WHERE next_attempt_time IS NOT NULL",
            ),
        ];
        for (service, count) in waiting {
            let done = poll(PATIENCE, async || {
                let left = self.sql(service, count).await?;
                ensure!(left == "0", "{service} has {left} to do");
                Ok(())
            });
            done.await?;
        }
        Ok(())
    }

    /// Runs SQL in one service's database.
    pub async fn sql(&self, service: &str, sql: &str) -> Result<String> {
        let url = self.cluster.database(service);
        let url = url.with_context(|| format!("{service} has no database"))?;
        self.cluster.postgres().sql(url, sql).await
    }

    /// How the database treats what it is given.
    pub async fn conditions(&self) -> Result<BTreeMap<String, String>> {
        let mut conditions = BTreeMap::new();
        for setting in ["server_version", "fsync", "synchronous_commit", "shared_buffers"] {
            let value = self.sql("identity", &format!("SHOW {setting}")).await?;
            conditions.insert(format!("PostgreSQL {setting}"), value);
        }
        Ok(conditions)
    }
}

/// PostgreSQL answers each connection by a process of its own; their parent is the server.
async fn meter(cluster: &Cluster) -> Result<Meter> {
    let postgres = cluster.postgres();
    let a_child = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
    let a_child = postgres.sql(postgres.url(), a_child).await?;
    let server = cpu::parent(a_child.parse().context("PostgreSQL has no checkpointer")?)?;
    let members = cluster.processes().into_iter();
    let meter = Meter::default().family("postgres", server);
    Ok(members.fold(meter, |meter, (service, id)| meter.process(service, id)))
}

/// Sets one value of a configuration.
pub fn set(config: &mut Table, block: &str, key: &str, value: impl Into<Value>) {
    let block = config.entry(block).or_insert_with(|| Table::new().into());
    if let Value::Table(block) = block {
        block.insert(key.to_owned(), value.into());
    }
}
