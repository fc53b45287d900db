//! The commit point of adding users: one transaction that decides, for as many requests as are waiting.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chassis::Person;
use storage::{Committer, Database};
use types::{AccountId, Clock, Timestamp, UserId, failpoint};

mod effects;
mod held;

use effects::Effects;
use held::Held;

use super::App;
use super::change::{self, Attempt};
use super::links::Links;
use super::prepare_add_users::check;
use crate::domain::account::{Account, AccountState};
use crate::domain::admission::{AddUsers, Answer, Grant, ReservationKey, SeatCount};
use crate::domain::audit::Origin;
use crate::domain::catalogue::Catalogue;
use crate::domain::decision::{self, Known};
use crate::domain::error::Error;
use crate::domain::new_user::Yardstick;
use crate::store::requests::{self, Key, Remembered};
use crate::store::{accounts, invitations, users};

/// A request with everything that it is decided by, outside the database.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Who asks.
    pub person: Person,
    /// The same, as the audit log is told.
    pub origin: Origin,
    /// For what.
    pub request: Arc<AddUsers>,
    /// Licensing's promise, when seats are needed.
    pub grant: Option<Grant>,
    /// The seat counts to answer with.
    pub seats: Vec<SeatCount>,
    /// The products there are.
    pub catalogue: Arc<Catalogue>,
}

/// How often a request that lost a race is decided anew before its caller is told to try again.
const ATTEMPTS: usize = 5;

impl App {
    /// Adds the users of a request, or answers as when they were added.
    ///
    /// # Errors
    /// The bad rows, when one must not be bad; [`Error::GrantLapsed`] when the reservation cannot be used any more. Then
    /// nothing has changed, and the reservation is given up.
    pub async fn commit_add_users(&self, attempt: Attempt, request: AddUsers) -> Result<Answer, Error> {
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
            person,
            origin,
            request: Arc::new(request),
            grant,
            seats,
            catalogue,
        };
        let mut attempt = 1;
        loop {
            match self.commits.0.submit(commit.clone()).await {
                Err(Error::Contended) if attempt < ATTEMPTS => attempt += 1,
                answer => {
                    self.relay.wake();
                    failpoint("identity::commit_add_users::committed");
                    return answer;
                }
            }
        }
    }
}

/// The queue of requests that wait to be committed; cheap to clone.
#[derive(Clone)]
pub struct Commits(Committer<Commit, Answer, Error>);

/// What deciding needs besides the requests themselves.
#[derive(Clone)]
struct Terms {
    database: Database,
    clock: Clock,
    links: Links,
    lifetime: Duration,
    margin: Duration,
    tombstones: bool,
}

impl Commits {
    /// Starts the one task that commits.
    pub fn spawn(
        database: Database,
        clock: Clock,
        links: Links,
        lifetime: Duration,
        config: &crate::config::AdmissionConfig,
    ) -> Self {
        let terms = Terms {
            database,
            clock,
            links,
            lifetime,
            margin: config.margin,
            tombstones: config.tombstones,
        };
        let run = move |items: Vec<Commit>| {
            let terms = terms.clone();
            async move { terms.run(items).await }
        };
        Self(Committer::spawn(config.batch, config.batch.saturating_mul(8), run))
    }
}

impl Terms {
    async fn run(self, items: Vec<Commit>) -> Result<Vec<Result<Answer, Error>>, Error> {
        let database = self.database.clone();
        let work = database.transaction(move |tx| {
            Box::pin(async move {
                let now = self.clock.now();
                let world = World::read(tx, &items).await?;
                let mut effects = Effects::new(now, self.lifetime, &self.links);
                let mut claimed = Claimed::default();
                let decide = |item: &Commit| self.decide(item, &world, &mut claimed, &mut effects);
                let answers: Vec<_> = items.iter().map(decide).collect();
                effects.write(tx, self.tombstones).await?;
                failpoint("identity::commit_add_users::before_commit");
                Ok(answers)
            })
        });
        work.await
    }

    fn decide(
        &self,
        item: &Commit,
        world: &World,
        claimed: &mut Claimed,
        effects: &mut Effects<'_>,
    ) -> Result<Answer, Error> {
        let key = Key {
            account_id: item.person.account,
            request_id: item.request.request_id.to_string(),
        };
        let remembered = world.requests.get(&key);
        if let Some(committed) = remembered.and_then(|remembered| remembered.committed.as_ref()) {
            return committed.answer_to(&item.request.fingerprint);
        }
        self.check_grant(item, remembered, effects.now())?;
        let account = world.account(key.account_id)?;
        let inviter = world.names.get(&item.person.user).ok_or(Error::UserNotFound)?;
        let addresses: Vec<String> = decision::addresses(&item.request).collect();
        if !claimed.take(&key, &addresses) {
            return Err(Error::Contended);
        }
        let yardstick = Yardstick {
            shared: &item.request.options,
            products: &item.catalogue.ids,
            roles: &world.held.roles(key.account_id),
            giver: item.person.permissions,
            language: &account.language,
            time_zone: &account.time_zone,
            references: &world.held.of(key.account_id),
        };
        let rows = decision::decide(
            key.account_id,
            &item.request,
            &yardstick,
            &world.known(key.account_id, &addresses),
        );
        let violations = decision::violations(&rows);
        let refusal = if !violations.is_empty() && !item.request.allow_partial {
            Some(Error::Rows(violations))
        } else if !change::covers(item.grant.as_ref(), &decision::seats(&rows)) {
            Some(Error::GrantLapsed)
        } else {
            None
        };
        match refusal {
            None => effects.admit(item, &key, account, inviter, &rows),
            Some(refusal) => {
                if let Some(grant) = &item.grant {
                    let Key { account_id, request_id } = key;
                    effects.abort(ReservationKey {
                        account_id,
                        request_id,
                        epoch: grant.epoch,
                    })?;
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

/// What the database knows about the requests of a batch.
struct World {
    requests: HashMap<Key, Remembered>,
    accounts: HashMap<AccountId, Account>,
    names: HashMap<UserId, String>,
    users: HashMap<String, (UserId, AccountId)>,
    invited: HashSet<(AccountId, String)>,
    held: Held,
}

impl World {
    async fn read(tx: &impl crate::store::Connection, items: &[Commit]) -> Result<Self, Error> {
        let held = Held::read(tx, items).await?;
        let keys: Vec<Key> = items
            .iter()
            .map(|item| Key {
                account_id: item.person.account,
                request_id: item.request.request_id.to_string(),
            })
            .collect();
        let account_ids: Vec<AccountId> = distinct(items.iter().map(|item| item.person.account));
        let inviters: Vec<UserId> = distinct(items.iter().map(|item| item.person.user));
        let mut addresses = Vec::new();
        let mut invitees = Vec::new();
        for item in items {
            for email in decision::addresses(&item.request) {
                invitees.push(invitations::Invitee {
                    account_id: item.person.account,
                    email: email.clone(),
                });
                addresses.push(email);
            }
        }
        let accounts = accounts::by_ids(tx, &account_ids).await?;
        let names = users::by_ids(tx, &inviters).await?;
        let users = users::by_addresses(tx, &addresses).await?;
        // Only somebody who is a user already can have a pending invitation that a new one would collide with.
        let invited = if users.is_empty() {
            vec![]
        } else {
            invitations::pending(tx, &invitees).await?
        };
        // Last, since each statement sees what is committed when it begins: whoever sees the users of a request that another
        // process commits meanwhile sees its decision too, and does not take them for somebody else's.
        let remembered = requests::find(tx, &keys).await?;
        Ok(Self {
            requests: remembered
                .into_iter()
                .map(|remembered| (remembered.key.clone(), remembered))
                .collect(),
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            names: names.into_iter().map(|user| (user.id, user.display_name())).collect(),
            users: users
                .into_iter()
                .map(|(email, user, account)| (email, (user, account)))
                .collect(),
            invited: invited
                .into_iter()
                .map(|invitee| (invitee.account_id, invitee.email))
                .collect(),
            held,
        })
    }

    /// An account that is in use.
    fn account(&self, id: AccountId) -> Result<&Account, Error> {
        let account = self.accounts.get(&id).ok_or(Error::AccountNotFound(id))?;
        match account.state {
            AccountState::Active => Ok(account),
            // Whoever asks has no session any more; the gateway will have heard of it soon.
            AccountState::Closed => Err(Error::SessionEnded),
        }
    }

    fn known(&self, account: AccountId, addresses: &[String]) -> Known {
        let user = |email: &String| Some((email.clone(), *self.users.get(email)?));
        let invited = |email: &&String| self.invited.contains(&(account, (*email).clone()));
        Known {
            users: addresses.iter().filter_map(user).collect(),
            invited: addresses.iter().filter(invited).cloned().collect(),
        }
    }
}

/// Each value once, in the order in which it was first there.
pub(super) fn distinct<T: std::hash::Hash + Eq + Copy>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(*value)).collect()
}
