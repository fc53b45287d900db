//! Changing a group's name or description.

use chassis::Person;
use serde_json::{Map, Value};
use types::GroupId;

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::group::{Group, GroupChange};
use crate::store::{audit_events, groups};

impl App {
    /// Changes a group, if it is still what `etag` says; a change to what it is already leaves no trace.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`], [`Error::EtagMismatch`], [`Error::GroupExists`].
    pub async fn update_group(
        &self,
        person: &Person,
        origin: Origin,
        id: GroupId,
        etag: String,
        change: GroupChange,
    ) -> Result<Group, Error> {
        let (account, now) = (person.account, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                let group = groups::lock(tx, account, id).await?.ok_or(Error::GroupNotFound)?;
                check_etag(&etag, group.revision)?;
                let changed = group.changed(&change, now);
                if changed != group {
                    groups::update(tx, &changed).await?;
                    let event = Event::new(account, &origin, "group.update", id, now);
                    let event = event.before(&told(&group, &changed)).after(&told(&changed, &group));
                    audit_events::append(tx, &[event]).await?;
                }
                Ok(changed)
            })
        });
        let group: Result<Group, Error> = update.await;
        self.counted(group?).await
    }
}

/// What of a group is different in another state of it.
fn told(group: &Group, other: &Group) -> Value {
    let mut told = Map::new();
    if group.name != other.name {
        told.insert("name".into(), group.name.clone().into());
    }
    if group.description != other.description {
        told.insert("description".into(), group.description.clone().into());
    }
    Value::Object(told)
}
