//! A welcome e-mail of an account's own as a sample user would get it, and whether it can be sent at all.

use chassis::Person;
use types::{EmailTemplateId, Language, Name};

use super::App;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::welcome_email::{Rendered, Sample, Translation, read_translations};
use crate::store::users;

/// Where in a request a draft stands.
const DRAFT: &str = "draft.translations";

/// What is looked at.
#[derive(Clone, Debug)]
pub enum Previewed {
    /// A welcome e-mail of the account.
    Kept(EmailTemplateId),
    /// One that is not kept.
    Draft(Vec<Translation>),
}

/// A user who does not exist; what is none is the caller's, or the account's.
#[derive(Clone, Debug, Default)]
pub struct SampleUser {
    /// Their given name.
    pub given_name: Option<Name>,
    /// Their family name.
    pub family_name: Option<Name>,
    /// Their language.
    pub language: Option<Language>,
    /// The products they are granted; none for all that there are.
    pub products: Vec<String>,
}

impl App {
    /// The e-mail, written to a sample user whom the caller invites.
    ///
    /// # Errors
    /// [`Error::WelcomeEmailNotFound`]; [`Error::Rows`] and [`Error::Texts`] for a bad draft; [`Error::Field`] for a product
    /// that there is not.
    pub async fn preview_welcome_email(
        &self,
        person: &Person,
        previewed: Previewed,
        user: SampleUser,
    ) -> Result<Rendered, Error> {
        let translations = match previewed {
            Previewed::Kept(id) => self.get_welcome_email(person, id).await?.translations,
            Previewed::Draft(translations) => read_translations(translations, DRAFT).map_err(Error::Rows)?,
        };
        let account = self.account(person.account).await?;
        let inviter = users::by_ids(self.database.reader(), &[person.user]).await?.pop();
        let inviter = inviter.ok_or(Error::UserNotFound)?;
        let products = products(&*self.licensing.catalogue().await?, &user.products)?;
        let name = |name: Option<Name>, own: &String| name.map_or_else(|| own.clone(), |name| name.to_string());
        let sample = Sample {
            language: user.language.unwrap_or(account.language).to_string(),
            given_name: name(user.given_name, &inviter.given_name),
            family_name: name(user.family_name, &inviter.family_name),
            account_name: account.name,
            inviter_name: inviter.display_name(),
            link: self.links.accept("preview"),
            expire_time: self.clock.now() + self.invitations.lifetime,
            products,
        };
        self.notification.render(&translations, &sample, DRAFT).await
    }

    /// Whether translations, which stand in `field`, can be sent.
    ///
    /// # Errors
    /// [`Error::Texts`] when they cannot, and when notification is out of reach.
    pub(super) async fn check_translations(&self, translations: &[Translation], field: &str) -> Result<(), Error> {
        let sample = Sample {
            expire_time: self.clock.now(),
            ..Sample::default()
        };
        self.notification.render(translations, &sample, field).await.map(drop)
    }
}

/// Names and guides of the products that a sample user is granted, by name.
fn products(catalogue: &Catalogue, wished: &[String]) -> Result<Vec<(String, String)>, Error> {
    let unknown = |index| Violation::new(Fault::ProductUnknown, format!("sample_user.products[{index}]"));
    let mut products = Vec::new();
    for (index, id) in wished.iter().enumerate() {
        let product = catalogue.products.get(id).ok_or_else(|| Error::Field(unknown(index)))?;
        products.push((product.name.clone(), product.guide_url.clone()));
    }
    if wished.is_empty() {
        let all = catalogue.products.values();
        products.extend(all.map(|product| (product.name.clone(), product.guide_url.clone())));
    }
    products.sort();
    products.dedup();
    Ok(products)
}
