//! usher.identity.v1.WelcomeEmailService.

use proto::identity::v1 as wire;
use proto::identity::v1::preview_welcome_email_request::{SampleUser as WireSample, Source};
use proto::identity::v1::welcome_email_service_server::WelcomeEmailService;
use tonic::{Request, Response, Status};
use types::Language;

use super::mask::Mask;
use super::{convert, field};
use crate::app::{App, NewWelcomeEmail, Previewed, SampleUser, WelcomeEmailChange, origin};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::welcome_email::{ShownWelcomeEmail, Translation};

/// Making, changing, previewing and deleting welcome e-mails.
pub struct WelcomeEmails(pub App);

#[tonic::async_trait]
impl WelcomeEmailService for WelcomeEmails {
    async fn create_welcome_email(
        &self,
        request: Request<wire::CreateWelcomeEmailRequest>,
    ) -> Result<Response<wire::CreateWelcomeEmailResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let origin = origin(&caller, &message.request_id);
        let email = message.welcome_email.unwrap_or_default();
        let new = NewWelcomeEmail {
            request_id: field::read_request_id(&message.request_id)?,
            name: field::read_name("welcome_email.name", &email.name)?,
            translations: read_translations(email.translations),
        };
        let made = self.0.create_welcome_email(caller.person()?, origin, new).await?;
        let welcome_email = Some(write(made));
        Ok(Response::new(wire::CreateWelcomeEmailResponse { welcome_email }))
    }

    async fn get_welcome_email(
        &self,
        request: Request<wire::GetWelcomeEmailRequest>,
    ) -> Result<Response<wire::GetWelcomeEmailResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let id = field::read_id("welcome_email_id", &request.into_inner().welcome_email_id)?;
        let welcome_email = Some(write(self.0.get_welcome_email(&person, id).await?));
        Ok(Response::new(wire::GetWelcomeEmailResponse { welcome_email }))
    }

    async fn list_welcome_emails(
        &self,
        request: Request<wire::ListWelcomeEmailsRequest>,
    ) -> Result<Response<wire::ListWelcomeEmailsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let wire::ListWelcomeEmailsRequest { page_size, page_token } = request.into_inner();
        let size = field::read_page_size(page_size)?;
        let page = self.0.list_welcome_emails(&person, size, &page_token).await?;
        Ok(Response::new(wire::ListWelcomeEmailsResponse {
            welcome_emails: page.emails.into_iter().map(write).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn update_welcome_email(
        &self,
        request: Request<wire::UpdateWelcomeEmailRequest>,
    ) -> Result<Response<wire::UpdateWelcomeEmailResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let email = message.welcome_email.unwrap_or_default();
        let id = field::read_id("welcome_email.id", &email.id)?;
        let mask = Mask::read(message.update_mask, &["name", "translations"])?;
        let name = mask.names("name", !email.name.is_empty());
        let translations = mask.names("translations", !email.translations.is_empty());
        let change = WelcomeEmailChange {
            name: name
                .then(|| field::read_name("welcome_email.name", &email.name))
                .transpose()?,
            translations: translations.then(|| read_translations(email.translations)),
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let changed = self
            .0
            .update_welcome_email(person, origin, id, email.etag, change)
            .await?;
        let welcome_email = Some(write(changed));
        Ok(Response::new(wire::UpdateWelcomeEmailResponse { welcome_email }))
    }

    async fn delete_welcome_email(
        &self,
        request: Request<wire::DeleteWelcomeEmailRequest>,
    ) -> Result<Response<wire::DeleteWelcomeEmailResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let id = field::read_id("welcome_email_id", &message.welcome_email_id)?;
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        self.0.delete_welcome_email(person, origin, id, message.etag).await?;
        Ok(Response::new(wire::DeleteWelcomeEmailResponse {}))
    }

    async fn set_default_welcome_email(
        &self,
        request: Request<wire::SetDefaultWelcomeEmailRequest>,
    ) -> Result<Response<wire::SetDefaultWelcomeEmailResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let id = match request.into_inner().welcome_email_id.as_str() {
            "" => None,
            id => Some(field::read_id("welcome_email_id", id)?),
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        self.0.set_default_welcome_email(person, origin, id).await?;
        Ok(Response::new(wire::SetDefaultWelcomeEmailResponse {}))
    }

    async fn preview_welcome_email(
        &self,
        request: Request<wire::PreviewWelcomeEmailRequest>,
    ) -> Result<Response<wire::PreviewWelcomeEmailResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let previewed = match message.source {
            Some(Source::WelcomeEmailId(id)) => Previewed::Kept(field::read_id("welcome_email_id", &id)?),
            Some(Source::Draft(draft)) => Previewed::Draft(read_translations(draft.translations)),
            None => Previewed::Draft(vec![]),
        };
        let user = read_sample(&message.language, message.sample_user.unwrap_or_default())?;
        let written = self.0.preview_welcome_email(&person, previewed, user).await?;
        Ok(Response::new(wire::PreviewWelcomeEmailResponse {
            language: written.language,
            subject: written.subject,
            text: written.text,
            html: written.html,
        }))
    }
}

fn read_translations(translations: Vec<wire::WelcomeEmailTranslation>) -> Vec<Translation> {
    let read = |translation: wire::WelcomeEmailTranslation| Translation {
        language: translation.language,
        subject: translation.subject,
        body: translation.body,
    };
    translations.into_iter().map(read).collect()
}

fn read_sample(language: &str, user: WireSample) -> Result<SampleUser, Error> {
    let name = |path: &str, text: &str| (!text.is_empty()).then(|| field::read_name(path, text)).transpose();
    let unknown = |_| Error::Field(Violation::new(Fault::LanguageUnknown, "language"));
    let language = (!language.is_empty()).then(|| Language::parse(language).map_err(unknown));
    Ok(SampleUser {
        given_name: name("sample_user.given_name", &user.given_name)?,
        family_name: name("sample_user.family_name", &user.family_name)?,
        language: language.transpose()?,
        products: user.products,
    })
}

fn write(shown: ShownWelcomeEmail) -> wire::WelcomeEmail {
    let email = shown.email;
    let translation = |translation: Translation| wire::WelcomeEmailTranslation {
        language: translation.language,
        subject: translation.subject,
        body: translation.body,
    };
    wire::WelcomeEmail {
        id: email.id.to_string(),
        name: email.name,
        translations: shown.translations.into_iter().map(translation).collect(),
        languages: email.languages,
        is_default: shown.is_default,
        version: email.version,
        etag: email.revision.to_string(),
        create_time: Some(convert::timestamp(email.create_time)),
        update_time: Some(convert::timestamp(email.update_time)),
    }
}
