//! An import as it goes on.

use chassis::Person;
use futures::{Stream, stream};
use types::{ImportId, Permission};

use super::App;
use crate::domain::error::Error;
use crate::domain::import::Import;

impl App {
    /// An import of the caller's account as it is, and again whenever it has moved on, until it has ended or a watch has
    /// lasted as long as one does, or with an error when the caller may not watch any longer.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`].
    pub async fn watch_import(
        &self,
        person: &Person,
        id: ImportId,
    ) -> Result<impl Stream<Item = Result<Import, Error>> + Send + use<>, Error> {
        let (app, person) = (self.clone(), *person);
        let import = app.get_import(&person, id).await?;
        let end = app.clock.now() + app.audit_feed.config.watch_lifetime;
        Ok(stream::unfold(Some((None, import)), move |state| {
            let app = app.clone();
            async move {
                let (told, mut import): (Option<i64>, Import) = state?;
                while told == Some(import.revision) {
                    if import.state.is_over() || app.clock.now() >= end {
                        return None;
                    }
                    tokio::time::sleep(app.import_config.watch).await;
                    import = match app.look_again(&person, id).await {
                        Ok(import) => import,
                        Err(error) => return Some((Err(error), None)),
                    };
                }
                Some((Ok(import.clone()), Some((Some(import.revision), import))))
            }
        }))
    }

    async fn look_again(&self, person: &Person, id: ImportId) -> Result<Import, Error> {
        self.still(person, Permission::ManageUsers).await?;
        self.get_import(person, id).await
    }
}
