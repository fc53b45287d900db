//! Changing what is said of a user.

use chassis::Person;
use types::{UserId, failpoint};

use super::App;
use super::lock_user::lock_user;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::user::User;
use crate::domain::user_change::{Scope, UserChange, UserFields, difference};
use crate::store::{Connection, audit_events, groups, settings_templates, users};

impl App {
    /// Changes a user of the caller's account.
    ///
    /// # Errors
    /// Those of [`UserChange::read`] and [`lock_user`]; [`Error::UserDeleted`]; [`Error::Field`] for a group or a settings
    /// template that the account does not have.
    pub async fn update_user(
        &self,
        person: &Person,
        origin: Origin,
        id: UserId,
        fields: &UserFields,
        mask: &[String],
        etag: String,
    ) -> Result<User, Error> {
        let change = UserChange::read(fields, mask, Scope::Anybody, person.permissions)?;
        self.change_user(person, origin, id, change, etag).await
    }

    /// Changes the caller themselves.
    ///
    /// # Errors
    /// Those of [`UserChange::read`]; [`Error::EtagMismatch`].
    pub async fn update_myself(
        &self,
        person: &Person,
        origin: Origin,
        fields: &UserFields,
        mask: &[String],
        etag: String,
    ) -> Result<User, Error> {
        let change = UserChange::read(fields, mask, Scope::Oneself, person.permissions)?;
        self.change_user(person, origin, person.user, change, etag).await
    }

    async fn change_user(
        &self,
        person: &Person,
        origin: Origin,
        id: UserId,
        change: UserChange,
        etag: String,
    ) -> Result<User, Error> {
        let (person, now) = (*person, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (account, user) = lock_user(tx, &person, id, &etag).await?;
                user.check_present()?;
                let changed = change.apply(&user);
                check_assigned(tx, &user, &changed).await?;
                let Some((before, after)) = difference(&user, &changed) else {
                    return Ok(());
                };
                users::change(tx, &changed, now).await?;
                let event = Event::new(account.id, &origin, "user.update", id, now);
                audit_events::append(tx, &[event.before(&before).after(&after)]).await
            })
        });
        update.await?;
        failpoint("identity::update_user::committed");
        self.get_user(&person, id).await
    }
}

/// Whether the account has what is newly put upon the user.
async fn check_assigned(tx: &impl Connection, before: &User, after: &User) -> Result<(), Error> {
    let not_found = |fault, field: &str| Err(Error::Field(Violation::new(fault, field)));
    if let Some(group) = after.group_id.filter(|_| after.group_id != before.group_id)
        && groups::find(tx, after.account_id, group).await?.is_none()
    {
        return not_found(Fault::GroupNotFound, "user.group_id");
    }
    if let Some(template) = after
        .settings_template_id
        .filter(|_| after.settings_template_id != before.settings_template_id)
        && settings_templates::find(tx, after.account_id, template)
            .await?
            .is_none()
    {
        return not_found(Fault::TemplateNotFound, "user.settings_template_id");
    }
    Ok(())
}
