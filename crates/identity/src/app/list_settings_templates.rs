//! The settings templates of an account, page by page.

use chassis::Person;
use storage::page;
use types::{PageSize, TemplateId};

use super::App;
use crate::domain::error::Error;
use crate::domain::name_key::name_key;
use crate::domain::settings_template::SettingsTemplate;
use crate::store::{settings_templates, template_holders};

/// One page of settings templates.
#[derive(Debug)]
pub struct SettingsTemplatePage {
    /// The templates.
    pub templates: Vec<SettingsTemplate>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The templates of the caller's account, by name.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_settings_templates(
        &self,
        person: &Person,
        size: PageSize,
        page_token: &str,
    ) -> Result<SettingsTemplatePage, Error> {
        let (account, reader) = (person.account, self.database.reader());
        let query = ("settings_templates", account);
        let after: Option<String> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = i64::try_from(size.rows()).unwrap_or(i64::MAX).saturating_add(1);
        let mut templates = settings_templates::list(reader, account, &after.unwrap_or_default(), limit).await?;
        let next_page_token = page::cut(&query, &mut templates, size, |last| name_key(&last.name));
        let ids: Vec<TemplateId> = templates.iter().map(|template| template.id).collect();
        let counts = template_holders::count_users(reader, account, &ids).await?;
        for template in &mut templates {
            template.user_count = counts.get(&template.id).copied().unwrap_or_default();
        }
        Ok(SettingsTemplatePage {
            templates,
            next_page_token,
        })
    }
}
