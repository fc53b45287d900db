//! One group.

use chassis::Person;
use types::GroupId;

use super::App;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::store::groups;

impl App {
    /// A group of the caller's account.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`], also for groups of other accounts.
    pub async fn get_group(&self, person: &Person, id: GroupId) -> Result<Group, Error> {
        let group = groups::find(self.database.reader(), person.account, id).await?;
        self.counted(group.ok_or(Error::GroupNotFound)?).await
    }

    /// A group with its users counted.
    pub(super) async fn counted(&self, mut group: Group) -> Result<Group, Error> {
        let counts = groups::count_users(self.database.reader(), group.account_id, &[group.id]).await?;
        group.user_count = counts.get(&group.id).copied().unwrap_or_default();
        Ok(group)
    }
}
