//! One welcome e-mail of an account's own.

use chassis::Person;
use types::EmailTemplateId;

use super::App;
use crate::domain::error::Error;
use crate::domain::welcome_email::ShownWelcomeEmail;
use crate::store::{welcome_email_versions, welcome_emails};

impl App {
    /// A welcome e-mail of the caller's account, with what it says.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailNotFound`], also for those of other accounts.
    pub async fn get_welcome_email(&self, person: &Person, id: EmailTemplateId) -> Result<ShownWelcomeEmail, Error> {
        let reader = self.database.reader();
        let account = self.account(person.account).await?;
        let email = welcome_emails::find(reader, account.id, id).await?;
        let email = email.ok_or(Error::WelcomeEmailNotFound)?;
        let said = welcome_email_versions::find(reader, email.present()).await?;
        // It was changed, or deleted, between the two look-ups.
        let (_, translations) = said.ok_or(Error::Contended)?;
        Ok(ShownWelcomeEmail {
            is_default: account.welcome_email_id == Some(id),
            email,
            translations,
        })
    }
}
