//! Foretelling what a request to add users would do; nothing is changed.

use std::collections::HashSet;

use chassis::Person;
use types::{AccountId, UserId, failpoint};

use super::App;
use super::change::{self, Prepared};
use crate::domain::admission::{AddUsers, Answer, MAX_USERS};
use crate::domain::decision::{self, Known};
use crate::domain::error::Error;
use crate::domain::new_user::{Options, Yardstick};
use crate::domain::reference::References;
use crate::domain::role::RoleWish;
use crate::store::{groups, invitations, requests, roles, settings_templates, users};

impl App {
    /// Looks a request up and judges its rows.
    ///
    /// # Errors
    /// What concerns the request as a whole: its id, its size, the right to name roles.
    pub async fn prepare_add_users(&self, person: &Person, request: &AddUsers) -> Result<Prepared<Answer>, Error> {
        failpoint("identity::prepare_add_users::received");
        check(person, request, self.clock.now(), self.memory)?;
        let key = requests::Key {
            account_id: person.account,
            request_id: request.request_id.to_string(),
        };
        let reader = self.database.reader();
        let addresses: Vec<String> = decision::addresses(request).collect();
        let keys = [key];
        let references = self.references(person, request);
        let named = decision::roles(request).collect();
        let (mut remembered, account, catalogue, users, references, roles) = futures::try_join!(
            requests::find(reader, &keys),
            self.account(person.account),
            self.licensing.catalogue(),
            users::by_addresses(reader, &addresses),
            references,
            roles::of_account(reader, person.account, &named),
        )?;
        // The users may be its own, if it was committed since it was looked up.
        if !users.is_empty() && remembered.iter().all(|remembered| remembered.committed.is_none()) {
            remembered = requests::find(reader, &keys).await?;
        }
        if let Some(committed) = remembered.into_iter().find_map(|remembered| remembered.committed) {
            return committed.answer_to(&request.fingerprint).map(Prepared::Answered);
        }
        let invited = self.invited(person.account, &users).await?;
        let yardstick = Yardstick {
            shared: &request.options,
            products: &catalogue.ids,
            roles: &roles,
            giver: person.permissions,
            language: &account.language,
            time_zone: &account.time_zone,
            references: &references,
        };
        let known = Known {
            users: users
                .into_iter()
                .map(|(email, user, account)| (email, (user, account)))
                .collect(),
            invited: invited.into_iter().map(|invitee| invitee.email).collect(),
        };
        let rows = decision::decide(person.account, request, &yardstick, &known);
        let answer = Answer {
            results: rows.iter().map(|row| row.result(None, None)).collect(),
            seats: vec![],
        };
        Ok(Prepared::Foretold {
            answer,
            seats: decision::seats(&rows),
        })
    }

    /// Which of these users of any account are invited to this one.
    async fn invited(
        &self,
        account_id: AccountId,
        users: &[(String, UserId, AccountId)],
    ) -> Result<Vec<invitations::Invitee>, Error> {
        let others = users.iter().filter(|(_, _, home)| *home != account_id);
        let invitees: Vec<_> = others
            .map(|(email, ..)| invitations::Invitee {
                account_id,
                email: email.clone(),
            })
            .collect();
        if invitees.is_empty() {
            return Ok(vec![]);
        }
        invitations::pending(self.database.reader(), &invitees).await
    }

    /// What there is of the groups and templates that a request names.
    async fn references(&self, person: &Person, request: &AddUsers) -> Result<References, Error> {
        let (named, reader) = (References::of(request), self.database.reader());
        let (groups, templates): (Vec<_>, Vec<_>) = (
            named.groups.into_iter().collect(),
            named.templates.into_iter().collect(),
        );
        let (groups, templates) = futures::try_join!(
            groups::among(reader, &groups),
            settings_templates::among(reader, &templates)
        )?;
        Ok(References {
            groups: owned_by(person.account, groups),
            templates: owned_by(person.account, templates),
        })
    }
}

/// What belongs to one account.
pub(super) fn owned_by<Id: Eq + std::hash::Hash>(
    account: AccountId,
    owned: impl IntoIterator<Item = (AccountId, Id)>,
) -> HashSet<Id> {
    let owned = owned.into_iter().filter(|(owner, _)| *owner == account);
    owned.map(|(_, id)| id).collect()
}

/// Judges a request as a whole.
pub(super) fn check(
    person: &Person,
    request: &AddUsers,
    now: types::Timestamp,
    memory: std::time::Duration,
) -> Result<(), Error> {
    if !(1..=MAX_USERS).contains(&request.users.len()) {
        return Err(Error::UsersCount);
    }
    change::check_age(request.request_id, now, memory)?;
    if !person.can(types::Permission::AssignRoles) {
        let names_a_role = |options: &Options| options.role != RoleWish::Unset;
        if names_a_role(&request.options) {
            return Err(Error::RoleAssignmentForbidden {
                field: format!("options.{}", request.options.role.field()),
            });
        }
        let mut rows = request.users.iter().map(|user| &user.options).enumerate();
        if let Some((index, options)) = rows.find(|(_, options)| names_a_role(options)) {
            return Err(Error::RoleAssignmentForbidden {
                field: format!("users[{index}].options.{}", options.role.field()),
            });
        }
    }
    Ok(())
}
