//! Deleting a welcome e-mail of an account's own.

use chassis::Person;
use serde_json::json;
use types::EmailTemplateId;

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::store::{accounts, audit_events, welcome_email_versions, welcome_emails};

impl App {
    /// Deletes a welcome e-mail, if it is still what `etag` says. What was ordered is sent as it was ordered, and the account's
    /// default is the system's if this was it.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailNotFound`], [`Error::EtagMismatch`].
    pub async fn delete_welcome_email(
        &self,
        person: &Person,
        origin: Origin,
        id: EmailTemplateId,
        etag: String,
    ) -> Result<(), Error> {
        let (account, now) = (person.account, self.clock.now());
        let delete = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, account).await?;
                let email = welcome_emails::lock(tx, account.id, id).await?;
                let email = email.ok_or(Error::WelcomeEmailNotFound)?;
                check_etag(&etag, email.revision)?;
                let is_default = account.welcome_email_id == Some(id);
                if is_default {
                    accounts::set_welcome_email(tx, account.id, None).await?;
                }
                welcome_emails::delete(tx, account.id, id).await?;
                welcome_email_versions::end(tx, email.present(), now).await?;
                let before = json!({ "name": email.name, "languages": email.languages, "is_default": is_default });
                let event = Event::new(account.id, &origin, "welcome_email.delete", id, now).before(&before);
                audit_events::append(tx, &[event]).await
            })
        });
        delete.await
    }
}
