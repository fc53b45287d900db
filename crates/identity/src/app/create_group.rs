//! Making a group.

use chassis::Person;
use serde_json::json;
use types::{GroupId, Name, RequestId};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::creation::Creation;
use crate::domain::description::Description;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::store::{audit_events, creations, groups};

/// A group to make.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// The request that it is made by; none when that cannot be repeated.
    pub request_id: Option<RequestId>,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
}

impl NewGroup {
    fn creation(&self) -> Result<Option<Creation>, Error> {
        let content = ("group", self.name.as_str(), self.description.as_str());
        self.request_id.map(|id| Creation::new(id, &content)).transpose()
    }
}

impl App {
    /// Makes a group without users, or answers the one that this request has made before.
    ///
    /// # Errors
    /// [`Error::GroupExists`] when the name is taken; [`Error::RequestIdReused`], [`Error::RequestIdExpired`];
    /// [`Error::GroupNotFound`] when the group that it has made was deleted since.
    pub async fn create_group(&self, person: &Person, origin: Origin, new: NewGroup) -> Result<Group, Error> {
        let (account, now, creation) = (person.account, self.clock.now(), new.creation()?);
        if let Some(creation) = &creation {
            creation.check_age(now, self.memory)?;
        }
        let group = Group {
            id: GroupId::new(),
            account_id: account,
            name: new.name.to_string(),
            description: new.description.as_str().to_owned(),
            user_count: 0,
            revision: 1,
            create_time: now,
            update_time: now,
        };
        let create = self.database.transaction(move |tx| {
            Box::pin(async move {
                if let Some(creation) = &creation
                    && let Some(made) = creations::claim(tx, account, creation, group.id, now).await?
                {
                    return groups::find(tx, account, made).await?.ok_or(Error::GroupNotFound);
                }
                groups::insert(tx, &group).await?;
                let after = json!({ "name": group.name, "description": group.description });
                let event = Event::new(account, &origin, "group.create", group.id, now).after(&after);
                audit_events::append(tx, &[event]).await?;
                Ok(group)
            })
        });
        let group: Result<Group, Error> = create.await;
        self.counted(group?).await
    }
}
