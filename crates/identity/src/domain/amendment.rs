//! What a request to change users does to each of them: decided the same way when it is foretold and when it is done.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use types::{Permissions, UserId};

use super::account::Account;
use super::admission::Holder;
use super::assignment::{self, Effect, Posts};
use super::fault::{Fault, Violation};
use super::life::End;
use super::role::GivenRole;
use super::user::{User, UserState};
use super::user_update::{Amendment, Outcome, RowResult, Transition};

/// Who asks, and whom it concerns.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Who asks.
    pub actor: UserId,
    /// What they may do.
    pub permissions: Permissions,
    /// The account.
    pub account: &'a Account,
    /// Its users, as far as the request names them.
    pub users: &'a HashMap<UserId, User>,
    /// Its posts.
    pub posts: Posts,
}

/// One row, decided.
#[derive(Clone, Debug)]
pub struct Row {
    /// The user, as named in the request.
    pub user_id: String,
    /// What becomes of the user, or what is wrong.
    pub verdict: Result<Amended, Violation>,
}

/// A user before and after a change.
#[derive(Clone, Debug)]
pub struct Amended {
    /// Before.
    pub before: User,
    /// After, but for role and state.
    pub after: User,
    /// The role they get, when it is another one.
    pub role: Option<GivenRole>,
    /// How they go on in their life, when they do.
    pub transition: Option<Transition>,
}

/// Decides every row of a request.
pub fn decide(user_ids: &[String], amendment: &Amendment, scene: Scene<'_>) -> Vec<Row> {
    let wishes = user_ids.iter().map(|user_id| (user_id.clone(), Ok(amendment)));
    let mut rows = decide_each(wishes, scene);
    if let Some(transition) = amendment.transition {
        go_on(&mut rows, transition, scene.posts);
    }
    rows
}

/// Decides rows that each ask for something else, but for a transition; or in which something is wrong already.
pub fn decide_each<'a>(
    wishes: impl Iterator<Item = (String, Result<&'a Amendment, Violation>)>,
    scene: Scene<'_>,
) -> Vec<Row> {
    let mut seen = HashSet::new();
    let mut roles = Vec::new();
    let mut decide_one = |(index, (user_id, wish)): (usize, (String, Result<&Amendment, Violation>))| {
        let amended = |amendment: &Amendment| {
            let user = match user_id.parse::<UserId>() {
                Err(_) => Err(Fault::IdMalformed),
                Ok(id) if !seen.insert(id) => Err(Fault::UserRepeated),
                Ok(id) => scene.find(id),
            };
            let user = user.map_err(|fault| Violation::new(fault, format!("user_ids[{index}]")))?;
            roles.push(amendment.role);
            Ok(amendment.of(user))
        };
        let verdict = wish.and_then(amended);
        Row { user_id, verdict }
    };
    let mut rows: Vec<Row> = wishes.enumerate().map(&mut decide_one).collect();
    give(&mut rows, &roles, scene);
    rows
}

/// Gives the good rows the roles that are asked for in them, as far as they can be given.
fn give(rows: &mut [Row], roles: &[Option<GivenRole>], scene: Scene<'_>) {
    let good = rows.iter().filter_map(|row| row.verdict.as_ref().ok());
    let users: Vec<(User, GivenRole)> = good
        .zip(roles)
        .filter_map(|(amended, role)| Some((amended.before.clone(), (*role)?)))
        .collect();
    let pairs: Vec<_> = users.iter().map(|(user, role)| (user, *role)).collect();
    let mut verdicts = assignment::decide(scene.permissions, scene.posts, &pairs).into_iter();
    let mut roles = roles.iter();
    for (index, row) in rows.iter_mut().enumerate() {
        let Ok(amended) = &mut row.verdict else { continue };
        let Some(Some(role)) = roles.next() else { continue };
        match verdicts.next() {
            Some(Ok(Effect::Raised | Effect::Lowered)) => amended.role = Some(*role),
            Some(Ok(Effect::Nothing)) | None => {}
            Some(Err(fault)) => row.refuse(fault, index),
        }
    }
}

/// Lets all good rows go on in their life, as far as they can and no post is left empty.
fn go_on(rows: &mut [Row], transition: Transition, posts: Posts) {
    let mut super_admins = posts.super_admins;
    for (index, row) in rows.iter_mut().enumerate() {
        let Ok(amended) = &mut row.verdict else { continue };
        let user = &amended.before;
        match transition.judge(user) {
            Err(fault) => row.refuse(fault, index),
            Ok(false) => {}
            Ok(true) if transition == Transition::Reactivation => amended.transition = Some(transition),
            Ok(true) if user.id == posts.billing_contact => row.refuse(Fault::BillingContact, index),
            Ok(true) if user.state == UserState::Active && user.role == types::Role::SuperAdmin => {
                if super_admins <= 1 {
                    row.refuse(Fault::LastSuperAdmin, index);
                } else {
                    super_admins = super_admins.saturating_sub(1);
                    amended.transition = Some(transition);
                }
            }
            Ok(true) => amended.transition = Some(transition),
        }
    }
}

impl Transition {
    /// Whether it makes a difference to a user.
    ///
    /// # Errors
    /// Why they cannot go on like this.
    fn judge(self, user: &User) -> Result<bool, Fault> {
        match (self, user.state) {
            (_, UserState::Deleted) => Err(Fault::UserNotFound),
            (Self::End(End::Deletion), UserState::Invited | UserState::Active | UserState::Suspended)
            | (Self::End(End::Suspension { .. }), UserState::Active)
            | (Self::Reactivation, UserState::Suspended) => Ok(true),
            (Self::End(End::Suspension { release_seats }), UserState::Suspended)
                if !release_seats || user.products.is_empty() =>
            {
                Ok(false)
            }
            (Self::End(End::Suspension { .. }), UserState::Invited | UserState::Suspended) => Err(Fault::UserNotActive),
            (Self::Reactivation, UserState::Active) => Ok(false),
            (Self::Reactivation, UserState::Invited) => Err(Fault::UserNotSuspended),
        }
    }
}

impl<'a> Scene<'a> {
    /// A user who can be changed by whoever asks.
    fn find(self, id: UserId) -> Result<&'a User, Fault> {
        let user = self.users.get(&id).ok_or(Fault::UserNotFound)?;
        match user.state {
            UserState::Deleted => return Err(Fault::UserNotFound),
            UserState::Invited | UserState::Active | UserState::Suspended => {}
        }
        user.check_manageable_by(self.actor, self.permissions, self.account)
            .map_err(|_| Fault::AdministratorProtected)?;
        Ok(user)
    }
}

impl Amendment {
    fn of(&self, user: &User) -> Amended {
        let mut after = user.clone();
        if let Some(name) = &self.given_name {
            after.given_name = name.to_string();
        }
        if let Some(name) = &self.family_name {
            after.family_name = name.to_string();
        }
        if let Some(group_id) = self.group_id {
            after.group_id = group_id;
        }
        if let Some(template_id) = self.settings_template_id {
            after.settings_template_id = template_id;
        }
        if let Some(language) = &self.language {
            after.language = language.to_string();
        }
        if let Some(time_zone) = &self.time_zone {
            after.time_zone = time_zone.to_string();
        }
        if let Some(products) = &self.products {
            after.products = products.of(&user.products);
            after.seat_version += i64::from(after.products != user.products);
        }
        Amended {
            before: user.clone(),
            after,
            role: None,
            transition: None,
        }
    }
}

impl Amended {
    /// What is different, as it was and as it is.
    pub fn difference(&self) -> (Map<String, Value>, Map<String, Value>) {
        let told = |user: &User| {
            [
                ("given_name", json!(user.given_name)),
                ("family_name", json!(user.family_name)),
                ("group_id", json!(user.group_id)),
                ("settings_template_id", json!(user.settings_template_id)),
                ("language", json!(user.language)),
                ("time_zone", json!(user.time_zone)),
                ("products", json!(user.products)),
            ]
        };
        let (mut before, mut after) = (Map::new(), Map::new());
        for ((name, old), (_, new)) in told(&self.before).into_iter().zip(told(&self.after)) {
            if old != new {
                before.insert(name.to_owned(), old);
                after.insert(name.to_owned(), new);
            }
        }
        (before, after)
    }

    /// Whether anything but role and state is different.
    pub fn is_different(&self) -> bool {
        !self.difference().1.is_empty()
    }

    /// Whether anything is different.
    pub fn is_change(&self) -> bool {
        self.role.is_some() || self.transition.is_some() || self.is_different()
    }

    /// The products that the user gets more.
    pub fn gained(&self) -> impl Iterator<Item = &String> {
        let before = &self.before.products;
        self.after.products.iter().filter(|product| !before.contains(product))
    }

    /// What the user holds, when seats are taken for them.
    pub fn holder(&self) -> Option<Holder> {
        self.gained().next()?;
        let before = &self.before.products;
        let kept = self.after.products.iter().filter(|product| before.contains(product));
        Some(Holder {
            subject: self.after.id.to_string(),
            version: self.after.seat_version,
            products: self.after.products.clone(),
            kept: kept.cloned().collect(),
        })
    }

    /// Whether the user gives up seats and takes none.
    pub fn only_gives_up(&self) -> bool {
        self.before.products != self.after.products && self.gained().next().is_none()
    }
}

impl Row {
    /// Leaves the user as they are.
    pub fn refuse(&mut self, fault: Fault, index: usize) {
        self.verdict = Err(Violation::new(fault, format!("user_ids[{index}]")));
    }

    /// What the row is answered with.
    pub fn result(&self) -> RowResult {
        let (outcome, violation) = match &self.verdict {
            Ok(amended) if amended.is_change() => (Outcome::Updated, None),
            Ok(_) => (Outcome::Unchanged, None),
            Err(violation) => (Outcome::Failed, Some(violation.clone())),
        };
        RowResult {
            user_id: self.user_id.clone(),
            outcome,
            violation,
        }
    }
}
