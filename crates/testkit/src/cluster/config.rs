//! The configuration files of a cluster: who listens where, with which keys.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chassis::CallerConfig;
use serde_json::{Value, json};
use toml::Table;
use uuid::Uuid;

use crate::port::free_port;

use super::{OPERATOR, PROCESSES};

/// The key that access tokens are signed with.
const ACCESS: &str = "access";

/// What the processes of one cluster have in common.
pub(super) struct Site {
    addresses: BTreeMap<&'static str, SocketAddr>,
    /// Where health is told in plaintext by those who speak TLS.
    probes: BTreeMap<&'static str, SocketAddr>,
    callers: BTreeMap<String, CallerConfig>,
    redis_url: String,
    mail_folder: PathBuf,
    /// Where the certificates are; none in plaintext.
    certs: Option<PathBuf>,
    access: CallerConfig,
    grant_key: String,
    link_key: String,
    preview_key: String,
    event_key: String,
}

impl Site {
    pub(super) fn new(redis_url: &str, mail_folder: &Path, certs: Option<PathBuf>) -> Result<Self> {
        let (mut addresses, mut probes) = (BTreeMap::new(), BTreeMap::new());
        for service in PROCESSES {
            addresses.insert(service, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
            if certs.is_some() {
                probes.insert(service, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
            }
        }
        Ok(Self {
            addresses,
            probes,
            callers: CallerConfig::circle(PROCESSES.into_iter().chain([OPERATOR])),
            redis_url: redis_url.to_owned(),
            mail_folder: mail_folder.to_owned(),
            certs,
            access: CallerConfig::circle([ACCESS])
                .remove(ACCESS)
                .context("no key was made")?,
            grant_key: secret(),
            link_key: secret(),
            preview_key: secret(),
            event_key: secret(),
        })
    }

    pub(super) fn address(&self, service: &str) -> Result<SocketAddr> {
        self.addresses
            .get(service)
            .copied()
            .with_context(|| format!("there is no service {service}"))
    }

    pub(super) fn callers(&self, process: &str) -> Result<&CallerConfig> {
        self.callers
            .get(process)
            .with_context(|| format!("{process} has no keys"))
    }

    /// Where a service tells how it is.
    pub(super) fn probe(&self, service: &str) -> Result<SocketAddr> {
        self.probes
            .get(service)
            .copied()
            .map_or_else(|| self.address(service), Ok)
    }

    pub(super) fn into_callers(self) -> BTreeMap<String, CallerConfig> {
        self.callers
    }

    /// What `usher serve SERVICE` reads.
    pub(super) fn config(&self, service: &str, database: Option<&str>) -> Result<Table> {
        let callers = self.callers(service)?;
        let mut config = json!({
            "listen": self.address(service)?.to_string(),
            "server": { "reflection": true },
            "callers": { "key": callers.key.expose(), "trusted": callers.trusted },
        });
        if let Some(tls) = self.tls(service) {
            config["clients"] = json!({ "tls": tls });
            // Clients of the gateway come in plaintext, as behind an ingress.
            if service != "gateway" {
                config["server"]["tls"] = tls;
            }
        }
        if let Some(address) = self.probes.get(service) {
            config["server"]["probes"] = json!(address.to_string());
        }
        if let Some(url) = database {
            config["database"] = json!({ "url": url });
        }
        for (key, value) in self.own(service)? {
            config[key] = value;
        }
        Ok(Table::try_from(config)?)
    }

    /// What only this service is told.
    fn own(&self, service: &str) -> Result<Vec<(&'static str, Value)>> {
        let shared = json!({ "redis_url": self.redis_url });
        Ok(match service {
            "identity" => vec![
                ("shared", shared),
                ("licensing", self.peer("licensing")?),
                ("billing", self.peer("billing")?),
                ("notification", self.peer("notification")?),
                ("sessions", json!({ "access_key": self.access.key.expose() })),
                (
                    "links",
                    json!({ "base": "https://usher.example", "key": self.link_key }),
                ),
                ("admission", json!({ "grant_key": self.grant_key })),
            ],
            "licensing" => vec![
                ("identity", self.peer("identity")?),
                ("grant_key", json!(self.grant_key)),
            ],
            "billing" => vec![
                ("licensing", self.peer("licensing")?),
                ("identity", self.peer("identity")?),
                ("changes", json!({ "preview_key": self.preview_key })),
                // No real money is paid in a test, and time is moved by it.
                ("cycle", json!({ "sandbox": true })),
                (
                    "payments",
                    json!({ "provider": "simulator", "event_key": self.event_key }),
                ),
            ],
            "notification" => {
                let url = format!("folder:{}", self.mail_folder.display());
                vec![
                    ("shared", shared),
                    (
                        "mail",
                        json!({ "url": url, "from_address": "usher@usher.example", "sandbox": true }),
                    ),
                    ("identity", self.peer("identity")?),
                ]
            }
            _ => vec![
                ("shared", shared),
                ("access", json!({ "public_key": self.access.public_key()? })),
                ("identity", self.peer("identity")?),
                ("licensing", self.peer("licensing")?),
                ("billing", self.peer("billing")?),
                ("notification", self.peer("notification")?),
            ],
        })
    }

    fn peer(&self, service: &str) -> Result<Value> {
        let scheme = if self.certs.is_some() { "https" } else { "http" };
        Ok(json!(format!("{scheme}://{}", self.address(service)?)))
    }

    /// What a process proves itself with.
    fn tls(&self, process: &str) -> Option<Value> {
        let folder = self.certs.as_ref()?.join(process);
        let file = |name| folder.join(name).display().to_string();
        Some(json!({ "certificate": file("tls.crt"), "key": file("tls.key"), "ca": file("ca.crt") }))
    }
}

/// Gives a gateway the certificate that it calls others with, and lets it ask its clients for none.
pub(super) fn seal(config: &mut Table) {
    let tls = config.get("clients").and_then(|clients| clients.get("tls"));
    let mut tls = tls.and_then(toml::Value::as_table).cloned().unwrap_or_default();
    tls.remove("ca");
    if let Some(toml::Value::Table(server)) = config.get_mut("server") {
        server.insert("tls".to_owned(), tls.into());
    }
}

/// A new key: 32 octets in base64.
fn secret() -> String {
    STANDARD.encode([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat())
}
