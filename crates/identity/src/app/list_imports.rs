//! The imports of an account, page by page.

use chassis::Person;
use storage::page;
use types::{ImportId, PageSize};

use super::App;
use crate::domain::error::Error;
use crate::domain::import::Import;
use crate::store::imports;

impl App {
    /// The imports of the caller's account, the latest first, and the token of the next page.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_imports(
        &self,
        person: &Person,
        size: PageSize,
        page_token: &str,
    ) -> Result<(Vec<Import>, String), Error> {
        let query = ("imports", person.account);
        let before: Option<ImportId> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = u64::try_from(size.rows()).unwrap_or(u64::MAX).saturating_add(1);
        let mut found = imports::list(self.database.reader(), person.account, before, limit).await?;
        let next_page_token = page::cut(&query, &mut found, size, |last| last.id);
        Ok((found, next_page_token))
    }
}
