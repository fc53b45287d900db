//! Says whether somebody is licensed for something.

use std::collections::BTreeSet;

use chassis::{Barred, Caller};
use types::{Permission, UserId};

use super::{App, Error};
use crate::domain::holder::Subject;
use crate::domain::license::Verdict;
use crate::domain::product::is_word;
use crate::store::seat_holders;

impl App {
    /// Whether the caller, or another user of their account, is licensed for `entitlement`.
    pub async fn check_entitlement(
        &self,
        caller: &Caller,
        user: Option<UserId>,
        entitlement: &str,
    ) -> Result<Verdict<'_>, Error> {
        let person = super::person(caller)?;
        let user = user.unwrap_or(person.user);
        if user != person.user && !person.can(Permission::ManageUsers) {
            return Err(Barred::PermissionRequired(Permission::ManageUsers).into());
        }
        if !is_word(entitlement) {
            return Err(Error::EntitlementMalformed);
        }
        let subject = BTreeSet::from([Subject::User(user)]);
        let holders = seat_holders::find(self.database.reader(), person.account, &subject).await?;
        let is_held = |product: &str| {
            let mut holdings = holders.iter().map(|holder| &holder.holding);
            holdings.any(|holding| holding.products.contains_key(product))
        };
        Ok(self.catalogue.judge(entitlement, is_held))
    }
}
