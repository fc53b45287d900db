//! Saying which welcome e-mail those get for whom no other is chosen.

use chassis::Person;
use serde_json::json;
use types::EmailTemplateId;

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::store::{accounts, audit_events, welcome_emails};

impl App {
    /// Makes a welcome e-mail the account's default; none for the system's.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailNotFound`].
    pub async fn set_default_welcome_email(
        &self,
        person: &Person,
        origin: Origin,
        id: Option<EmailTemplateId>,
    ) -> Result<(), Error> {
        let (account, now) = (person.account, self.clock.now());
        let set = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, account).await?;
                if let Some(id) = id {
                    let email = welcome_emails::find(tx, account.id, id).await?;
                    email.ok_or(Error::WelcomeEmailNotFound)?;
                }
                if account.welcome_email_id == id {
                    return Ok(());
                }
                accounts::set_welcome_email(tx, account.id, id).await?;
                let event = Event::new(account.id, &origin, "welcome_email.set_default", account.id, now)
                    .before(&json!({ "welcome_email_id": account.welcome_email_id }))
                    .after(&json!({ "welcome_email_id": id }));
                audit_events::append(tx, &[event]).await
            })
        });
        set.await
    }
}
