//! The groups of an account, page by page.

use chassis::Person;
use storage::page;
use types::{GroupId, PageSize};

use super::App;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::domain::name_key::{end_of_prefix, name_key};
use crate::store::groups;

/// One page of groups.
#[derive(Debug)]
pub struct GroupPage {
    /// The groups.
    pub groups: Vec<Group>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The groups of the caller's account whose names begin with `prefix`, by name.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_groups(
        &self,
        person: &Person,
        prefix: &str,
        size: PageSize,
        page_token: &str,
    ) -> Result<GroupPage, Error> {
        let from = name_key(prefix);
        let query = ("groups", person.account, &from);
        let after: Option<String> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = i64::try_from(size.rows()).unwrap_or(i64::MAX).saturating_add(1);
        let range = (from.as_str(), end_of_prefix(&from));
        let range = (range.0, range.1.as_str());
        let after = after.unwrap_or_default();
        let mut groups = groups::list(self.database.reader(), person.account, range, &after, limit).await?;
        let next_page_token = page::cut(&query, &mut groups, size, |last| name_key(&last.name));
        let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
        let counts = groups::count_users(self.database.reader(), person.account, &ids).await?;
        for group in &mut groups {
            group.user_count = counts.get(&group.id).copied().unwrap_or_default();
        }
        Ok(GroupPage {
            groups,
            next_page_token,
        })
    }
}
