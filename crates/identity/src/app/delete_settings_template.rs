//! Deleting a settings template, and giving its successor to all who have it.

use std::collections::HashSet;

use chassis::Person;
use serde_json::json;
use types::{AccountId, TemplateId};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::fault::{Fault, Violation};
use crate::domain::settings_template::Successor;
use crate::store::{Connection, accounts, audit_events, settings_templates, template_holders};

impl App {
    /// Deletes a template, if it is still what `etag` says; answers how many users have got its successor, those that are
    /// deleted not counted.
    ///
    /// # Errors
    /// [`Error::TemplateNotFound`], [`Error::EtagMismatch`]; [`Error::TemplateInUse`] when it is and has no successor;
    /// [`Error::ReplacementInvalid`], and [`Error::Field`] for a successor that is not there.
    pub async fn delete_settings_template(
        &self,
        person: &Person,
        origin: Origin,
        id: TemplateId,
        etag: String,
        successor: Successor,
    ) -> Result<i64, Error> {
        let (account, now) = (person.account, self.clock.now());
        let delete = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, account).await?;
                let template = settings_templates::lock(tx, account, id).await?;
                let template = template.ok_or(Error::TemplateNotFound)?;
                check_etag(&etag, template.revision)?;
                let counts = template_holders::count_users(tx, account, &[id]).await?;
                let users = counts.get(&id).copied().unwrap_or_default();
                let invitations = template_holders::count_promised(tx, account, id).await?;
                if successor == Successor::Nothing && users + invitations > 0 {
                    return Err(Error::TemplateInUse { users, invitations });
                }
                let successor = find(tx, account, id, successor).await?;
                let moved = template_holders::replace(tx, account, id, successor, now).await?;
                settings_templates::delete(tx, account, id).await?;
                let before = json!({
                    "name": template.name,
                    "description": template.description,
                    "settings": template.settings,
                    "users": users,
                    "invitations": invitations,
                });
                let mut events =
                    vec![Event::new(account, &origin, "settings_template.delete", id, now).before(&before)];
                events.extend(moved.iter().map(|user| {
                    Event::new(account, &origin, "user.update", user, now)
                        .before(&json!({ "settings_template_id": id }))
                        .after(&json!({ "settings_template_id": successor }))
                }));
                audit_events::append(tx, &events).await?;
                Ok(users)
            })
        });
        delete.await
    }
}

/// The template that those get who have `id`; none for the system default.
async fn find(
    tx: &impl Connection,
    account: AccountId,
    id: TemplateId,
    successor: Successor,
) -> Result<Option<TemplateId>, Error> {
    match successor {
        Successor::Template(successor) if successor == id => Err(Error::ReplacementInvalid),
        Successor::Template(successor) => {
            let held: HashSet<_> = settings_templates::hold(tx, &[successor]).await?;
            if held.contains(&(account, successor)) {
                Ok(Some(successor))
            } else {
                let field = "replacement_template_id";
                Err(Error::Field(Violation::new(Fault::TemplateNotFound, field)))
            }
        }
        // Nobody has it who is not deleted; those get the default, should they be restored.
        Successor::SystemDefault | Successor::Nothing => Ok(None),
    }
}
