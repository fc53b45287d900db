//! Changing a welcome e-mail of an account's own, for those who are invited from now on.

use chassis::Person;
use serde_json::json;
use types::{EmailTemplateId, Name};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::welcome_email::{ShownWelcomeEmail, Translation, WelcomeEmail, read_translations};
use crate::store::{audit_events, welcome_email_versions, welcome_emails};

/// What is to change of a welcome e-mail; what is none stays.
#[derive(Clone, Debug)]
pub struct WelcomeEmailChange {
    /// Its name.
    pub name: Option<Name>,
    /// All that it says.
    pub translations: Option<Vec<Translation>>,
}

impl App {
    /// Changes a welcome e-mail, if it is still what `etag` says; a change to what it is already leaves no trace.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailNotFound`], [`Error::EtagMismatch`], [`Error::WelcomeEmailExists`]; [`Error::Rows`] and
    /// [`Error::Texts`] for bad translations.
    pub async fn update_welcome_email(
        &self,
        person: &Person,
        origin: Origin,
        id: EmailTemplateId,
        etag: String,
        change: WelcomeEmailChange,
    ) -> Result<ShownWelcomeEmail, Error> {
        // Before anything is checked at length: nothing is checked in vain.
        let before = self.get_welcome_email(person, id).await?;
        check_etag(&etag, before.email.revision)?;
        let field = "welcome_email.translations";
        let read = |translations| read_translations(translations, field).map_err(Error::Rows);
        let translations = change.translations.map(read).transpose()?;
        if let Some(translations) = &translations {
            self.check_translations(translations, field).await?;
        }
        let (account, now) = (person.account, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                let email = welcome_emails::lock(tx, account, id).await?;
                let email = email.ok_or(Error::WelcomeEmailNotFound)?;
                check_etag(&etag, email.revision)?;
                let said = welcome_email_versions::find(tx, email.present()).await?;
                let (_, said) = said.ok_or_else(|| Error::Broken(format!("{id} says nothing")))?;
                let changed = email.changed(change.name.as_ref(), &said, translations.as_deref(), now);
                if changed == email {
                    return Ok(());
                }
                welcome_emails::update(tx, &changed).await?;
                if let Some(translations) = translations.filter(|_| changed.version != email.version) {
                    welcome_email_versions::end(tx, email.present(), now).await?;
                    welcome_email_versions::insert(tx, account, changed.present(), &translations).await?;
                }
                let event = Event::new(account, &origin, "welcome_email.update", id, now);
                let event = event.before(&told(&email)).after(&told(&changed));
                audit_events::append(tx, &[event]).await
            })
        });
        let updated: Result<(), Error> = update.await;
        updated?;
        self.get_welcome_email(person, id).await
    }
}

fn told(email: &WelcomeEmail) -> serde_json::Value {
    json!({ "name": email.name, "languages": email.languages, "version": email.version })
}
