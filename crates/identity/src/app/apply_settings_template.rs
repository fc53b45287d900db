//! Giving a settings template to many users.

use std::collections::HashMap;

use chassis::Person;
use serde_json::json;
use types::{GroupId, TemplateId, UserId};

use super::App;
use crate::domain::account::Account;
use crate::domain::admission::MAX_USERS;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::protection::may_manage;
use crate::domain::settings::told;
use crate::store::template_holders::Target;
use crate::store::{Connection, accounts, audit_events, groups, settings_templates, template_holders};

/// Who is to get a template.
#[derive(Clone, Debug)]
pub enum Recipients {
    /// These users.
    Users(Vec<UserId>),
    /// All users of a group.
    Group(GroupId),
}

/// What has come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many users have got the template who did not have it.
    pub changed: usize,
    /// How many users of the group the caller may not change.
    pub protected: usize,
}

impl App {
    /// Gives a template of the caller's account, or the system default, to users of it.
    ///
    /// # Errors
    /// [`Error::UsersCount`]; [`Error::TemplateNotFound`], [`Error::GroupNotFound`]; [`Error::Rows`] for users who are not
    /// there or whom the caller may not change. Then nothing has changed.
    pub async fn apply_settings_template(
        &self,
        person: &Person,
        origin: Origin,
        template: Option<TemplateId>,
        recipients: Recipients,
    ) -> Result<Applied, Error> {
        if let Recipients::Users(ids) = &recipients
            && !(1..=MAX_USERS).contains(&ids.len())
        {
            return Err(Error::UsersCount);
        }
        let (person, now) = (*person, self.clock.now());
        let account = person.account;
        let apply = self.database.transaction(move |tx| {
            Box::pin(async move {
                let home = accounts::lock(tx, account).await?;
                let (targets, protected) = select(tx, &person, &home, &recipients).await?;
                if let Some(id) = template
                    && !settings_templates::hold(tx, &[id]).await?.contains(&(account, id))
                {
                    return Err(Error::TemplateNotFound);
                }
                let changed = targets.into_iter().filter(|target| target.template != template);
                let changed: Vec<Target> = changed.collect();
                let ids: Vec<UserId> = changed.iter().map(|target| target.id).collect();
                template_holders::give(tx, account, &ids, template, now).await?;
                let event = |target: &Target| {
                    Event::new(account, &origin, "user.update", target.id, now)
                        .before(&json!({ "settings_template_id": target.template }))
                        .after(&json!({ "settings_template_id": template }))
                };
                let events: Vec<Event> = changed.iter().map(event).collect();
                audit_events::append(tx, &events).await?;
                Ok(Applied {
                    changed: changed.len(),
                    protected,
                })
            })
        });
        apply.await
    }
}

/// The users whom the caller may change, and how many of a group those are not.
async fn select(
    tx: &impl Connection,
    person: &Person,
    account: &Account,
    recipients: &Recipients,
) -> Result<(Vec<Target>, usize), Error> {
    let manageable =
        |target: &Target| may_manage(person.user, person.permissions, target.id, target.permissions, account);
    match recipients {
        Recipients::Users(ids) => {
            let targets = template_holders::lock_users(tx, account.id, ids).await?;
            let found: HashMap<UserId, &Target> = targets.iter().map(|target| (target.id, target)).collect();
            let judge = |(position, id): (usize, &UserId)| {
                let fault = match found.get(id) {
                    None => Fault::UserNotFound,
                    Some(target) if !manageable(target) => Fault::AdministratorProtected,
                    Some(_) => return None,
                };
                Some(Violation::new(fault, format!("users.ids[{position}]")))
            };
            let violations = ids.iter().enumerate().filter_map(judge).collect();
            told(targets.clone(), violations)
                .map(|targets| (targets, 0))
                .map_err(Error::Rows)
        }
        Recipients::Group(id) => {
            if !groups::hold(tx, &[*id]).await?.contains(&(account.id, *id)) {
                return Err(Error::GroupNotFound);
            }
            let targets = template_holders::lock_group(tx, account.id, *id).await?;
            let (targets, protected): (Vec<_>, Vec<_>) = targets.into_iter().partition(manageable);
            Ok((targets, protected.len()))
        }
    }
}
