//! Refusals of people who are known, told to the audit log: collected beside the answers, never in their way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chassis::{Actor, AuditLog, AuditRecord, Caller, MAX_AUDIT_RECORDS, Shutdown, reason};
use http::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{AccountId, AuditEventId, Clock};

use crate::config::DenialConfig;

/// Refusals that wait to be looked at.
const QUEUE: usize = 1_024;
/// Refusals that wait for identity, and people whose refusals are counted.
const MAX_WAITING: usize = 5_000;
/// How long identity is left alone after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// The gRPC code of `PERMISSION_DENIED`, as answers carry it.
const PERMISSION_DENIED: &str = "7";

/// Where refusals are collected; cheap to clone.
#[derive(Clone)]
pub struct Denials {
    queue: mpsc::Sender<AuditRecord>,
    lost: Arc<AtomicU64>,
    clock: Clock,
}

impl Denials {
    /// Collects refusals for `log`; the future tells them, until `stop`.
    pub fn new(
        config: DenialConfig,
        clock: Clock,
        log: AuditLog,
        stop: Shutdown,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (queue, refused) = mpsc::channel(QUEUE);
        let lost = Arc::<AtomicU64>::default();
        let teller = Teller {
            config,
            log,
            refused,
            lost: Arc::clone(&lost),
            windows: HashMap::new(),
            waiting: Vec::new(),
        };
        (Self { queue, lost, clock }, teller.run(stop))
    }

    /// Takes note of an answer that refuses somebody what they may not do.
    pub fn observe(&self, caller: &Caller, path: &str, answer: &Response<Body>) {
        let headers = answer.headers();
        if headers.get("grpc-status").is_none_or(|code| code != PERMISSION_DENIED) {
            return;
        }
        let Actor::Person(person) = &caller.actor else {
            return;
        };
        let Some(status) = Status::from_header_map(headers) else {
            return;
        };
        let mut after = json!({ "reason": reason(&status).unwrap_or_default() });
        let permission = status
            .get_details_error_info()
            .and_then(|mut info| info.metadata.remove("permission"));
        if let Some(permission) = permission {
            after["permission"] = permission.into();
        }
        let method = path.trim_start_matches('/');
        let record = AuditRecord::new(person.account, caller, method, &"", self.clock.now());
        let record = AuditRecord { denied: true, ..record };
        if self.queue.try_send(record.change(Value::Null, after)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Tells identity, a few at a time.
struct Teller {
    config: DenialConfig,
    log: AuditLog,
    refused: mpsc::Receiver<AuditRecord>,
    lost: Arc<AtomicU64>,
    windows: HashMap<(AccountId, String), Window>,
    waiting: Vec<AuditRecord>,
}

/// What was told of one person lately.
struct Window {
    end: Instant,
    told: u32,
    omitted: u64,
    last: AuditRecord,
}

impl Teller {
    async fn run(mut self, stop: Shutdown) {
        let mut next = Instant::now() + self.config.delay;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(record) = self.refused.recv() => self.take(record),
                () = tokio::time::sleep_until(next) => {
                    self.close(Some(Instant::now()));
                    let pause = if self.tell().await { self.config.delay } else { PAUSE };
                    next = Instant::now() + pause;
                }
            }
        }
        while let Ok(record) = self.refused.try_recv() {
            self.take(record);
        }
        self.close(None);
        self.tell().await;
    }

    /// A refusal is to be told, or only to be counted.
    fn take(&mut self, record: AuditRecord) {
        let now = Instant::now();
        let key = (record.account_id, record.actor_id.clone());
        if self.windows.get(&key).is_some_and(|window| window.end <= now)
            && let Some(window) = self.windows.remove(&key)
        {
            self.waiting.extend(window.summary());
        }
        if self.windows.len() >= MAX_WAITING || self.waiting.len() >= MAX_WAITING {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let window = self.windows.entry(key).or_insert_with(|| Window {
            end: now + self.config.window,
            told: 0,
            omitted: 0,
            last: record.clone(),
        });
        if window.told < self.config.limit {
            window.told += 1;
            self.waiting.push(record);
        } else {
            window.omitted += 1;
            window.last = record;
        }
    }

    /// Ends the windows that are over by `now`, or all; what was only counted in them is told as a number.
    fn close(&mut self, now: Option<Instant>) {
        let over = |_: &_, window: &mut Window| now.is_none_or(|now| window.end <= now);
        let summaries = self.windows.extract_if(over).filter_map(|(_, window)| window.summary());
        self.waiting.extend(summaries);
    }

    /// Tells what waits; false when identity does not listen at present.
    async fn tell(&mut self) -> bool {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(
                denials.lost = lost,
                "refusals are missing in the audit logs: there were too many"
            );
        }
        while !self.waiting.is_empty() {
            let count = self.waiting.len().min(MAX_AUDIT_RECORDS);
            match self.log.append(self.waiting[..count].to_vec()).await {
                Ok(()) => drop(self.waiting.drain(..count)),
                Err(status) if status.code() == Code::InvalidArgument => {
                    tracing::error!(denials.lost = count, %status, "identity does not take refusals");
                    drop(self.waiting.drain(..count));
                }
                Err(status) => {
                    tracing::warn!(denials.waiting = self.waiting.len(), %status, "refusals cannot be told now");
                    return false;
                }
            }
        }
        true
    }
}

impl Window {
    /// How many were not told, if any.
    fn summary(self) -> Option<AuditRecord> {
        let summary = AuditRecord {
            id: AuditEventId::new(),
            action: "denials.omit".to_owned(),
            ..self.last
        };
        (self.omitted > 0).then(|| summary.change(Value::Null, json!({ "omitted": self.omitted })))
    }
}

#[cfg(test)]
mod tests {
    use chassis::{CallerConfig, ClientConfig, Peer, Signer};

    use super::*;

    #[tokio::test]
    async fn what_is_beyond_the_limit_is_told_as_a_number() {
        let callers = CallerConfig::circle(["gateway"]);
        let signer = Signer::new("gateway", &callers["gateway"], Clock::system()).unwrap();
        let nowhere = Peer::Tcp("http://127.0.0.1:1".into());
        let log = AuditLog::new(&nowhere.channel("identity", &ClientConfig::default()).unwrap(), signer);
        let config = DenialConfig {
            limit: 2,
            ..DenialConfig::default()
        };
        let mut teller = Teller {
            config,
            log,
            refused: mpsc::channel(1).1,
            lost: Arc::default(),
            windows: HashMap::new(),
            waiting: Vec::new(),
        };
        let account = AccountId::new();
        let refused = |actor| AuditRecord::by_service(account, actor, "Service/Method", &"", Clock::system().now());
        for actor in ["ada", "ada", "ada", "alan", "ada"] {
            teller.take(refused(actor));
        }
        assert_eq!(teller.waiting.len(), 3);
        teller.close(Some(Instant::now()));
        assert_eq!(teller.waiting.len(), 3, "the window is not over");
        teller.close(None);
        assert_eq!(teller.waiting.len(), 4);
        let summary = teller.waiting.pop().unwrap();
        assert_eq!(
            (summary.actor_id.as_str(), summary.action.as_str()),
            ("ada", "denials.omit")
        );
        assert_eq!(summary.after, json!({ "omitted": 2 }));
        assert!(
            !teller.tell().await && teller.waiting.len() == 3,
            "they wait until identity listens"
        );
    }
}
