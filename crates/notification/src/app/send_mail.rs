//! Sends one mail that was claimed: writes it, hands it over, and says what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chassis::AuditRecord;
use futures::FutureExt;
use serde_json::{Value, json};
use storage::{Batcher, Database, Message, RelayWaker, StorageError, outbox};
use types::{Clock, Timestamp, failpoint};

use super::Templates;
use crate::clients::Transport;
use crate::domain::{Failure, Mail, RetryPolicy, Verdict, Wording, one_line};
use crate::store::queue::{self, Finish};
use crate::store::wordings;

/// The most attempts whose ends are written in one statement.
const MAX_BATCH: usize = 256;
/// The pause before an end is written again that the database did not take.
const PAUSE: Duration = Duration::from_millis(200);
/// What an admin is told about a failure that is ours.
const OUR_FAULT: &str = "The mail could not be written; the operators of the service have been told.";

/// What sending works with.
#[derive(Debug)]
pub(crate) struct Sender {
    database: Database,
    clock: Clock,
    templates: Arc<Templates>,
    transport: Transport,
    retries: RetryPolicy,
    lease: Duration,
    ends: Batcher<Finish, bool, StorageError>,
}

impl Sender {
    /// A sender through `transport`; must be called in a runtime.
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        templates: Arc<Templates>,
        transport: Transport,
        retries: RetryPolicy,
        lease: Duration,
        relay: RelayWaker,
    ) -> Self {
        let writer = database.clone();
        // Many attempts end at once; together their ends cost one commit.
        let ends = Batcher::spawn(MAX_BATCH, MAX_BATCH, move |batch: Vec<Finish>| {
            let (database, relay) = (writer.clone(), relay.clone());
            async move {
                let held = write_ends(&database, batch).await?;
                relay.wake();
                Ok(held.into_iter().map(Ok).collect())
            }
        });
        Self {
            database,
            clock,
            templates,
            transport,
            retries,
            lease,
            ends,
        }
    }

    /// Claims up to `limit` mails that are due.
    pub(crate) async fn claim_mails(&self, limit: usize) -> Result<Vec<Mail>, StorageError> {
        let now = self.clock.now();
        queue::claim(self.database.writer(), now, now + self.lease, limit).await
    }

    /// Sends a claimed mail; answers when it is tried again, if it is.
    pub(crate) async fn send_mail(&self, mail: Mail) -> Option<Timestamp> {
        failpoint("notification::send::claimed");
        let Some(attempt) = self.attempt_under_lease(&mail).await else {
            tracing::warn!(mail.id = %mail.id, "a mail is given up to the process that has claimed it since");
            return None;
        };
        failpoint("notification::send::sent");
        let time = self.clock.now();
        let verdict = self
            .retries
            .judge(attempt, mail.attempts, mail.create_time, time, rand::random());
        let state = verdict.state().as_str();
        tracing::info!(mail.id = %mail.id, mail.state = state, mail.attempts = mail.attempts, "a mail was attempted");
        let retry = verdict.retry_time();
        self.finish(Finish {
            id: mail.id,
            owner: mail.owner,
            verdict,
            time,
        })
        .await;
        failpoint("notification::send::finished");
        retry
    }

    /// Lets go of connections that nobody has used for a while.
    pub(crate) fn tidy(&self) {
        self.transport.tidy();
    }

    /// Takes leave of the mail server.
    pub(crate) async fn close(&self) {
        self.transport.close().await;
    }

    /// One attempt, the claim being renewed meanwhile; nothing when the claim was lost.
    async fn attempt_under_lease(&self, mail: &Mail) -> Option<Result<(), Failure>> {
        let mut attempt = std::pin::pin!(self.attempt(mail));
        loop {
            tokio::select! {
                ended = &mut attempt => return Some(ended),
                () = tokio::time::sleep(self.lease / 3) => {}
            }
            match queue::renew(self.database.writer(), mail, self.clock.now() + self.lease).await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a claim cannot be renewed");
                }
            }
        }
    }

    /// One attempt. What goes wrong on our side, even a panic, is a failure like others: it is told, and tried again.
    async fn attempt(&self, mail: &Mail) -> Result<(), Failure> {
        let attempt = AssertUnwindSafe(async {
            let wording = self.wording(mail).await.map_err(|error| our_fault(mail, &error))?;
            let letter = self.templates.render(mail, wording.as_ref());
            let letter = letter.map_err(|error| our_fault(mail, &error))?;
            self.transport.deliver(&letter).await
        });
        let clean = |reason: String| match &mail.link {
            Some(link) => one_line(&link.blot_out(&reason)),
            None => one_line(&reason),
        };
        match attempt.catch_unwind().await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failure::Transient(reason))) => Err(Failure::Transient(clean(reason))),
            Ok(Err(Failure::Permanent(reason))) => Err(Failure::Permanent(clean(reason))),
            Err(_) => {
                tracing::error!(mail.id = %mail.id, "sending a mail panicked");
                Err(Failure::Transient(OUR_FAULT.to_owned()))
            }
        }
    }

    /// The account's own words for a mail, if it is in any.
    async fn wording(&self, mail: &Mail) -> Result<Option<Wording>, StorageError> {
        let Some(key) = &mail.wording else { return Ok(None) };
        let found = wordings::find(self.database.reader(), key).await?;
        found
            .map(Some)
            .ok_or(StorageError::Lost("the words of a mail are not there"))
    }

    /// Insists: an end that is not written down is a mail that is sent twice.
    async fn finish(&self, end: Finish) {
        let id = end.id;
        loop {
            match self.ends.submit(end.clone()).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(mail.id = %id, "a mail was claimed by another process before its end was written");
                    return;
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the end of an attempt cannot be written yet"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(mail.id = %id, error = &error as &dyn std::error::Error, "the end of an attempt is lost");
                    return;
                }
            }
        }
    }
}

/// A mail cannot be written: whoever runs the service must know why.
fn our_fault(mail: &Mail, error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(mail.id = %mail.id, error, "a mail cannot be rendered");
    Failure::Transient(OUR_FAULT.to_owned())
}

/// Writes what attempts came to, and what the audit logs are to be told of it; answers of each whether its claim was still
/// held.
async fn write_ends(database: &Database, batch: Vec<Finish>) -> Result<Vec<bool>, StorageError> {
    let write = database.transaction(move |tx| {
        Box::pin(async move {
            let ended = queue::finish(tx, &batch).await?;
            let mut messages = Vec::new();
            for (finish, ended) in batch.iter().zip(&ended) {
                if let (Verdict::Bounced { reason }, Some(account)) = (&finish.verdict, ended.and_then(|it| it.account))
                {
                    let event =
                        AuditRecord::by_service(account, "notification", "mail.bounce", &finish.id, finish.time)
                            .change(Value::Null, json!({ "state": "BOUNCED", "reason": reason }));
                    messages.push(Message::new(AuditRecord::TOPIC, event.id, &event)?);
                }
            }
            if let Some(finish) = batch.first() {
                outbox::append(tx, finish.time, &messages).await?;
            }
            Ok::<_, StorageError>(ended.iter().map(Option::is_some).collect())
        })
    });
    write.await
}
