//! Making users what the rows of a file say of them, many at once.

use std::collections::{BTreeSet, HashMap};

use chassis::Person;
use types::{Email, GroupId, RequestId, TemplateId, UserId};

use super::change::{Attempt, Change, Done, Scene};
use super::update_users::{answer, carry_out, changed};
use super::world::{distinct, owned_by};
use crate::domain::admission::{SeatQuantity, count_seats};
use crate::domain::amendment::{self, Amended, Row};
use crate::domain::error::Error;
use crate::domain::fault::Violation;
use crate::domain::merge::{MergeUsers, share};
use crate::domain::user::User;
use crate::domain::user_update::{Amendment, Answer, Terms, UserChange};
use crate::store::{Connection, groups, posts, roles, settings_templates, users};

impl Change for MergeUsers {
    type Answer = Answer;
    type Plan = Vec<Row>;

    fn request_id(&self) -> RequestId {
        self.request_id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What rows may name was judged with them.
    fn check(&self, _: &Person) -> Result<(), Error> {
        Ok(())
    }

    async fn plan(&self, conn: &impl Connection, scene: &Scene) -> Result<Vec<Row>, Error> {
        let account = scene.account.id;
        let emails: Vec<String> = self.rows.iter().filter_map(|(email, _)| canonical(email)).collect();
        let found = users::by_addresses(conn, &emails).await?.into_iter();
        let ids: HashMap<String, UserId> = found
            .filter(|(_, _, home)| *home == account)
            .map(|(email, id, _)| (email, id))
            .collect();
        let users = users::of_account(conn, account, &ids.values().copied().collect::<Vec<_>>()).await?;
        let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
        let amendments = self.judge(conn, scene).await?;
        let scene = amendment::Scene {
            actor: scene.person.user,
            permissions: scene.person.permissions,
            account: &scene.account,
            users: &users,
            posts: posts::of(conn, &scene.account).await?,
        };
        let wishes = self.rows.iter().zip(&amendments).map(|((email, _), amendment)| {
            let id = canonical(email).and_then(|email| ids.get(&email));
            let amendment = amendment.as_ref().map_err(Violation::clone);
            (id.map(ToString::to_string).unwrap_or_default(), amendment)
        });
        let mut rows = amendment::decide_each(wishes, scene);
        if let Some(free) = self.free.clone() {
            share(&mut rows, free);
        }
        Ok(rows)
    }

    fn foretell(&self, plan: &Vec<Row>, _: &Scene) -> Answer {
        answer(plan, vec![])
    }

    fn seats(plan: &Vec<Row>) -> Vec<SeatQuantity> {
        count_seats(changed(plan).flat_map(Amended::gained))
    }

    /// Good rows count, whatever is wrong with others.
    fn accept(&self, _: &Vec<Row>) -> Result<(), Error> {
        Ok(())
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

impl MergeUsers {
    /// What each row asks for, or the first that is wrong with it.
    async fn judge(&self, conn: &impl Connection, scene: &Scene) -> Result<Vec<Result<Amendment, Violation>>, Error> {
        let account = scene.account.id;
        let changes = || self.rows.iter().map(|(_, change)| change);
        let named: BTreeSet<_> = changes().filter_map(|change| change.role.own_id()).collect();
        let groups: Vec<GroupId> = distinct(changes().filter_map(UserChange::group));
        let templates: Vec<TemplateId> = distinct(changes().filter_map(UserChange::template));
        // Whoever deletes one of them locks the account first.
        let groups = owned_by(account, groups::among(conn, &groups).await?);
        let templates = owned_by(account, settings_templates::among(conn, &templates).await?);
        let mut terms = Terms {
            products: scene.catalogue.ids.iter().map(String::as_str).collect(),
            roles: roles::of_account(conn, account, &named).await?,
            ..Terms::default()
        };
        let mut judge = |change: &UserChange| {
            terms.group = change.group().filter(|group| groups.contains(group));
            terms.template = change.template().filter(|template| templates.contains(template));
            let judged = change.judge(&terms);
            judged.map_err(|violations| violations.into_iter().next())
        };
        let first = |violation: Option<Violation>| {
            violation.ok_or_else(|| Error::Broken("a change is refused without a reason".into()))
        };
        changes()
            .map(|change| match judge(change) {
                Ok(amendment) => Ok(Ok(amendment)),
                Err(violation) => first(violation).map(Err),
            })
            .collect()
    }
}

fn canonical(email: &str) -> Option<String> {
    let email = Email::parse(email).ok()?;
    Some(email.canonical().to_owned())
}
