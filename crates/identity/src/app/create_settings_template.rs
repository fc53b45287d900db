//! Making a settings template: a copy of the system default, or of another template, with values over it.

use std::collections::BTreeSet;

use chassis::Person;
use serde_json::json;
use types::{AccountId, Name, RequestId, TemplateId, Timestamp};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::creation::Creation;
use crate::domain::description::Description;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::setting::Level;
use crate::domain::settings::{Changes, Settings};
use crate::domain::settings_template::{MAX_TEMPLATES, SettingsTemplate};
use crate::store::{Connection, accounts, audit_events, creations, settings_templates};

/// A settings template to make.
#[derive(Clone, Debug)]
pub struct NewSettingsTemplate {
    /// The request that it is made by; none when that cannot be repeated.
    pub request_id: Option<RequestId>,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The template to copy; none for the system default.
    pub source: Option<TemplateId>,
    /// What is different from that.
    pub values: Changes,
}

impl NewSettingsTemplate {
    fn creation(&self) -> Result<Option<Creation>, Error> {
        let (name, description) = (self.name.as_str(), self.description.as_str());
        let content = ("settings_template", name, description, self.source, &self.values);
        self.request_id.map(|id| Creation::new(id, &content)).transpose()
    }

    /// What is made of it in an account that holds still.
    async fn make(
        &self,
        tx: &impl Connection,
        account: AccountId,
        id: TemplateId,
        now: Timestamp,
    ) -> Result<SettingsTemplate, Error> {
        if settings_templates::count(tx, account).await? >= MAX_TEMPLATES {
            return Err(Error::TemplateLimit);
        }
        let source = match self.source {
            None => Settings::system_default(),
            Some(source) => {
                let unknown = || Violation::new(Fault::TemplateNotFound, "source_template_id");
                let source = settings_templates::find(tx, account, source).await?;
                source.ok_or_else(|| Error::Field(unknown()))?.settings
            }
        };
        let settings = source.changed(&self.values, Level::Template, &BTreeSet::new(), "values");
        Ok(SettingsTemplate {
            id,
            account_id: account,
            name: self.name.to_string(),
            description: self.description.as_str().to_owned(),
            settings: settings.map_err(Error::Settings)?,
            user_count: 0,
            revision: 1,
            create_time: now,
            update_time: now,
        })
    }
}

impl App {
    /// Makes a template that nobody has yet, or answers the one that this request has made before.
    ///
    /// # Errors
    /// [`Error::TemplateExists`] when the name is taken; [`Error::TemplateLimit`]; [`Error::Settings`] with every bad value;
    /// [`Error::Field`] when there is nothing to copy; [`Error::RequestIdReused`], [`Error::RequestIdExpired`];
    /// [`Error::TemplateNotFound`] when the template that it has made was deleted since.
    pub async fn create_settings_template(
        &self,
        person: &Person,
        origin: Origin,
        new: NewSettingsTemplate,
    ) -> Result<SettingsTemplate, Error> {
        let (account, now, creation) = (person.account, self.clock.now(), new.creation()?);
        if let Some(creation) = &creation {
            creation.check_age(now, self.memory)?;
        }
        let id = TemplateId::new();
        let create = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, account).await?;
                if let Some(creation) = &creation
                    && let Some(made) = creations::claim(tx, account, creation, id, now).await?
                {
                    let made = settings_templates::find(tx, account, made).await?;
                    return made.ok_or(Error::TemplateNotFound);
                }
                let template = new.make(tx, account, id, now).await?;
                settings_templates::insert(tx, &template).await?;
                let after = json!({
                    "name": template.name,
                    "description": template.description,
                    "settings": template.settings,
                });
                let event = Event::new(account, &origin, "settings_template.create", id, now).after(&after);
                audit_events::append(tx, &[event]).await?;
                Ok(template)
            })
        });
        let template: Result<SettingsTemplate, Error> = create.await;
        self.with_users(template?).await
    }
}
