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
    /// Where the replicas of each service are.
    places: BTreeMap<&'static str, Vec<Place>>,
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

/// Where one process is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) address: SocketAddr,
    /// Where it tells in plaintext how it is: elsewhere, if it speaks TLS.
    pub(super) probe: SocketAddr,
}

impl Place {
    fn new(is_secured: bool) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let probe = if is_secured {
            SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?))
        } else {
            address
        };
        Ok(Self { address, probe })
    }
}

impl Site {
    pub(super) fn new(redis_url: &str, mail_folder: &Path, certs: Option<PathBuf>, replicas: usize) -> Result<Self> {
        let mut places = BTreeMap::new();
        for service in PROCESSES {
            let pack: Result<Vec<_>> = (0..replicas).map(|_| Place::new(certs.is_some())).collect();
            places.insert(service, pack?);
        }
        Ok(Self {
            places,
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

    /// Where the replicas of a service are.
    pub(super) fn places(&self, service: &str) -> Result<Vec<Place>> {
        let places = self.places.get(service);
        places
            .cloned()
            .with_context(|| format!("there is no service {service}"))
    }

    pub(super) fn callers(&self, process: &str) -> Result<&CallerConfig> {
        self.callers
            .get(process)
            .with_context(|| format!("{process} has no keys"))
    }

    pub(super) fn into_callers(self) -> BTreeMap<String, CallerConfig> {
        self.callers
    }

    /// What `usher serve SERVICE` reads at this place.
    pub(super) fn config(&self, service: &str, place: Place, database: Option<&str>) -> Result<Table> {
        let callers = self.callers(service)?;
        let mut config = json!({
            "listen": place.address.to_string(),
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
        if place.probe != place.address {
            config["server"]["probes"] = json!(place.probe.to_string());
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
        let places = self.places(service)?;
        let addresses: Vec<_> = places
            .iter()
            .map(|place| format!("{scheme}://{}", place.address))
            .collect();
        Ok(match addresses.as_slice() {
            [one] => json!(one),
            _ => json!(addresses),
        })
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
