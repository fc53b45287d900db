//! How far an import has come, as it moves on.

use chassis::{Person, TooManyWatchers, Watch, watching};
use futures::Stream;
use tokio::sync::watch;
use types::{ImportId, Permission};

use super::App;
use crate::domain::error::Error;
use crate::domain::import::Import;

/// One watcher.
struct Watcher {
    app: App,
    person: Person,
    _place: watch::Receiver<i64>,
    /// As it was last seen.
    import: Import,
    told: Option<i64>,
}

impl App {
    /// An import of the caller's account as it is, and again whenever it has moved on, until it has ended or a watch has
    /// lasted as long as one does, or with an error when the caller may not watch any longer.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`], [`Error::TooManyWatchers`].
    pub async fn watch_import(
        &self,
        person: &Person,
        id: ImportId,
    ) -> Result<impl Stream<Item = Result<Import, Error>> + Send + use<>, Error> {
        let place = self.watchers.join(person.account);
        let watcher = Watcher {
            app: self.clone(),
            person: *person,
            _place: place.map_err(|TooManyWatchers| Error::TooManyWatchers)?,
            import: self.get_import(person, id).await?,
            told: None,
        };
        Ok(watching(watcher, self.watchers.config().lifetime))
    }
}

impl Watch for Watcher {
    type Part = Import;
    type Error = Error;

    async fn look(&mut self) -> Result<Option<Import>, Error> {
        if self.told.is_some() {
            self.check().await?;
            self.import = self.app.get_import(&self.person, self.import.id).await?;
        }
        let told = self.told.replace(self.import.revision);
        Ok((told != self.told).then(|| self.import.clone()))
    }

    async fn changed(&mut self) {
        tokio::time::sleep(self.app.import_config.watch).await;
    }

    fn is_over(&self) -> bool {
        self.import.state.is_over()
    }

    async fn check(&mut self) -> Result<(), Error> {
        self.app.still(&self.person, Permission::ManageUsers).await.map(drop)
    }
}
