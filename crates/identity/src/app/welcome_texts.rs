//! What the welcome e-mails say that were ordered, for those who deliver the orders.

use storage::Database;
use types::AccountId;

use crate::domain::error::Error;
use crate::domain::welcome_email::{Translation, WelcomeEmailVersion};
use crate::store::welcome_email_versions;

/// Looks up versions of welcome e-mails; cheap to clone.
#[derive(Clone)]
pub struct WelcomeTexts {
    database: Database,
}

impl WelcomeTexts {
    /// Those of a database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }

    /// What a version says, and of which account it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, key: WelcomeEmailVersion) -> Result<Option<(AccountId, Vec<Translation>)>, Error> {
        welcome_email_versions::find(self.database.reader(), key).await
    }
}
