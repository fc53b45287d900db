//! Sends one mail that was claimed: writes it, hands it over, and says what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::Shared;
use futures::FutureExt;
use storage::{Batcher, Database, RelayWaker, StorageError, TraceParent};
use tracing::{Instrument, Span};
use types::{Clock, Timestamp, failpoint};

use super::Templates;
use super::intake::Intake;
use super::meters::Meters;
use super::places::{Place, Places};
use super::write_ends::write_ends;
use crate::clients::Transport;
use crate::domain::{Claim, Failure, Lane, Letter, Mail, RetryPolicy, Verdict, Wording, one_line};
use crate::store::queue::{self, Ended, Finish};
use crate::store::wordings;

/// The most attempts whose ends are written in one statement.
const MAX_BATCH: usize = 256;
/// The pause before an end is written again that the database did not take.
const PAUSE: Duration = Duration::from_millis(200);
/// What an admin is told about a failure that is ours.
const OUR_FAULT: &str = "The mail could not be written; the operators of the service have been told.";

/// By what rules mails are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// How often and how long a mail is tried.
    pub(crate) retries: RetryPolicy,
    /// For how long a claim is this process's.
    pub(crate) lease: Duration,
    /// How many mails a domain gets in a minute, if that is limited.
    pub(crate) domain_per_minute: Option<u32>,
    /// Whether what was sent is kept.
    pub(crate) keeps: bool,
    /// How many mails an account sends in a minute, if that is limited.
    pub(crate) account_per_minute: Option<u32>,
}

/// What sending works with.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) shared: Shared,
    pub(super) rules: Rules,
    pub(super) places: Places,
    pub(super) intake: Intake,
    pub(super) meters: Meters,
    /// The lane that had the last turn; none when the first has the next.
    pub(super) last_lane: Mutex<Option<Lane>>,
    templates: Arc<Templates>,
    transport: Transport,
    ends: Batcher<Finish, Option<Ended>, StorageError>,
}

impl Sender {
    /// A sender through `transport`, which counts in `shared`; must be called in a runtime.
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        shared: Shared,
        (templates, transport): (Arc<Templates>, Transport),
        rules: Rules,
        intake: Intake,
        relay: RelayWaker,
    ) -> Self {
        let writer = database.clone();
        // Many attempts end at once; together their ends cost one commit.
        let ends = Batcher::spawn("mail_ends", MAX_BATCH, MAX_BATCH, move |batch: Vec<Finish>| {
            let (database, relay) = (writer.clone(), relay.clone());
            async move {
                let (ended, handover) = write_ends(&database, &relay, batch).await?;
                handover.committed();
                Ok(ended.into_iter().map(Ok).collect())
            }
        });
        Self {
            database,
            clock,
            shared,
            rules,
            places: intake.places().clone(),
            intake,
            meters: Meters::new(),
            last_lane: Mutex::default(),
            templates,
            transport,
            ends,
        }
    }

    /// The way on which mails come from those who order them.
    pub(crate) const fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Sends a claimed mail, which has `place` until it is handed over; answers when it is tried again, or another one to its
    /// reader can be sent, if either is so. The attempt belongs to the trace of the request that the mail comes from.
    pub(crate) async fn send_mail(&self, claim: Claim, place: Place) -> Option<Timestamp> {
        let span = span(&claim);
        self.take_up(claim, place).instrument(span).await
    }

    async fn take_up(&self, claim: Claim, place: Place) -> Option<Timestamp> {
        failpoint("notification::send::claimed");
        let mut letter = None;
        let Some(verdict) = self.verdict(&claim, &mut letter).await else {
            tracing::warn!(mail.id = %claim.id, "a mail is given up to the process that has claimed it since");
            return None;
        };
        drop(place);
        failpoint("notification::send::sent");
        let (state, now) = (verdict.state(claim.attempts), self.clock.now());
        if !matches!(verdict, Verdict::Wait { .. }) {
            self.meters.attempted(state, now.since(claim.create_time));
        }
        Span::current().record("mail.state", state.as_str());
        tracing::info!(mail.id = %claim.id, mail.state = state.as_str(), mail.attempts = claim.attempts, "a mail was attempted");
        let retry = verdict.retry_time();
        let finish = Finish {
            id: claim.id,
            owner: claim.owner,
            recipient: claim.recipient,
            attempts: claim.attempts,
            verdict,
            time: now,
            suppressed: claim.suppressed.is_some(),
            letter: letter.filter(|_| self.rules.keeps),
        };
        let is_followed = self.finish(finish).await.is_some_and(|ended| ended.is_followed);
        failpoint("notification::send::finished");
        if is_followed { Some(now) } else { retry }
    }

    /// What becomes of a claimed mail, by an attempt if one is due; nothing when the claim was lost.
    async fn verdict(&self, claim: &Claim, sent: &mut Option<Letter>) -> Option<Verdict> {
        let now = self.clock.now();
        if let Some(verdict) = claim.verdict_without_attempt(now) {
            return Some(verdict);
        }
        if let Some(at) = self.over_limit(&claim.lane, now).await {
            return Some(Verdict::Wait { at });
        }
        let attempt = self
            .attempt_under_lease(claim)
            .await?
            .map(|letter| *sent = Some(letter));
        let (retries, now) = (self.rules.retries, self.clock.now());
        Some(retries.judge(attempt, claim.attempts, claim.create_time, now, rand::random()))
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
    async fn attempt_under_lease(&self, claim: &Claim) -> Option<Result<Letter, Failure>> {
        let Some(mail) = &claim.mail else {
            return Some(Err(Failure::Deferred(OUR_FAULT.to_owned())));
        };
        let mut attempt = std::pin::pin!(self.attempt(mail));
        let lease = self.rules.lease;
        loop {
            tokio::select! {
                ended = &mut attempt => return Some(ended),
                () = tokio::time::sleep(lease / 3) => {}
            }
            match queue::renew(self.database.writer(), claim, self.clock.now() + lease).await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a claim cannot be renewed");
                }
            }
        }
    }

    /// One attempt. What goes wrong on our side, even a panic, is a failure like others: it is told, and tried again.
    async fn attempt(&self, mail: &Mail) -> Result<Letter, Failure> {
        let attempt = AssertUnwindSafe(async {
            let wording = self.wording(mail).await.map_err(|error| our_fault(mail, &error))?;
            let letter = self.templates.render(mail, wording.as_ref());
            let letter = letter.map_err(|error| our_fault(mail, &error))?;
            self.transport.deliver(&letter).await.map(|()| letter)
        });
        let clean = |reason: String| match &mail.link {
            Some(link) => one_line(&link.blot_out(&reason)),
            None => one_line(&reason),
        };
        match attempt.catch_unwind().await {
            Ok(Ok(letter)) => Ok(letter),
            Ok(Err(failure)) => Err(failure.map(clean)),
            Err(_) => {
                tracing::error!(mail.id = %mail.id, "sending a mail panicked");
                Err(Failure::Deferred(OUR_FAULT.to_owned()))
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
    async fn finish(&self, end: Finish) -> Option<Ended> {
        let id = end.id;
        loop {
            match self.ends.submit(end.clone()).await {
                Ok(Some(ended)) => return Some(ended),
                Ok(None) => {
                    tracing::warn!(mail.id = %id, "a mail was claimed by another process before its end was written");
                    return None;
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
                    return None;
                }
            }
        }
    }
}

/// The span of an attempt; none when the mail belongs to no trace.
fn span(claim: &Claim) -> Span {
    let Some(trace) = claim.trace_parent.clone().and_then(TraceParent::from_text) else {
        return Span::none();
    };
    let span = tracing::info_span!(
        "send",
        otel.name = "mail send",
        otel.kind = "client",
        mail.id = %claim.id,
        mail.attempts = claim.attempts,
        mail.state = tracing::field::Empty,
    );
    trace.adopt(&span);
    span
}

/// A mail cannot be written: whoever runs the service must know why.
fn our_fault(mail: &Mail, error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(mail.id = %mail.id, error, "a mail cannot be rendered");
    Failure::Deferred(OUR_FAULT.to_owned())
}
