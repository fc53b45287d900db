//! Changing a role of the account's own.

use chassis::{Caller, Person};
use types::RoleId;

use super::create_role::{check_own, told};
use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::role::{OwnRole, RoleDraft};
use crate::store::{accounts, audit_events, role_holders, roles};

impl App {
    /// Changes a role; those who hold it and may do less from now on are logged out.
    ///
    /// # Errors
    /// [`Error::RoleNotFound`]; [`Error::EtagMismatch`]; what is wrong with the draft.
    pub async fn update_role(
        &self,
        caller: &Caller,
        person: Person,
        id: RoleId,
        etag: String,
        draft: RoleDraft,
    ) -> Result<OwnRole, Error> {
        let now = self.clock.now();
        let event = Event::new(person.account, &origin(caller, ""), "role.update", id, now);
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, person.account).await?;
                let before = roles::find(tx, person.account, id).await?.ok_or(Error::RoleNotFound)?;
                check_etag(&etag, before.revision)?;
                let mut after = before.clone();
                after.apply(&draft, "role.").map_err(Error::Rows)?;
                check_own(&person, [before.permissions, after.permissions], "role.permissions")?;
                if after == before {
                    return Ok((after, vec![]));
                }
                after.revision = before.revision.saturating_add(1);
                after.update_time = now;
                roles::update(tx, &after, "role.name").await?;
                let sessions = if after.permissions == before.permissions {
                    vec![]
                } else {
                    let lowered = !after.permissions.covers(before.permissions);
                    role_holders::sessions(tx, person.account, id, lowered, now).await?
                };
                let event = event.before(&told(&before)).after(&told(&after));
                audit_events::append(tx, &[event]).await?;
                Ok::<_, Error>((after, sessions))
            })
        });
        let (role, sessions) = work.await?;
        self.tell_ended(&sessions).await;
        Ok(role)
    }
}
