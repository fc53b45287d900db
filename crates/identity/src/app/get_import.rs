//! Looking at an import.

use chassis::Person;
use types::ImportId;

use super::App;
use crate::domain::error::Error;
use crate::domain::import::Import;
use crate::store::imports;

impl App {
    /// An import of the caller's account.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`].
    pub async fn get_import(&self, person: &Person, id: ImportId) -> Result<Import, Error> {
        let import = imports::find(self.database.reader(), person.account, id).await?;
        import.ok_or(Error::ImportNotFound)
    }
}
