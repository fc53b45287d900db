//! Making a welcome e-mail of an account's own.

use chassis::Person;
use serde_json::json;
use types::{EmailTemplateId, Name, RequestId};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::creation::Creation;
use crate::domain::error::Error;
use crate::domain::welcome_email::{
    MAX_WELCOME_EMAILS, ShownWelcomeEmail, Translation, WelcomeEmail, languages, read_translations,
};
use crate::store::{accounts, audit_events, creations, welcome_email_versions, welcome_emails};

/// A welcome e-mail to make.
#[derive(Clone, Debug)]
pub struct NewWelcomeEmail {
    /// The request that it is made by; none when that cannot be repeated.
    pub request_id: Option<RequestId>,
    /// Its name.
    pub name: Name,
    /// What it says.
    pub translations: Vec<Translation>,
}

impl App {
    /// Makes a welcome e-mail, or answers the one that this request has made before.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailExists`] when the name is taken; [`Error::WelcomeEmailLimit`]; [`Error::Rows`] and
    /// [`Error::Texts`] for bad translations; [`Error::RequestIdReused`], [`Error::RequestIdExpired`];
    /// [`Error::WelcomeEmailNotFound`] when the one that it has made was deleted since.
    pub async fn create_welcome_email(
        &self,
        person: &Person,
        origin: Origin,
        new: NewWelcomeEmail,
    ) -> Result<ShownWelcomeEmail, Error> {
        let field = "welcome_email.translations";
        let translations = read_translations(new.translations, field).map_err(Error::Rows)?;
        self.check_translations(&translations, field).await?;
        let (account, now) = (person.account, self.clock.now());
        let content = ("welcome_email", new.name.as_str(), &translations);
        let creation = new.request_id.map(|id| Creation::new(id, &content)).transpose()?;
        if let Some(creation) = &creation {
            creation.check_age(now, self.memory)?;
        }
        let id = EmailTemplateId::new();
        let create = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, account).await?;
                if let Some(creation) = &creation
                    && let Some(made) = creations::claim(tx, account, creation, id, now).await?
                {
                    return Ok(made);
                }
                if welcome_emails::count(tx, account).await? >= MAX_WELCOME_EMAILS {
                    return Err(Error::WelcomeEmailLimit);
                }
                let email = WelcomeEmail {
                    id,
                    account_id: account,
                    name: new.name.to_string(),
                    languages: languages(&translations),
                    version: 1,
                    revision: 1,
                    create_time: now,
                    update_time: now,
                };
                welcome_emails::insert(tx, &email).await?;
                welcome_email_versions::insert(tx, account, email.present(), &translations).await?;
                let after = json!({ "name": email.name, "languages": email.languages });
                let event = Event::new(account, &origin, "welcome_email.create", id, now).after(&after);
                audit_events::append(tx, &[event]).await?;
                Ok(id)
            })
        });
        let made: Result<EmailTemplateId, Error> = create.await;
        self.get_welcome_email(person, made?).await
    }
}
