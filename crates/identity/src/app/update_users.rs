//! Changing users, one or many, in one way.

use std::collections::{BTreeSet, HashMap};

use chassis::Person;
use serde_json::{Value, json};
use storage::Message;
use types::{Permission, RequestId, UserId};

use super::assign_roles::{Giver, assign};
use super::change::{Attempt, Change, Done, Scene};
use super::end_users::end_users;
use crate::domain::admission::{MAX_USERS, SeatCount, SeatQuantity, count_seats};
use crate::domain::amendment::{self, Amended, Row};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::fault::Violation;
use crate::domain::message::{RELEASE_SEATS, ReleaseSeats};
use crate::domain::role::{GivenRole, RoleWish};
use crate::domain::user::{User, UserState};
use crate::domain::user_update::{Answer, Terms, Transition, UpdateUsers};
use crate::store::{Connection, amendments, groups, posts, roles, settings_templates, users};

impl Change for UpdateUsers {
    type Answer = Answer;
    type Plan = Vec<Row>;

    fn request_id(&self) -> RequestId {
        self.request_id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn check(&self, person: &Person) -> Result<(), Error> {
        if !(1..=MAX_USERS).contains(&self.user_ids.len()) {
            return Err(Error::UpdatesCount);
        }
        let role = &self.change.role;
        if *role == RoleWish::Unset || person.can(Permission::AssignRoles) {
            Ok(())
        } else {
            Err(Error::RoleAssignmentForbidden {
                field: format!("change.{}", role.field()),
            })
        }
    }

    async fn plan(&self, conn: &impl Connection, scene: &Scene) -> Result<Vec<Row>, Error> {
        let account = scene.account.id;
        let mut terms = Terms {
            products: scene.catalogue.ids.iter().map(String::as_str).collect(),
            ..Terms::default()
        };
        let named: BTreeSet<_> = self.change.role.own_id().into_iter().collect();
        terms.roles = roles::of_account(conn, account, &named).await?;
        // Whoever deletes one of them locks the account first.
        if let Some(group) = self.change.group() {
            let owned = groups::among(conn, &[group]).await?;
            terms.group = owned.contains(&(account, group)).then_some(group);
        }
        if let Some(template) = self.change.template() {
            let owned = settings_templates::among(conn, &[template]).await?;
            terms.template = owned.contains(&(account, template)).then_some(template);
        }
        let amendment = self.change.judge(&terms).map_err(Error::Rows)?;
        let ids: Vec<UserId> = self.user_ids.iter().filter_map(|id| id.parse().ok()).collect();
        let users = users::of_account(conn, account, &ids).await?;
        let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
        let scene = amendment::Scene {
            actor: scene.person.user,
            permissions: scene.person.permissions,
            account: &scene.account,
            users: &users,
            posts: posts::of(conn, &scene.account).await?,
        };
        Ok(amendment::decide(&self.user_ids, &amendment, scene))
    }

    fn foretell(&self, plan: &Vec<Row>, _scene: &Scene) -> Answer {
        answer(plan, vec![])
    }

    fn seats(plan: &Vec<Row>) -> Vec<SeatQuantity> {
        count_seats(changed(plan).flat_map(Amended::gained))
    }

    fn accept(&self, plan: &Vec<Row>) -> Result<(), Error> {
        let violations: Vec<Violation> = plan
            .iter()
            .filter_map(|row| row.verdict.as_ref().err())
            .cloned()
            .collect();
        if violations.is_empty() || self.allow_partial {
            Ok(())
        } else {
            Err(Error::Rows(violations))
        }
    }

    async fn carry_out(
        &self,
        tx: &impl Connection,
        plan: Vec<Row>,
        scene: &Scene,
        attempt: &Attempt,
    ) -> Result<Done<Answer>, Error> {
        carry_out(tx, &plan, scene, attempt).await
    }
}

/// Changes users as it is planned.
pub(super) async fn carry_out(
    tx: &impl Connection,
    plan: &[Row],
    scene: &Scene,
    attempt: &Attempt,
) -> Result<Done<Answer>, Error> {
    let (account, now) = (scene.account.id, scene.pace.now);
    let changes: Vec<(&User, &User)> = different(plan)
        .map(|amended| (&amended.before, &amended.after))
        .collect();
    amendments::write(tx, account, &changes, now).await?;
    let event = |amended: &Amended| {
        let (before, after) = amended.difference();
        Event::new(account, &attempt.origin, "user.update", amended.after.id, now)
            .before(&Value::Object(before))
            .after(&Value::Object(after))
    };
    let mut done = Done {
        holders: changed(plan).filter_map(Amended::holder).collect(),
        messages: changed(plan)
            .filter(|amended| amended.only_gives_up())
            .map(release)
            .collect::<Result<_, _>>()?,
        events: different(plan).map(event).collect(),
        sessions: vec![],
        answer: answer(plan, attempt.seats.clone()),
    };
    give_roles(tx, plan, scene, attempt, &mut done).await?;
    go_on(tx, plan, scene, attempt, &mut done).await?;
    Ok(done)
}

/// Gives users the role that they are to get.
async fn give_roles(
    tx: &impl Connection,
    plan: &[Row],
    scene: &Scene,
    attempt: &Attempt,
    done: &mut Done<Answer>,
) -> Result<(), Error> {
    let given: HashMap<UserId, GivenRole> = changed(plan)
        .filter_map(|amended| Some((amended.after.id, amended.role?)))
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let ids: Vec<UserId> = given.keys().copied().collect();
    let users = users::of_account(tx, scene.account.id, &ids).await?;
    let rows: Vec<(User, GivenRole)> = users
        .into_iter()
        .filter_map(|user| given.get(&user.id).map(|role| (user, *role)))
        .collect();
    let giver = Giver {
        person: scene.person,
        origin: attempt.origin.clone(),
        now: scene.pace.now,
    };
    let assigned = assign(tx, &scene.account, &giver, &rows).await?;
    // What was planned under the account's lock holds.
    if assigned.verdicts.iter().any(Result::is_err) {
        return Err(Error::Contended);
    }
    done.events.extend(assigned.events);
    done.sessions.extend(assigned.sessions);
    Ok(())
}

/// Lets users go on in their life.
async fn go_on(
    tx: &impl Connection,
    plan: &[Row],
    scene: &Scene,
    attempt: &Attempt,
    done: &mut Done<Answer>,
) -> Result<(), Error> {
    let (account, now) = (&scene.account, scene.pace.now);
    let moving: Vec<(UserId, Transition)> = changed(plan)
        .filter_map(|amended| Some((amended.after.id, amended.transition?)))
        .collect();
    let Some((_, transition)) = moving.first().copied() else {
        return Ok(());
    };
    let ids: Vec<UserId> = moving.into_iter().map(|(id, _)| id).collect();
    match transition {
        Transition::Reactivation => {
            amendments::reactivate(tx, account.id, &ids, now).await?;
            let event = |id: &UserId| {
                Event::new(account.id, &attempt.origin, "user.reactivate", id, now)
                    .before(&json!({ "state": UserState::Suspended }))
                    .after(&json!({ "state": UserState::Active }))
            };
            done.events.extend(ids.iter().map(event));
        }
        Transition::End(end) => {
            // As they are by now, with what has just been written.
            let users = users::of_account(tx, account.id, &ids).await?;
            let ended = end_users(tx, account, &users, end, &attempt.origin, now).await?;
            posts::verify(tx, account.id).await?;
            done.messages.extend(ended.messages);
            done.events.extend(ended.events);
            done.sessions.extend(ended.sessions);
        }
    }
    Ok(())
}

/// The users to change.
pub(super) fn changed(plan: &[Row]) -> impl Iterator<Item = &Amended> {
    let good = plan.iter().filter_map(|row| row.verdict.as_ref().ok());
    good.filter(|amended| amended.is_change())
}

/// Those of them with whom more than role and state changes.
fn different(plan: &[Row]) -> impl Iterator<Item = &Amended> {
    changed(plan).filter(|amended| amended.is_different())
}

/// What licensing is told of a user who gives up seats; whoever takes some as well is confirmed.
fn release(amended: &Amended) -> Result<Message, Error> {
    let user = &amended.after;
    let release = ReleaseSeats {
        account_id: user.account_id,
        subject: user.id.to_string(),
        version: user.seat_version,
        products: user.products.clone(),
    };
    Ok(Message::new(RELEASE_SEATS, user.id, &release)?)
}

pub(super) fn answer(plan: &[Row], seats: Vec<SeatCount>) -> Answer {
    Answer {
        results: plan.iter().map(Row::result).collect(),
        seats,
    }
}
