//! The welcome e-mails of an account's own, page by page.

use chassis::Person;
use storage::page;
use types::PageSize;

use super::App;
use crate::domain::error::Error;
use crate::domain::name_key::name_key;
use crate::domain::welcome_email::{ShownWelcomeEmail, WelcomeEmail};
use crate::store::welcome_emails;

/// One page of welcome e-mails.
#[derive(Debug)]
pub struct WelcomeEmailPage {
    /// The e-mails, without what they say.
    pub emails: Vec<ShownWelcomeEmail>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The welcome e-mails of the caller's account, by name.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_welcome_emails(
        &self,
        person: &Person,
        size: PageSize,
        page_token: &str,
    ) -> Result<WelcomeEmailPage, Error> {
        let account = self.account(person.account).await?;
        let query = ("welcome_emails", account.id);
        let after: Option<String> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = i64::try_from(size.rows()).unwrap_or(i64::MAX).saturating_add(1);
        let reader = self.database.reader();
        let mut emails = welcome_emails::list(reader, account.id, &after.unwrap_or_default(), limit).await?;
        let next_page_token = page::cut(&query, &mut emails, size, |last| name_key(&last.name));
        let shown = |email: WelcomeEmail| ShownWelcomeEmail {
            is_default: account.welcome_email_id == Some(email.id),
            email,
            translations: vec![],
        };
        Ok(WelcomeEmailPage {
            emails: emails.into_iter().map(shown).collect(),
            next_page_token,
        })
    }
}
