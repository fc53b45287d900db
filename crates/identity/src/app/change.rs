//! What all changes of people have in common who are there already: looked up, decided under the account's lock, and
//! carried out at one commit point, with seats out of a grant where more are needed.

use std::sync::Arc;
use std::time::Duration;

use chassis::Person;
use storage::{Message, outbox};
use types::{RequestId, SessionId, Timestamp, failpoint};

use super::App;
use super::links::Links;
use crate::domain::account::Account;
use crate::domain::admission::{Confirmation, Grant, Holder, ReservationKey, SeatCount, SeatQuantity};
use crate::domain::answered::{Answered, OfAnotherKind};
use crate::domain::audit::{Event, Origin};
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Error;
use crate::domain::message::{ABORT_RESERVATION, CONFIRM_RESERVATION};
use crate::domain::resending::Pace;
use crate::store::requests::{self, Key, Remembered};
use crate::store::{Connection, accounts, audit_events};

/// How often a request that lost a race is decided anew before its caller is told to try again.
const ATTEMPTS: usize = 5;

/// What a request would do, or has done.
#[derive(Debug)]
pub enum Prepared<A> {
    /// It was committed before, and answered so.
    Answered(A),
    /// It was not.
    Foretold {
        /// What would be answered, bad rows included; without seat counts.
        answer: A,
        /// The seats that are needed for it.
        seats: Vec<SeatQuantity>,
    },
}

/// Who asks for a change, and what licensing promises for it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Who asks.
    pub person: Person,
    /// The same, as the audit log is told.
    pub origin: Origin,
    /// Licensing's promise, when seats are needed.
    pub grant: Option<Grant>,
    /// The seat counts to answer with.
    pub seats: Vec<SeatCount>,
}

/// What a change is decided by, besides itself.
#[derive(Clone)]
pub struct Scene {
    /// Who asks.
    pub person: Person,
    /// The account; its row is locked when the change is to be carried out.
    pub account: Account,
    /// The products there are.
    pub catalogue: Arc<Catalogue>,
    /// The present, and how fast invitations may follow each other.
    pub pace: Pace,
    /// Makes links.
    pub links: Links,
}

/// What is still to be written and told of a change that was carried out.
#[derive(Debug)]
pub struct Done<A> {
    /// The answer.
    pub answer: A,
    /// Who takes seats out of the grant.
    pub holders: Vec<Holder>,
    /// For the outbox.
    pub messages: Vec<Message>,
    /// For the audit log.
    pub events: Vec<Event>,
    /// Sessions that have ended.
    pub sessions: Vec<SessionId>,
}

/// A change that can be asked for.
pub trait Change: Clone + Send + Sync + 'static {
    /// What it is answered with.
    type Answer: Into<Answered> + TryFrom<Answered, Error = OfAnotherKind> + Clone + Send + 'static;
    /// What is to be done, decided.
    type Plan: Send;

    /// The name under which it is remembered.
    fn request_id(&self) -> RequestId;

    /// SHA-256 over its content.
    fn fingerprint(&self) -> &str;

    /// Judges it as a whole, as far as nothing needs to be looked up.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, person: &Person) -> Result<(), Error>;

    /// Decides what is to be done; writes nothing.
    ///
    /// # Errors
    /// Why nothing can be done.
    fn plan(&self, conn: &impl Connection, scene: &Scene) -> impl Future<Output = Result<Self::Plan, Error>> + Send;

    /// What would be answered, bad rows included.
    fn foretell(&self, plan: &Self::Plan, scene: &Scene) -> Self::Answer;

    /// The seats that the plan needs, sorted by product.
    fn seats(plan: &Self::Plan) -> Vec<SeatQuantity>;

    /// Whether the plan may be carried out.
    ///
    /// # Errors
    /// Why not.
    fn accept(&self, plan: &Self::Plan) -> Result<(), Error>;

    /// Does what is planned.
    ///
    /// # Errors
    /// [`Error::Contended`] when what it was planned by has changed.
    fn carry_out(
        &self,
        tx: &impl Connection,
        plan: Self::Plan,
        scene: &Scene,
        attempt: &Attempt,
    ) -> impl Future<Output = Result<Done<Self::Answer>, Error>> + Send;
}

/// Whether a request id is young enough to be remembered.
///
/// # Errors
/// [`Error::RequestIdExpired`].
pub fn check_age(id: RequestId, now: Timestamp, memory: Duration) -> Result<(), Error> {
    match id.issued_at() {
        Some(issued_at) if issued_at < now - memory => Err(Error::RequestIdExpired),
        Some(_) | None => Ok(()),
    }
}

/// Whether the seats that are needed are promised.
pub fn covers(grant: Option<&Grant>, needed: &[SeatQuantity]) -> bool {
    needed.is_empty() || grant.is_some_and(|grant| grant.covers(needed))
}

impl App {
    /// Foretells what a change would do, or says what it was answered; nothing is changed.
    ///
    /// # Errors
    /// What concerns the request as a whole.
    pub async fn prepare_change<C: Change>(&self, person: &Person, change: &C) -> Result<Prepared<C::Answer>, Error> {
        failpoint("identity::prepare_change::received");
        check_age(change.request_id(), self.clock.now(), self.memory)?;
        change.check(person)?;
        let reader = self.database.reader();
        if let Some(committed) = find(reader, &key(person, change)).await?.and_then(|it| it.committed) {
            return committed.answer_to(change.fingerprint()).map(Prepared::Answered);
        }
        let (account, catalogue) = futures::try_join!(self.account(person.account), self.licensing.catalogue())?;
        let scene = self.scene(person, account, catalogue);
        let plan = match change.plan(reader, &scene).await {
            Ok(plan) => plan,
            // Perhaps because it was done since it was looked up.
            Err(refusal) => {
                let committed = find(reader, &key(person, change)).await?.and_then(|it| it.committed);
                let committed = committed.ok_or(refusal)?;
                return committed.answer_to(change.fingerprint()).map(Prepared::Answered);
            }
        };
        Ok(Prepared::Foretold {
            answer: change.foretell(&plan, &scene),
            seats: C::seats(&plan),
        })
    }

    /// Makes a change, or answers as when it was made.
    ///
    /// # Errors
    /// Why it is refused, the bad rows when none may be bad; [`Error::GrantLapsed`] when the reservation cannot be used any
    /// more. Then nothing has changed, and the reservation is given up.
    pub async fn commit_change<C: Change>(&self, attempt: Attempt, change: C) -> Result<C::Answer, Error> {
        failpoint("identity::commit_change::received");
        check_age(change.request_id(), self.clock.now(), self.memory)?;
        change.check(&attempt.person)?;
        let catalogue = self.licensing.catalogue().await?;
        let mut tries = 1;
        let decided = loop {
            match self.decide(attempt.clone(), change.clone(), catalogue.clone()).await {
                Err(Error::Contended) if tries < ATTEMPTS => tries += 1,
                decided => break decided,
            }
        };
        self.relay.wake();
        failpoint("identity::commit_change::committed");
        let (answer, sessions) = decided??;
        self.tell_ended(&sessions).await;
        Ok(answer)
    }

    /// Decides a change in one transaction: carried out, or refused and its reservation given up.
    async fn decide<C: Change>(
        &self,
        attempt: Attempt,
        change: C,
        catalogue: Arc<Catalogue>,
    ) -> Result<Result<(C::Answer, Vec<SessionId>), Error>, Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, attempt.person.account).await?;
                let scene = app.scene(&attempt.person, account, catalogue);
                let remembered = find(tx, &key(&attempt.person, &change)).await?;
                let aborted_epoch = remembered.as_ref().map_or(0, |remembered| remembered.aborted_epoch);
                if let Some(committed) = remembered.and_then(|remembered| remembered.committed) {
                    return Ok(committed.answer_to(change.fingerprint()).map(|answer| (answer, vec![])));
                }
                let now = scene.pace.now;
                if attempt
                    .grant
                    .as_ref()
                    .is_some_and(|grant| !grant.is_good(aborted_epoch, now, app.margin))
                {
                    return Ok(Err(Error::GrantLapsed));
                }
                let decided = match change.plan(tx, &scene).await {
                    Ok(plan) => change.accept(&plan).map(|()| plan),
                    Err(error) => Err(error),
                };
                let decided = decided.and_then(|plan| match covers(attempt.grant.as_ref(), &C::seats(&plan)) {
                    true => Ok(plan),
                    false => Err(Error::GrantLapsed),
                });
                let plan = match decided {
                    Ok(plan) => plan,
                    Err(refusal) => {
                        give_up(tx, &attempt, &change, now).await?;
                        return Ok(Err(refusal));
                    }
                };
                let done = change.carry_out(tx, plan, &scene, &attempt).await?;
                let decided = record(tx, &attempt, &change, done, now).await?;
                failpoint("identity::commit_change::before_commit");
                Ok(Ok(decided))
            })
        });
        work.await
    }

    fn scene(&self, person: &Person, account: Account, catalogue: Arc<Catalogue>) -> Scene {
        Scene {
            person: *person,
            account,
            catalogue,
            pace: Pace {
                now: self.clock.now(),
                interval: self.invitations.resend_interval,
                lifetime: self.invitations.lifetime,
            },
            links: self.links.clone(),
        }
    }
}

fn key(person: &Person, change: &impl Change) -> Key {
    Key {
        account_id: person.account,
        request_id: change.request_id().to_string(),
    }
}

async fn find(conn: &impl Connection, key: &Key) -> Result<Option<Remembered>, Error> {
    Ok(requests::find(conn, std::slice::from_ref(key)).await?.pop())
}

/// The attempt by which a change is made; none when it needs no seats.
fn reservation(attempt: &Attempt, change: &impl Change) -> Option<ReservationKey> {
    let grant = attempt.grant.as_ref()?;
    let Key { account_id, request_id } = key(&attempt.person, change);
    Some(ReservationKey {
        account_id,
        request_id,
        epoch: grant.epoch,
    })
}

/// Buries the attempt of a refused change, and tells licensing at once.
async fn give_up(tx: &impl Connection, attempt: &Attempt, change: &impl Change, now: Timestamp) -> Result<(), Error> {
    let Some(key) = reservation(attempt, change) else {
        return Ok(());
    };
    let told = Message::new(ABORT_RESERVATION, &key.request_id, &key)?;
    if requests::abort(tx, &[key], now).await? == 0 {
        return Err(Error::Contended);
    }
    Ok(outbox::append(tx, now, &[told]).await?)
}

/// Writes the decision, and what is to be told of it.
async fn record<C: Change>(
    tx: &impl Connection,
    attempt: &Attempt,
    change: &C,
    done: Done<C::Answer>,
    now: Timestamp,
) -> Result<(C::Answer, Vec<SessionId>), Error> {
    let Done {
        answer,
        holders,
        mut messages,
        events,
        sessions,
    } = done;
    let reservation = reservation(attempt, change);
    let unwritable = |error| Error::Broken(format!("a decision cannot be written as JSON: {error}"));
    let Key { account_id, request_id } = key(&attempt.person, change);
    let row = requests::Row {
        account_id,
        request_id,
        committed_epoch: reservation.as_ref().map_or(0, |reservation| reservation.epoch),
        fingerprint: change.fingerprint().to_owned(),
        answer: serde_json::to_string::<Answered>(&answer.clone().into()).map_err(unwritable)?,
        holders: serde_json::to_string(&holders).map_err(unwritable)?,
        assigner_id: attempt.person.user,
        create_time: now,
    };
    requests::commit(tx, &[row], true).await?;
    if let Some(key) = reservation {
        let request_id = key.request_id.clone();
        messages.push(Message::new(
            CONFIRM_RESERVATION,
            request_id,
            &Confirmation {
                key,
                holders,
                assigner_id: Some(attempt.person.user),
                assign_time: Some(now),
            },
        )?);
    }
    outbox::append(tx, now, &messages).await?;
    audit_events::append(tx, &events).await?;
    Ok((answer, sessions))
}
