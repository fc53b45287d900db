//! The commit point of adding users: one transaction that decides, for as many requests as are waiting, or for a large one.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use storage::{Batcher, Database, RelayWaker, TraceParent};
use types::{Clock, Timestamp, failpoint};

mod effects;

use effects::{Effects, Inviter};

use super::App;
use super::change::{self, Attempt};
use super::links::Links;
use super::prepare_add_users::check;
use super::world::{Asked, World};
use crate::domain::admission::{AddUsers, Answer, Grant, ReservationKey, SeatCount};
use crate::domain::audit::Origin;
use crate::domain::decision;
use crate::domain::error::Error;
use crate::store::requests::{Key, Remembered};

/// A request with everything that it is decided by, outside the database.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Who asks, and for what.
    pub asked: Asked,
    /// Who asks, as the audit log is told.
    pub origin: Origin,
    /// Licensing's promise, when seats are needed.
    pub grant: Option<Grant>,
    /// The seat counts to answer with.
    pub seats: Vec<SeatCount>,
    /// The trace that the request belongs to.
    pub trace: Option<TraceParent>,
}

/// How often a request that lost a race is decided anew before its caller is told to try again.
const ATTEMPTS: usize = 5;

impl App {
    /// Adds the users of a request, or answers as when they were added.
    ///
    /// # Errors
    /// The bad rows, when one must not be bad; [`Error::GrantLapsed`] when the reservation cannot be used any more. Then
    /// nothing has changed, and the reservation is given up.
    pub async fn commit_add_users(&self, attempt: Attempt, request: Arc<AddUsers>) -> Result<Answer, Error> {
        failpoint("identity::commit_add_users::received");
        check(&attempt.person, &request, self.clock.now(), self.memory)?;
        let catalogue = self.licensing.catalogue().await?;
        let Attempt {
            person,
            origin,
            grant,
            seats,
        } = attempt;
        let commit = Commit {
            asked: Asked {
                person,
                request,
                catalogue,
            },
            origin,
            grant,
            seats,
            trace: TraceParent::current(),
        };
        let mut attempt = 1;
        loop {
            match self.commits.submit(commit.clone()).await {
                Err(Error::Contended) if attempt < ATTEMPTS => attempt += 1,
                answer => {
                    failpoint("identity::commit_add_users::committed");
                    return answer;
                }
            }
        }
    }
}

/// From how many users on a request is large: it gains nothing by a transaction with others, and would keep small ones waiting.
const LARGE: usize = 100;
/// How many large requests are committed at once, beside the small ones. Before the next ones begin all have ended, so that
/// whoever waits for their account has his turn.
const ABREAST: usize = 4;

/// The queues of requests that wait to be committed; cheap to clone.
#[derive(Clone)]
pub struct Commits {
    small: Batcher<Commit, Answer, Error>,
    large: Batcher<Commit, Answer, Error>,
}

/// What deciding needs besides the requests themselves.
#[derive(Clone)]
struct Terms {
    database: Database,
    clock: Clock,
    relay: RelayWaker,
    links: Links,
    lifetime: Duration,
    margin: Duration,
    tombstones: bool,
}

impl Commits {
    /// Starts the tasks that commit.
    pub fn spawn(
        (database, clock): (Database, Clock),
        relay: RelayWaker,
        links: Links,
        lifetime: Duration,
        config: &crate::config::AdmissionConfig,
    ) -> Self {
        let terms = Terms {
            database,
            clock,
            relay,
            links,
            lifetime,
            margin: config.margin,
            tombstones: config.tombstones,
        };
        let each = terms.clone();
        let together = move |items| terms.clone().run(items);
        let abreast = move |items: Vec<Commit>| {
            let alone = |item| each.clone().run_alone(item);
            join_all(items.into_iter().map(alone)).map(Ok)
        };
        Self {
            small: Batcher::spawn("commits", config.batch, config.batch.saturating_mul(8), together),
            large: Batcher::spawn("large commits", ABREAST, config.batch, abreast),
        }
    }

    async fn submit(&self, commit: Commit) -> Result<Answer, Error> {
        let is_large = commit.asked.request.users.len() >= LARGE;
        let queue = if is_large { &self.large } else { &self.small };
        queue.submit(commit).await
    }
}

impl Terms {
    async fn run_alone(self, item: Commit) -> Result<Answer, Error> {
        let answer = self.run(vec![item]).await?.pop();
        answer.unwrap_or_else(|| Err(Error::Broken("a request was decided without an answer".into())))
    }

    async fn run(self, items: Vec<Commit>) -> Result<Vec<Result<Answer, Error>>, Error> {
        let database = self.database.clone();
        let work = database.transaction(move |tx| {
            Box::pin(async move {
                let now = self.clock.now();
                let asked: Vec<_> = items.iter().map(|item| item.asked.clone()).collect();
                let world = World::hold(tx, &asked).await?;
                let mut effects = Effects::new(now, self.lifetime, &self.links);
                let mut claimed = Claimed::default();
                let decide = |item: &Commit| self.decide(item, &world, &mut claimed, &mut effects);
                let answers: Vec<_> = items.iter().map(decide).collect();
                let handover = effects.write(tx, &self.relay, self.tombstones).await?;
                failpoint("identity::commit_add_users::before_commit");
                Ok::<_, Error>((answers, handover))
            })
        });
        let (answers, handover) = work.await?;
        handover.committed();
        Ok(answers)
    }

    fn decide(
        &self,
        item: &Commit,
        world: &World,
        claimed: &mut Claimed,
        effects: &mut Effects<'_>,
    ) -> Result<Answer, Error> {
        let key = item.asked.key();
        let remembered = world.remembered(&key);
        if let Some(committed) = remembered.and_then(|remembered| remembered.committed.as_ref()) {
            return committed.answer_to(&item.asked.request.fingerprint);
        }
        self.check_grant(item, remembered, effects.now())?;
        let account = world.account(key.account_id)?;
        let inviter = Inviter {
            name: world.name(item.asked.person.user)?,
            world,
        };
        let addresses: Vec<String> = decision::addresses(&item.asked.request).collect();
        if !claimed.take(&key, &addresses) {
            return Err(Error::Contended);
        }
        let rows = world.judge(&item.asked)?;
        let violations = decision::violations(&rows);
        let refusal = if !violations.is_empty() && !item.asked.request.allow_partial {
            Some(Error::Rows(violations))
        } else if !change::covers(item.grant.as_ref(), &decision::seats(&rows)) {
            Some(Error::GrantLapsed)
        } else {
            None
        };
        match refusal {
            None => effects.admit(item, &key, account, &inviter, &rows),
            Some(refusal) => {
                if let Some(grant) = &item.grant {
                    let Key { account_id, request_id } = key;
                    effects.abort(
                        item,
                        ReservationKey {
                            account_id,
                            request_id,
                            epoch: grant.epoch,
                        },
                    )?;
                }
                Err(refusal)
            }
        }
    }

    fn check_grant(&self, item: &Commit, remembered: Option<&Remembered>, now: Timestamp) -> Result<(), Error> {
        let aborted_epoch = if self.tombstones {
            remembered.map_or(0, |remembered| remembered.aborted_epoch)
        } else {
            0
        };
        match &item.grant {
            Some(grant) if !grant.is_good(aborted_epoch, now, self.margin) => Err(Error::GrantLapsed),
            Some(_) | None => Ok(()),
        }
    }
}

/// What the requests of one batch have taken from each other; whoever comes too late is decided in the next one.
#[derive(Default)]
struct Claimed {
    requests: HashSet<Key>,
    addresses: HashSet<String>,
}

impl Claimed {
    fn take(&mut self, key: &Key, addresses: &[String]) -> bool {
        if self.requests.contains(key) || addresses.iter().any(|address| self.addresses.contains(address)) {
            return false;
        }
        self.requests.insert(key.clone());
        self.addresses.extend(addresses.iter().cloned());
        true
    }
}
