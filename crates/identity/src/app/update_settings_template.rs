//! Changing a settings template, and with it the settings of all who have it.

use std::collections::BTreeSet;

use chassis::Person;
use serde_json::{Map, Value};
use types::{Name, TemplateId};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::description::Description;
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::setting::Level;
use crate::domain::settings::Changes;
use crate::domain::settings_template::SettingsTemplate;
use crate::store::{audit_events, settings_templates};

/// What is to change of a settings template; what is none stays.
#[derive(Clone, Debug)]
pub struct SettingsTemplateChange {
    /// Its name.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<Description>,
    /// Its values.
    pub changes: Changes,
}

impl App {
    /// Changes a template, if it is still what `etag` says; a change to what it is already leaves no trace.
    ///
    /// # Errors
    /// [`Error::TemplateNotFound`], [`Error::EtagMismatch`], [`Error::TemplateExists`]; [`Error::Settings`] with every bad
    /// value.
    pub async fn update_settings_template(
        &self,
        person: &Person,
        origin: Origin,
        id: TemplateId,
        etag: String,
        change: SettingsTemplateChange,
    ) -> Result<SettingsTemplate, Error> {
        let (account, now) = (person.account, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                let template = settings_templates::lock(tx, account, id).await?;
                let template = template.ok_or(Error::TemplateNotFound)?;
                check_etag(&etag, template.revision)?;
                let none = BTreeSet::new();
                let settings = template
                    .settings
                    .changed(&change.changes, Level::Template, &none, "changes");
                let settings = settings.map_err(Error::Settings)?;
                let changed = template.changed(change.name.as_ref(), change.description.as_ref(), settings, now);
                if changed != template {
                    settings_templates::update(tx, &changed).await?;
                    let event = Event::new(account, &origin, "settings_template.update", id, now);
                    let event = event
                        .before(&told(&template, &changed))
                        .after(&told(&changed, &template));
                    audit_events::append(tx, &[event]).await?;
                }
                Ok(changed)
            })
        });
        let template: Result<SettingsTemplate, Error> = update.await;
        self.with_users(template?).await
    }
}

/// What of a template is different in another state of it.
fn told(template: &SettingsTemplate, other: &SettingsTemplate) -> Value {
    let mut told = Map::new();
    if template.name != other.name {
        told.insert("name".into(), template.name.clone().into());
    }
    if template.description != other.description {
        told.insert("description".into(), template.description.clone().into());
    }
    if template.settings != other.settings {
        told.insert("settings".into(), template.settings.unlike(&other.settings).into());
    }
    Value::Object(told)
}
