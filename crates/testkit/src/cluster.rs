//! The whole product as it runs in production: five processes or more, PostgreSQL and Redis, on free ports of the loopback.

mod config;
mod handover;
mod member;
mod rights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chassis::{CallerConfig, ClientConfig, Peer, Signer, TlsConfig};
use futures::future::try_join_all;
use tempfile::TempDir;
use toml::Table;
use types::Clock;

use crate::postgres::Postgres;
use crate::program::usher_program;
use crate::redis::Redis;

pub use self::handover::Handover;
pub use self::member::Member;

use self::config::Site;

/// The services that have a database.
const OWNERS: [&str; 4] = ["identity", "licensing", "billing", "notification"];
/// Every process.
const PROCESSES: [&str; 5] = ["identity", "licensing", "billing", "notification", "gateway"];
/// Who makes accounts: nobody that runs, but somebody the services trust.
const OPERATOR: &str = "operator";

/// The folder of the certificates.
const CERTS: &str = "certs";

/// Running processes; dropping this ends them.
#[derive(Debug)]
pub struct Cluster {
    /// The replicas of each service.
    members: BTreeMap<&'static str, Vec<Member>>,
    databases: BTreeMap<&'static str, String>,
    callers: BTreeMap<String, CallerConfig>,
    secured: bool,
    sealed: bool,
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
    pub async fn start_with(tune: impl FnMut(&str, &mut Table)) -> Result<Self> {
        let folder = TempDir::with_prefix("usher-cluster-")?;
        Self::start_in(folder, false, 1, tune).await
    }

    /// Starts all five with certificates as `usher certs dev` makes them: they talk TLS with each other.
    pub async fn start_secured(tune: impl FnMut(&str, &mut Table)) -> Result<Self> {
        let folder = TempDir::with_prefix("usher-cluster-")?;
        make_certs(&folder.path().join(CERTS)).await?;
        Self::start_in(folder, true, 1, tune).await
    }

    /// As [`Self::start_secured`], with a gateway that talks TLS to its clients, and asks them for no certificate.
    pub async fn start_sealed(mut tune: impl FnMut(&str, &mut Table)) -> Result<Self> {
        let seal_and_tune = |service: &str, config: &mut Table| {
            if service == "gateway" {
                config::seal(config);
            }
            tune(service, config);
        };
        let mut cluster = Self::start_secured(seal_and_tune).await?;
        cluster.sealed = true;
        Ok(cluster)
    }

    /// Starts two of each, with certificates: who calls a service knows both.
    pub async fn start_pairs(tune: impl FnMut(&str, &mut Table)) -> Result<Self> {
        let folder = TempDir::with_prefix("usher-cluster-")?;
        make_certs(&folder.path().join(CERTS)).await?;
        Self::start_in(folder, true, 2, tune).await
    }

    async fn start_in(
        folder: TempDir,
        secured: bool,
        replicas: usize,
        mut tune: impl FnMut(&str, &mut Table),
    ) -> Result<Self> {
        let (postgres, redis) = (Postgres::shared().await, Redis::shared().await);
        let redis_url = redis.database().await;
        let certs = secured.then(|| folder.path().join(CERTS));
        let site = Site::new(&redis_url, &folder.path().join("mail"), certs, replicas)?;

        let databases = try_join_all(OWNERS.map(|service| migrated(&postgres, service, &site, folder.path()))).await?;
        let databases: BTreeMap<_, _> = OWNERS.into_iter().zip(databases).collect();
        let mut members = BTreeMap::new();
        for service in PROCESSES {
            let url = databases.get(service).map(|url| rights::of_service(service, url));
            let mut pack = Vec::new();
            for place in site.places(service)? {
                let mut table = site.config(service, place, url.as_deref())?;
                tune(service, &mut table);
                let file = write(folder.path(), &format!("{service}-{}", pack.len()), &table)?;
                pack.push(Member::new(service, place.address, place.probe, &file));
            }
            members.insert(service, pack);
        }
        try_join_all(members.values_mut().flatten().map(|member| member.start(&[]))).await?;
        Ok(Self {
            members,
            databases,
            callers: site.into_callers(),
            secured,
            sealed: false,
            folder,
            postgres,
            redis,
            redis_url,
        })
    }

    /// Where the gateway listens, or the first of several: `127.0.0.1:12345`.
    #[must_use]
    pub fn address(&self) -> String {
        self.members["gateway"][0].address().to_string()
    }

    /// The process of one service, or the first of several, to be killed and started again.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn member(&mut self, service: &str) -> &mut Member {
        &mut self.members(service)[0]
    }

    /// All processes of one service.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn members(&mut self, service: &str) -> &mut [Member] {
        self.members
            .get_mut(service)
            .unwrap_or_else(|| panic!("there is no service {service}"))
    }

    /// The ids of the running processes, the first of each service.
    #[must_use]
    pub fn processes(&self) -> BTreeMap<&'static str, u32> {
        let running = |(service, pack): (&&'static str, &Vec<Member>)| Some((*service, pack.first()?.process_id()?));
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

    /// Where one service listens for the others, and the gateway for its clients.
    #[must_use]
    pub fn peer(&self, service: &str) -> Peer {
        let scheme = if self.secured && service != "gateway" {
            "https"
        } else {
            "http"
        };
        let address = |member: &Member| format!("{scheme}://{}", member.address());
        Peer::Replicas(self.members[service].iter().map(address).collect())
    }

    /// How `process` calls others.
    #[must_use]
    pub fn clients(&self, process: &str) -> ClientConfig {
        ClientConfig {
            tls: self.secured.then(|| self.tls(process)),
            ..ClientConfig::default()
        }
    }

    /// What `process` proves itself with, where certificates are used.
    #[must_use]
    pub fn tls(&self, process: &str) -> TlsConfig {
        let folder = self.folder.path().join(CERTS).join(process);
        TlsConfig {
            certificate: folder.join("tls.crt"),
            key: folder.join("tls.key"),
            ca: Some(folder.join("ca.crt")),
            reload_interval: Duration::from_secs(10),
        }
    }

    /// Puts certificates of a new authority in the place of those there are, from one moment to the next.
    pub async fn renew_certs(&self) -> Result<()> {
        self.new_certs().await?.forget_old()
    }

    /// Makes certificates of a new authority, to be installed step by step.
    pub async fn new_certs(&self) -> Result<Handover> {
        let (new, old) = (self.folder.path().join("new-certs"), self.folder.path().join(CERTS));
        make_certs(&new).await?;
        Ok(Handover::new(old, new))
    }

    /// Signs calls as the operator, who makes accounts.
    pub fn operator(&self) -> Result<Signer> {
        self.signer(OPERATOR)
    }

    /// Signs calls as `process`.
    pub fn signer(&self, process: &str) -> Result<Signer> {
        Ok(Signer::new(process, self.keys(process)?, Clock::system())?)
    }

    fn keys(&self, process: &str) -> Result<&CallerConfig> {
        let keys = self.callers.get(process);
        keys.with_context(|| format!("{process} has no keys"))
    }

    /// A configuration with which `usher` acts as the operator: where the gateway and identity are, and the key.
    pub fn operator_file(&self) -> Result<PathBuf> {
        let keys = self.keys(OPERATOR)?;
        let scheme = |has_tls| if has_tls { "https" } else { "http" };
        let mut config = serde_json::json!({
            "gateway": format!("{}://{}", scheme(self.sealed), self.address()),
            "identity": format!("{}://{}", scheme(self.secured), self.members["identity"][0].address()),
            "mail_dir": self.mail_folder(),
            "callers": { "key": keys.key.expose(), "trusted": keys.trusted },
        });
        if self.secured {
            let tls = self.tls(OPERATOR);
            config["clients"]["tls"] =
                serde_json::json!({ "certificate": tls.certificate, "key": tls.key, "ca": tls.ca });
        }
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

async fn make_certs(folder: &Path) -> Result<()> {
    let mut command = Command::new(usher_program());
    command.args(["certs", "dev", "--dir"]).arg(folder);
    let output = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .output()
        .await?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`usher certs dev` failed: {complaint}");
    Ok(())
}

/// A migrated database for one service.
async fn migrated(postgres: &Postgres, service: &str, site: &Site, folder: &Path) -> Result<String> {
    let migrate = async |url: String| {
        let file = write(
            folder,
            &format!("{service}-template"),
            &site.config(service, site.places(service)?[0], Some(&url))?,
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
