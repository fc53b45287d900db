//! usher.identity.v1.SettingsTemplateService.

use proto::identity::v1 as wire;
use proto::identity::v1::apply_settings_template_request::Target;
use proto::identity::v1::delete_settings_template_request::Successor as WireSuccessor;
use proto::identity::v1::settings_template_service_server::SettingsTemplateService;
use tonic::{Request, Response, Status};
use types::{TemplateId, UserId};

use super::mask::Mask;
use super::{convert, field, setting};
use crate::app::{App, NewSettingsTemplate, Recipients, SettingsTemplateChange, origin};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::settings_template::{SettingsTemplate, Successor};

/// Making, changing, deleting and applying settings templates.
pub struct SettingsTemplates(pub App);

#[tonic::async_trait]
impl SettingsTemplateService for SettingsTemplates {
    async fn create_settings_template(
        &self,
        request: Request<wire::CreateSettingsTemplateRequest>,
    ) -> Result<Response<wire::CreateSettingsTemplateResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let origin = origin(&caller, &message.request_id);
        let new = NewSettingsTemplate {
            request_id: field::read_request_id(&message.request_id)?,
            name: field::read_name("name", &message.name)?,
            description: field::read_description("description", &message.description)?,
            source: read_template("source_template_id", &message.source_template_id)?,
            values: setting::read_changes(message.values),
        };
        let template = self.0.create_settings_template(caller.person()?, origin, new).await?;
        let settings_template = Some(write(template));
        Ok(Response::new(wire::CreateSettingsTemplateResponse {
            settings_template,
        }))
    }

    async fn get_settings_template(
        &self,
        request: Request<wire::GetSettingsTemplateRequest>,
    ) -> Result<Response<wire::GetSettingsTemplateResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let id = field::read_id("settings_template_id", &request.into_inner().settings_template_id)?;
        let settings_template = Some(write(self.0.get_settings_template(&person, id).await?));
        Ok(Response::new(wire::GetSettingsTemplateResponse { settings_template }))
    }

    async fn list_settings_templates(
        &self,
        request: Request<wire::ListSettingsTemplatesRequest>,
    ) -> Result<Response<wire::ListSettingsTemplatesResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let wire::ListSettingsTemplatesRequest { page_size, page_token } = request.into_inner();
        let size = field::read_page_size(page_size)?;
        let page = self.0.list_settings_templates(&person, size, &page_token).await?;
        Ok(Response::new(wire::ListSettingsTemplatesResponse {
            settings_templates: page.templates.into_iter().map(write).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn update_settings_template(
        &self,
        request: Request<wire::UpdateSettingsTemplateRequest>,
    ) -> Result<Response<wire::UpdateSettingsTemplateResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let template = message.settings_template.unwrap_or_default();
        let id = field::read_id("settings_template.id", &template.id)?;
        let mask = Mask::read(message.update_mask, &["name", "description"])?;
        let name = mask.names("name", !template.name.is_empty());
        let description = mask.names("description", !template.description.is_empty());
        let change = SettingsTemplateChange {
            name: name
                .then(|| field::read_name("settings_template.name", &template.name))
                .transpose()?,
            description: description
                .then(|| field::read_description("settings_template.description", &template.description))
                .transpose()?,
            changes: setting::read_changes(message.changes),
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let changed = self
            .0
            .update_settings_template(person, origin, id, template.etag, change)
            .await?;
        let settings_template = Some(write(changed));
        Ok(Response::new(wire::UpdateSettingsTemplateResponse {
            settings_template,
        }))
    }

    async fn delete_settings_template(
        &self,
        request: Request<wire::DeleteSettingsTemplateRequest>,
    ) -> Result<Response<wire::DeleteSettingsTemplateResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let id = field::read_id("settings_template_id", &message.settings_template_id)?;
        let successor = match message.successor {
            None | Some(WireSuccessor::UseSystemDefault(false)) => Successor::Nothing,
            Some(WireSuccessor::UseSystemDefault(true)) => Successor::SystemDefault,
            Some(WireSuccessor::ReplacementTemplateId(id)) => {
                Successor::Template(field::read_id("replacement_template_id", &id)?)
            }
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let user_count = self
            .0
            .delete_settings_template(person, origin, id, message.etag, successor)
            .await?;
        Ok(Response::new(wire::DeleteSettingsTemplateResponse { user_count }))
    }

    async fn apply_settings_template(
        &self,
        request: Request<wire::ApplySettingsTemplateRequest>,
    ) -> Result<Response<wire::ApplySettingsTemplateResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let template = read_template("settings_template_id", &message.settings_template_id)?;
        let recipients = match message.target {
            None => return Err(Error::UsersCount.into()),
            Some(Target::Users(users)) => Recipients::Users(read_users(&users.ids)?),
            Some(Target::GroupId(id)) => Recipients::Group(field::read_id("group_id", &id)?),
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let applied = self
            .0
            .apply_settings_template(person, origin, template, recipients)
            .await?;
        Ok(Response::new(wire::ApplySettingsTemplateResponse {
            changed_count: i64::try_from(applied.changed).unwrap_or(i64::MAX),
            protected_count: i64::try_from(applied.protected).unwrap_or(i64::MAX),
        }))
    }
}

/// A template's id; none for the system default.
fn read_template(field: &'static str, text: &str) -> Result<Option<TemplateId>, Error> {
    match text {
        "" => Ok(None),
        text => field::read_id(field, text).map(Some),
    }
}

fn read_users(ids: &[String]) -> Result<Vec<UserId>, Error> {
    let read = |(position, id): (usize, &String)| {
        let field = || format!("users.ids[{position}]");
        id.parse()
            .map_err(|_| Error::Field(Violation::new(Fault::IdMalformed, field())))
    };
    ids.iter().enumerate().map(read).collect()
}

fn write(template: SettingsTemplate) -> wire::SettingsTemplate {
    wire::SettingsTemplate {
        id: template.id.to_string(),
        values: setting::values(&template.settings),
        name: template.name,
        description: template.description,
        version: template.revision,
        user_count: template.user_count,
        etag: template.revision.to_string(),
        create_time: Some(convert::timestamp(template.create_time)),
        update_time: Some(convert::timestamp(template.update_time)),
    }
}
