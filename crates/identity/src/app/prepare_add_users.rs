//! Foretelling what a request to add users would do; nothing is changed.

use std::sync::Arc;

use chassis::Person;
use storage::{Batcher, Database};
use types::failpoint;

use super::App;
use super::change::{self, Prepared};
use super::world::{Asked, World};
use crate::domain::admission::{AddUsers, Answer, MAX_USERS};
use crate::domain::decision;
use crate::domain::error::Error;
use crate::domain::new_user::Options;
use crate::domain::role::RoleWish;

impl App {
    /// Looks a request up and judges its rows.
    ///
    /// # Errors
    /// What concerns the request as a whole: its id, its size, the right to name roles.
    pub async fn prepare_add_users(&self, person: &Person, request: Arc<AddUsers>) -> Result<Prepared<Answer>, Error> {
        failpoint("identity::prepare_add_users::received");
        check(person, &request, self.clock.now(), self.memory)?;
        let asked = Asked {
            person: *person,
            request,
            catalogue: self.licensing.catalogue().await?,
        };
        self.prospects.0.submit(asked).await
    }
}

/// The queue of requests that wait to be foretold; cheap to clone.
#[derive(Clone)]
pub struct Prospects(Batcher<Asked, Prepared<Answer>, Error>);

impl Prospects {
    /// Starts the one task that foretells, at most `batch` requests at once.
    pub fn spawn(database: Database, batch: usize) -> Self {
        let run = move |items: Vec<Asked>| {
            let database = database.clone();
            async move {
                let world = World::look(database.reader(), &items).await?;
                Ok(items.iter().map(|item| foretell(item, &world)).collect())
            }
        };
        Self(Batcher::spawn("prospects", batch, batch.saturating_mul(8), run))
    }
}

fn foretell(item: &Asked, world: &World) -> Result<Prepared<Answer>, Error> {
    let remembered = world.remembered(&item.key());
    if let Some(committed) = remembered.and_then(|remembered| remembered.committed.as_ref()) {
        return committed.answer_to(&item.request.fingerprint).map(Prepared::Answered);
    }
    let rows = world.judge(item)?;
    let answer = Answer {
        results: rows.iter().map(|row| row.result(None, None)).collect(),
        seats: vec![],
    };
    Ok(Prepared::Foretold {
        answer,
        seats: decision::seats(&rows),
    })
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
