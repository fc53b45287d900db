//! An installation with a PostgreSQL and a Redis of its own, as deep as it is the same everywhere: databases, roles, schema.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testkit::{Durability, Postgres, Redis, free_port, postgres_program, usher_program};
use toml::Table;

use super::{Keys, deploy, output};

/// The services that have a database.
pub const OWNERS: [&str; 4] = ["identity", "licensing", "billing", "notification"];

/// Stores in which everything is prepared for services to start.
pub struct Installation {
    pub keys: Keys,
    pub folder: TempDir,
    pub postgres: Postgres,
    redis: Redis,
}

impl Installation {
    /// Makes the databases with their roles and brings them up to date, in the way that `deploy/README.md` tells.
    ///
    /// `seen` says how the services see an address of this machine, such as `127.0.0.1:5432`.
    pub async fn prepare(seen: impl AsyncFn(&str) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = Postgres::start(Durability::None).await.unwrap();
        let redis = Redis::start().await.unwrap();
        let (here, there) = (authority(postgres.url()), seen(authority(postgres.url())).await);
        let redis_url = format!("redis://{}/0", seen(authority(redis.url())).await);
        let mail = format!("folder:{}", folder.path().join("mail").display());
        let keys = Keys::make(
            &folder.path().join("keys"),
            &[("POSTGRES", &there), ("REDIS_URL", &redis_url), ("MAIL_URL", &mail)],
        );
        let passwords = keys.variables("postgres").unwrap();
        let migration = keys.variables("migration").unwrap();
        for service in OWNERS {
            let upper = service.to_uppercase();
            let (password, migrator) = (
                &passwords[&format!("{upper}_PASSWORD")],
                &passwords[&format!("{upper}_MIGRATOR_PASSWORD")],
            );
            let variable = format!("USHER_{upper}__DATABASE__URL");
            let url = migration[&variable].replace(&there, here);
            // Whatever is prepared bears being prepared again.
            for _ in 0..2 {
                output(psql(postgres.url()).args([
                    "-v",
                    &format!("service={service}"),
                    "-v",
                    &format!("password={password}"),
                    "-v",
                    &format!("migrator_password={migrator}"),
                    "-f",
                    &sql("roles/roles.sql"),
                ]));
                migrate(service, &variable, &url);
            }
        }
        Self {
            keys,
            folder,
            postgres,
            redis,
        }
    }

    /// Where PostgreSQL and Redis listen, as `host:port`.
    pub fn stores(&self) -> [String; 2] {
        [self.postgres.url(), self.redis.url()].map(|url| authority(url).to_owned())
    }

    /// Serves on this machine, with the files of `deploy/` and an address of its own; `addresses` has those of the peers too.
    pub fn serve(&self, service: &str, addresses: &BTreeMap<&str, SocketAddr>) -> Command {
        let prefix = format!("USHER_{}__", service.to_uppercase());
        let config = deploy().join(format!("kustomize/base/config/{service}.toml"));
        let told: Table = std::fs::read_to_string(&config).unwrap().parse().unwrap();
        let mut command = Command::new(usher_program());
        command.args(["serve", service, "--config"]).arg(config);
        command.envs(self.keys.variables(service).unwrap());
        command.envs(self.keys.certificate_variables(service));
        command.env(format!("{prefix}LISTEN"), addresses[service].to_string());
        let probes = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port().unwrap()));
        command.env(format!("{prefix}SERVER__PROBES"), probes.to_string());
        command.env(format!("{prefix}TELEMETRY__PROMETHEUS"), "127.0.0.1:0");
        command.envs(site(service));
        for (peer, address) in addresses.iter().filter(|(peer, _)| told.contains_key(**peer)) {
            command.env(format!("{prefix}{}", peer.to_uppercase()), format!("https://{address}"));
        }
        command
    }

    /// The address of a service's database, for one of its roles.
    pub fn database(&self, service: &str, role: &str) -> String {
        format!("postgres://{role}@{}/{service}", authority(self.postgres.url()))
    }
}

/// What the trial says of the site.
fn site(service: &str) -> Option<(&'static str, &'static str)> {
    match service {
        "identity" => Some(("USHER_IDENTITY__LINKS__BASE", "https://usher.example")),
        "gateway" => Some(("USHER_GATEWAY__SERVER__REFLECTION", "true")),
        "notification" => Some(("USHER_NOTIFICATION__MAIL__FROM_ADDRESS", "usher@usher.example")),
        _ => None,
    }
}

/// Brings a database up to date, then says what the service may do in it.
fn migrate(service: &str, variable: &str, url: &str) {
    let mut usher = Command::new(usher_program());
    output(usher.args(["migrate", service]).env(variable, url));
    let grants = sql(&format!("grants/{service}.sql"));
    output(psql(url).args(["--single-transaction", "-f", &grants]));
}

fn psql(url: &str) -> Command {
    let mut psql = Command::new(postgres_program("psql").unwrap());
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
    psql
}

fn sql(path: &str) -> String {
    deploy().join("sql").join(Path::new(path)).display().to_string()
}

/// The host and port in a URL.
fn authority(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    let rest = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    rest.rsplit_once('@').map_or(rest, |(_, authority)| authority)
}
