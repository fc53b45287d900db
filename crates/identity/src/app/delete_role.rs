//! Deleting a role of the account's own.

use std::collections::{BTreeSet, HashMap};

use chassis::{Caller, Person};
use serde_json::json;
use types::{Permissions, RoleId};

use super::create_role::{check_own, told};
use super::{App, origin};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::fault::{Fault, Violation};
use crate::domain::role::{GivenRole, OwnRole, RoleWish};
use crate::store::{accounts, audit_events, role_holders, roles};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// The role.
    pub id: RoleId,
    /// What it must still be; empty for whatever it is.
    pub etag: String,
    /// The role for those who hold it.
    pub replacement: RoleWish,
}

impl App {
    /// Deletes a role; whoever holds it is given the replacement. Says how many users that were, deleted ones not counted.
    ///
    /// # Errors
    /// [`Error::RoleNotFound`]; [`Error::EtagMismatch`]; [`Error::RoleInUse`] without a replacement; what is wrong with it.
    pub async fn delete_role(&self, caller: &Caller, person: Person, deletion: Deletion) -> Result<usize, Error> {
        let now = self.clock.now();
        let origin = origin(caller, "");
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, person.account).await?.id;
                let role = roles::find(tx, account, deletion.id)
                    .await?
                    .ok_or(Error::RoleNotFound)?;
                check_etag(&deletion.etag, role.revision)?;
                check_own(&person, [role.permissions], "role_id")?;
                let named: BTreeSet<RoleId> = deletion.replacement.own_id().into_iter().collect();
                let known = roles::of_account(tx, account, &named).await?;
                let replacement = replacement(&person, &deletion, &known)?;
                if replacement.is_none() && role_holders::exist(tx, account, role.id, now).await? {
                    return Err(Error::RoleInUse);
                }
                let to = replacement.unwrap_or_else(GivenRole::member);
                let lowered = !to.permissions.covers(role.permissions);
                let told = role_holders::sessions(tx, account, role.id, lowered, now).await?;
                let holders = role_holders::replace(tx, account, role.id, &to, now).await?;
                roles::delete(tx, account, role.id).await?;
                audit_events::append(tx, &events(&origin, &role, &to, &holders, now)).await?;
                Ok((holders.len(), told))
            })
        });
        let (replaced, sessions) = work.await?;
        self.tell_ended(&sessions).await;
        Ok(replaced)
    }
}

fn replacement(
    person: &Person,
    deletion: &Deletion,
    known: &HashMap<RoleId, Permissions>,
) -> Result<Option<GivenRole>, Error> {
    let path = |field: &str| format!("replacement_{field}");
    let refuse = |fault, field: &str| Error::Field(Violation::new(fault, path(field)));
    let wished = deletion.replacement.resolve(known);
    let Some(role) = wished.map_err(|bad| refuse(bad.fault, bad.field))? else {
        return Ok(None);
    };
    let field = deletion.replacement.field();
    if role.custom_role_id == Some(deletion.id) {
        Err(refuse(Fault::RoleNotFound, field))
    } else if role.is_within(person.permissions) {
        Ok(Some(role))
    } else {
        Err(refuse(Fault::PermissionsExceedOwn, field))
    }
}

/// What the audit log is told: the end of the role, and what became of each who held it.
fn events(
    origin: &Origin,
    role: &OwnRole,
    to: &GivenRole,
    holders: &[types::UserId],
    now: types::Timestamp,
) -> Vec<Event> {
    let before = json!({"role": types::Role::Custom, "custom_role_id": role.id});
    let after = json!({"role": to.role, "custom_role_id": to.custom_role_id});
    let given = |user: &types::UserId| {
        let event = Event::new(role.account_id, origin, "user.assign_role", user, now);
        event.before(&before).after(&after)
    };
    let mut events: Vec<Event> = holders.iter().map(given).collect();
    events.push(Event::new(role.account_id, origin, "role.delete", role.id, now).before(&told(role)));
    events
}
