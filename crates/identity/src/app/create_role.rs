//! Making a role of the account's own.

use chassis::{Caller, Person};
use serde_json::json;
use types::{AccountId, Permissions, RequestId, RoleId, Timestamp};

use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::creation::Creation;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::role::{MAX_ROLES, OwnRole, RoleDraft};
use crate::store::{accounts, audit_events, creations, roles};

impl App {
    /// Makes a role; the same request makes one, however often it is sent.
    ///
    /// # Errors
    /// What is wrong with the draft; [`Error::RoleLimitReached`]; [`Error::RequestIdReused`]; [`Error::RoleNotFound`] when the
    /// request is repeated and its role was deleted since.
    pub async fn create_role(
        &self,
        caller: &Caller,
        person: &Person,
        request_id: Option<RequestId>,
        draft: RoleDraft,
    ) -> Result<OwnRole, Error> {
        let now = self.clock.now();
        let mut role = blank(person.account, now);
        role.apply(&draft, "").map_err(Error::Rows)?;
        check_own(person, [role.permissions], "permissions")?;
        let content = ("role", &role.name, &role.description, role.permissions);
        let creation = request_id.map(|id| Creation::new(id, &content)).transpose()?;
        if let Some(creation) = &creation {
            creation.check_age(now, self.memory)?;
        }
        let event = Event::new(
            person.account,
            &origin(caller, &request_id.map(|id| id.to_string()).unwrap_or_default()),
            "role.create",
            role.id,
            now,
        );
        let event = event.after(&told(&role));
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, role.account_id).await?;
                if let Some(creation) = &creation
                    && let Some(made) = creations::claim(tx, role.account_id, creation, role.id, now).await?
                {
                    return roles::find(tx, role.account_id, made).await?.ok_or(Error::RoleNotFound);
                }
                if roles::count(tx, role.account_id).await? >= MAX_ROLES {
                    return Err(Error::RoleLimitReached);
                }
                roles::insert(tx, &role, "name").await?;
                audit_events::append(tx, &[event]).await?;
                Ok(role)
            })
        });
        work.await
    }
}

fn blank(account_id: AccountId, now: Timestamp) -> OwnRole {
    OwnRole {
        id: RoleId::new(),
        account_id,
        name: String::new(),
        description: String::new(),
        permissions: Permissions::default(),
        revision: 1,
        create_time: now,
        update_time: now,
    }
}

/// Whether none of these is more than the person may do; what is wrong otherwise is in `field`.
pub(super) fn check_own(
    person: &Person,
    permissions: impl IntoIterator<Item = Permissions>,
    field: &str,
) -> Result<(), Error> {
    if permissions.into_iter().all(|it| person.permissions.covers(it)) {
        Ok(())
    } else {
        Err(Error::Field(Violation::new(Fault::PermissionsExceedOwn, field)))
    }
}

/// A role, as the audit log is told.
pub(super) fn told(role: &OwnRole) -> serde_json::Value {
    let permissions: Vec<&str> = role.permissions.iter().map(|permission| permission.as_str()).collect();
    json!({"name": role.name, "description": role.description, "permissions": permissions})
}
