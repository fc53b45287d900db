//! Deleting a group: its users are in none from then on.

use chassis::Person;
use serde_json::json;
use types::GroupId;

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::store::{accounts, audit_events, groups, memberships};

impl App {
    /// Deletes a group, if it is still what `etag` says; answers how many users were in it, those that are deleted not
    /// counted.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`], [`Error::EtagMismatch`].
    pub async fn delete_group(&self, person: &Person, origin: Origin, id: GroupId, etag: String) -> Result<i64, Error> {
        let (account, now) = (person.account, self.clock.now());
        let delete = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, account).await?;
                let group = groups::lock(tx, account, id).await?.ok_or(Error::GroupNotFound)?;
                check_etag(&etag, group.revision)?;
                let counts = groups::count_users(tx, account, &[id]).await?;
                let users = counts.get(&id).copied().unwrap_or_default();
                let invitations = memberships::unpromise(tx, account, id).await?;
                let left = memberships::leave(tx, account, id, now).await?;
                groups::delete(tx, account, id).await?;
                let before = json!({
                    "name": group.name,
                    "description": group.description,
                    "users": users,
                    "invitations": invitations,
                });
                let mut events = vec![Event::new(account, &origin, "group.delete", id, now).before(&before)];
                events.extend(left.iter().map(|user| {
                    Event::new(account, &origin, "user.update", user, now)
                        .before(&json!({ "group_id": id }))
                        .after(&json!({ "group_id": null }))
                }));
                audit_events::append(tx, &events).await?;
                Ok(users)
            })
        });
        delete.await
    }
}
