//! One settings template.

use chassis::Person;
use types::TemplateId;

use super::App;
use crate::domain::error::Error;
use crate::domain::settings_template::SettingsTemplate;
use crate::store::{settings_templates, template_holders};

impl App {
    /// A template of the caller's account.
    ///
    /// # Errors
    /// [`Error::TemplateNotFound`], also for templates of other accounts.
    pub async fn get_settings_template(&self, person: &Person, id: TemplateId) -> Result<SettingsTemplate, Error> {
        let template = settings_templates::find(self.database.reader(), person.account, id).await?;
        self.with_users(template.ok_or(Error::TemplateNotFound)?).await
    }

    /// A template with its users counted.
    pub(super) async fn with_users(&self, mut template: SettingsTemplate) -> Result<SettingsTemplate, Error> {
        let (account, id) = (template.account_id, template.id);
        let counts = template_holders::count_users(self.database.reader(), account, &[id]).await?;
        template.user_count = counts.get(&id).copied().unwrap_or_default();
        Ok(template)
    }
}
