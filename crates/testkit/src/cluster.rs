//! The whole product as it runs in production: five processes, PostgreSQL and Redis, on free ports of the loopback.

mod config;
mod member;
mod rights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use chassis::{CallerConfig, Peer, Signer};
use futures::future::try_join_all;
use tempfile::TempDir;
use toml::Table;
use types::Clock;

use crate::postgres::Postgres;
use crate::program::usher_program;
use crate::redis::Redis;

pub use self::member::Member;

use self::config::Site;

/// The services that have a database.
const OWNERS: [&str; 4] = ["identity", "licensing", "billing", "notification"];
/// Every process.
const PROCESSES: [&str; 5] = ["identity", "licensing", "billing", "notification", "gateway"];
/// Who makes accounts: nobody that runs, but somebody the services trust.
const OPERATOR: &str = "operator";

/// Five running processes; dropping this ends them.
#[derive(Debug)]
pub struct Cluster {
    members: BTreeMap<&'static str, Member>,
    databases: BTreeMap<&'static str, String>,
    operator: CallerConfig,
    folder: TempDir,
    postgres: Postgres,
    redis: Redis,
    redis_url: String,
}

impl Cluster {
    /// Starts all five with their default configuration.
    pub async fn start() -> Result<Self> {
        Self::start_with(|_, _| {}).await
    }

    /// Starts all five; `tune` may change the configuration of each, by the service's name.
    pub async fn start_with(mut tune: impl FnMut(&str, &mut Table)) -> Result<Self> {
        let folder = TempDir::with_prefix("usher-cluster-")?;
        let (postgres, redis) = (Postgres::shared().await, Redis::shared().await);
        let redis_url = redis.database().await;
        let site = Site::new(&redis_url, &folder.path().join("mail"))?;

        let databases = try_join_all(OWNERS.map(|service| migrated(&postgres, service, &site, folder.path()))).await?;
        let databases: BTreeMap<_, _> = OWNERS.into_iter().zip(databases).collect();
        let mut members = BTreeMap::new();
        for service in PROCESSES {
            let url = databases.get(service).map(|url| rights::of_service(service, url));
            let mut table = site.config(service, url.as_deref())?;
            tune(service, &mut table);
            let file = write(folder.path(), service, &table)?;
            members.insert(service, Member::new(service, site.address(service)?, &file));
        }
        try_join_all(members.values_mut().map(|member| member.start(&[]))).await?;
        Ok(Self {
            members,
            databases,
            operator: site.callers(OPERATOR)?.clone(),
            folder,
            postgres,
            redis,
            redis_url,
        })
    }

    /// Where the gateway listens: `127.0.0.1:12345`.
    #[must_use]
    pub fn address(&self) -> String {
        self.members["gateway"].address().to_string()
    }

    /// The process of one service, to be killed and started again.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn member(&mut self, service: &str) -> &mut Member {
        self.members
            .get_mut(service)
            .unwrap_or_else(|| panic!("there is no service {service}"))
    }

    /// The ids of the running processes, by service.
    #[must_use]
    pub fn processes(&self) -> BTreeMap<&'static str, u32> {
        let running = |(service, member): (&&'static str, &Member)| Some((*service, member.process_id()?));
        self.members.iter().filter_map(running).collect()
    }

    /// The address of one service's database; the gateway has none.
    #[must_use]
    pub fn database(&self, service: &str) -> Option<&str> {
        self.databases.get(service).map(String::as_str)
    }

    /// The server that the databases are in.
    #[must_use]
    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Where one service listens for the others.
    #[must_use]
    pub fn peer(&self, service: &str) -> Peer {
        Peer::Tcp(format!("http://{}", self.members[service].address()))
    }

    /// Signs calls as the operator, who makes accounts.
    pub fn operator(&self) -> Result<Signer> {
        Ok(Signer::new(OPERATOR, &self.operator, Clock::system())?)
    }

    /// A configuration with which `usher` acts as the operator: where the gateway and identity are, and the key.
    pub fn operator_file(&self) -> Result<PathBuf> {
        let config = serde_json::json!({
            "gateway": format!("http://{}", self.address()),
            "identity": format!("http://{}", self.members["identity"].address()),
            "mail_dir": self.mail_folder(),
            "callers": { "key": self.operator.key.expose(), "trusted": self.operator.trusted },
        });
        write(self.folder.path(), OPERATOR, &Table::try_from(config)?)
    }

    /// Makes Redis forget all it knows of this cluster; answers how many keys that were.
    pub async fn flush_redis(&self) -> Result<u64> {
        let keys = self.redis.command(&self.redis_url, &["DBSIZE"]).await?;
        self.redis.command(&self.redis_url, &["FLUSHDB"]).await?;
        keys.trim_start_matches("(integer) ")
            .parse()
            .with_context(|| format!("Redis has {keys} keys"))
    }

    /// Where mails end up, a file each.
    #[must_use]
    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }
}

/// A migrated database for one service.
async fn migrated(postgres: &Postgres, service: &str, site: &Site, folder: &Path) -> Result<String> {
    let migrate = async |url: String| {
        let file = write(
            folder,
            &format!("{service}-template"),
            &site.config(service, Some(&url))?,
        )?;
        let mut command = Command::new(usher_program());
        command.args(["migrate", service, "--config"]).arg(file);
        let output = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .output()
            .await?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`usher migrate {service}` failed: {complaint}");
        rights::grant(postgres, service, &url).await
    };
    Ok(postgres.migrated(service, migrate).await)
}

fn write(folder: &Path, name: &str, config: &Table) -> Result<PathBuf> {
    let file = folder.join(name).with_extension("toml");
    std::fs::write(&file, toml::to_string(config)?).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
