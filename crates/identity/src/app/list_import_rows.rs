//! What became of the rows of an import, and why some of them failed.

use chassis::Person;
use storage::page;
use types::{ImportId, PageSize};

use super::App;
use super::run_imports::CHUNK_ROWS;
use crate::domain::error::Error;
use crate::domain::import::{ImportFailure, ImportOutcome};
use crate::store::{import_chunks, import_failures};

impl App {
    /// What became of the rows that are finished, each with its number, and the token of the next page.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`], [`Error::PageTokenInvalid`].
    pub async fn list_import_rows(
        &self,
        person: &Person,
        id: ImportId,
        size: PageSize,
        page_token: &str,
    ) -> Result<(Vec<(i64, ImportOutcome)>, String), Error> {
        self.get_import(person, id).await?;
        let query = ("import_rows", person.account, id);
        let after: Option<i64> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let after = after.unwrap_or(0);
        // A page is no longer than a part: two of them hold it, and one row more.
        let first = after / CHUNK_ROWS;
        let chunks = import_chunks::list(self.database.reader(), id, first, 2).await?;
        let mut rows = Vec::new();
        for chunk in &chunks {
            let Some(outcomes) = &chunk.outcomes else { continue };
            let numbered = (chunk.number * CHUNK_ROWS + 1..).zip(outcomes.iter().copied());
            rows.extend(numbered.filter(|(number, _)| *number > after));
        }
        let next_page_token = page::cut(&query, &mut rows, size, |(number, _)| *number);
        Ok((rows, next_page_token))
    }

    /// The rows that failed, and the token of the next page.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`], [`Error::PageTokenInvalid`].
    pub async fn list_import_failures(
        &self,
        person: &Person,
        id: ImportId,
        size: PageSize,
        page_token: &str,
    ) -> Result<(Vec<ImportFailure>, String), Error> {
        self.get_import(person, id).await?;
        let query = ("import_failures", person.account, id);
        let after: Option<i64> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = i64::try_from(size.rows()).unwrap_or(i64::MAX).saturating_add(1);
        let mut failures = self.failures_after(id, after.unwrap_or(0), limit).await?;
        let next_page_token = page::cut(&query, &mut failures, size, |last| last.row);
        Ok((failures, next_page_token))
    }

    /// The rows of an import that failed, after the row of a number.
    pub async fn failures_after(&self, id: ImportId, row: i64, limit: i64) -> Result<Vec<ImportFailure>, Error> {
        import_failures::list(self.database.reader(), id, row, limit).await
    }
}
