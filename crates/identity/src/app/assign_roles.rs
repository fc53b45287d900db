//! Giving users roles: under the account's lock, so that no two who leave a post at once both can.

use std::collections::{BTreeSet, HashMap, HashSet};

use chassis::{Caller, Person};
use serde_json::json;
use types::{Role, SessionId, Timestamp, UserId};

use super::{App, origin};
use crate::domain::account::{Account, Offer};
use crate::domain::assignment::{self, Effect};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::role::{GivenRole, RoleWish};
use crate::domain::user::User;
use crate::store::{Connection, accounts, audit_events, posts, role_holders, roles, sessions, users};

/// The most assignments in one request.
const MAX_ASSIGNMENTS: usize = 1_000;

/// Who is to have which role, as asked for.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The user's id.
    pub user_id: String,
    /// The role.
    pub role: RoleWish,
}

/// Who gives roles, and when.
#[derive(Clone, Debug)]
pub struct Giver {
    /// The person.
    pub person: Person,
    /// The same, as the audit log is told.
    pub origin: Origin,
    /// The present.
    pub now: Timestamp,
}

/// What came of giving roles.
#[derive(Debug, Default)]
pub struct Assigned {
    /// For each row, whether it was done.
    pub verdicts: Vec<Result<(), Fault>>,
    /// To be appended to the audit log, last.
    pub events: Vec<Event>,
    /// To be told when the transaction is over (`App::tell_ended`).
    pub sessions: Vec<SessionId>,
}

impl App {
    /// Gives each user the role that is asked for; says for each row what is wrong with it, when `partial` lets the others be
    /// done.
    ///
    /// # Errors
    /// [`Error::AssignmentsCount`]; the bad rows, when none may be bad.
    pub async fn assign_roles(
        &self,
        caller: &Caller,
        person: Person,
        assignments: Vec<Assignment>,
        partial: bool,
    ) -> Result<Vec<Result<(), Violation>>, Error> {
        if !(1..=MAX_ASSIGNMENTS).contains(&assignments.len()) {
            return Err(Error::AssignmentsCount);
        }
        let giver = Giver {
            person,
            origin: origin(caller, ""),
            now: self.clock.now(),
        };
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, giver.person.account).await?;
                let mut rows = read(tx, &account, &assignments).await?;
                let good: Vec<(User, GivenRole)> = rows.iter().filter_map(|row| row.as_ref().ok()).cloned().collect();
                let assigned = assign(tx, &account, &giver, &good).await?;
                let mut verdicts = assigned.verdicts.into_iter();
                let mut results = Vec::with_capacity(rows.len());
                for (index, row) in rows.drain(..).enumerate() {
                    results.push(match row {
                        Err(violation) => Err(violation),
                        Ok(_) => verdicts
                            .next()
                            .unwrap_or(Ok(()))
                            .map_err(|fault| locate(fault, index, &assignments)),
                    });
                }
                let violations: Vec<Violation> = results.iter().filter_map(|row| row.as_ref().err()).cloned().collect();
                if !violations.is_empty() && !partial {
                    return Err(Error::Rows(violations));
                }
                audit_events::append(tx, &assigned.events).await?;
                Ok((results, assigned.sessions))
            })
        });
        let (results, sessions) = work.await?;
        self.tell_ended(&sessions).await;
        Ok(results)
    }
}

/// Where a fault of the row at `index` is.
fn locate(fault: Fault, index: usize, assignments: &[Assignment]) -> Violation {
    let field = match (fault, assignments.get(index)) {
        (Fault::PermissionsExceedOwn | Fault::LastSuperAdmin | Fault::BillingContact, Some(row)) => row.role.field(),
        _ => "user_id",
    };
    Violation::new(fault, format!("assignments[{index}].{field}"))
}

/// The users and roles that are meant, the users locked.
async fn read(
    tx: &impl Connection,
    account: &Account,
    assignments: &[Assignment],
) -> Result<Vec<Result<(User, GivenRole), Violation>>, Error> {
    let ids: Vec<UserId> = assignments.iter().filter_map(|row| row.user_id.parse().ok()).collect();
    let named: BTreeSet<_> = assignments.iter().filter_map(|row| row.role.own_id()).collect();
    let users = users::lock(tx, account.id, &ids).await?;
    let roles = roles::of_account(tx, account.id, &named).await?;
    let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let mut seen = HashSet::new();
    let mut read_one = |(index, row): (usize, &Assignment)| {
        let user_fault = |fault| Violation::new(fault, format!("assignments[{index}].user_id"));
        let id: UserId = row.user_id.parse().map_err(|_| user_fault(Fault::IdMalformed))?;
        if !seen.insert(id) {
            return Err(user_fault(Fault::UserRepeated));
        }
        let role = row.role.resolve(&roles);
        let role = role.map_err(|bad| Violation::new(bad.fault, format!("assignments[{index}].{}", bad.field)))?;
        let unset = || Violation::new(Fault::RoleUnknown, format!("assignments[{index}].role"));
        let user = users.get(&id).ok_or_else(|| user_fault(Fault::UserNotFound))?;
        Ok((user.clone(), role.ok_or_else(unset)?))
    };
    Ok(assignments.iter().enumerate().map(&mut read_one).collect())
}

/// Gives users roles, as far as the giver and the account's posts allow; the account's row and the users' are locked. The caller
/// appends the events, last, and tells of the sessions when the transaction is over; or rolls back, when one of the verdicts
/// is not to their liking.
///
/// # Errors
/// [`Error::RoleAssignmentForbidden`] when the giver may not see roles.
pub async fn assign(
    tx: &impl Connection,
    account: &Account,
    giver: &Giver,
    rows: &[(User, GivenRole)],
) -> Result<Assigned, Error> {
    if !giver.person.can(types::Permission::AssignRoles) {
        return Err(Error::RoleAssignmentForbidden { field: "role".into() });
    }
    let posts = posts::of(tx, account).await?;
    let pairs: Vec<(&User, GivenRole)> = rows.iter().map(|(user, role)| (user, *role)).collect();
    let verdicts = assignment::decide(giver.person.permissions, posts, &pairs);
    let (mut given, mut raised, mut lowered, mut events) = (vec![], vec![], vec![], vec![]);
    for ((user, role), verdict) in rows.iter().zip(&verdicts) {
        match verdict {
            Err(_) | Ok(Effect::Nothing) => continue,
            Ok(Effect::Raised) => raised.push(user.id),
            Ok(Effect::Lowered) => lowered.push(user.id),
        }
        given.push(role_holders::Row {
            id: user.id,
            role: role.role,
            custom_role_id: role.custom_role_id,
        });
        let told = |role: &GivenRole| json!({"role": role.role, "custom_role_id": role.custom_role_id});
        let event = Event::new(account.id, &giver.origin, "user.assign_role", user.id, giver.now);
        events.push(event.before(&told(&GivenRole::of(user))).after(&told(role)));
    }
    role_holders::set(tx, account.id, &given, giver.now).await?;
    let disqualifies = |row: &role_holders::Row| !matches!(row.role, Role::Admin | Role::SuperAdmin);
    let loses = |offer: &Offer| given.iter().any(|row| row.id == offer.user_id && disqualifies(row));
    if let Some(offer) = account.offer.filter(loses) {
        accounts::withdraw_offer(tx, account.id).await?;
        let action = "billing_contact.withdraw_offer";
        events.push(Event::new(account.id, &giver.origin, action, offer.user_id, giver.now));
    }
    posts::verify(tx, account.id).await?;
    let mut sessions = sessions::end_all(tx, &lowered, giver.now).await?;
    sessions.extend(sessions::open(tx, &raised, giver.now).await?);
    Ok(Assigned {
        verdicts: verdicts.into_iter().map(|verdict| verdict.map(drop)).collect(),
        events,
        sessions,
    })
}
