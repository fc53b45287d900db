//! usher.identity.internal.v1.AccountService.

use proto::identity::internal::v1::account_service_server::AccountService;
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};
use tonic::{Request, Response, Status};
use types::{AccountId, Email, Language, Name, RequestId, TimeZone};

use crate::app::App;
use crate::domain::account::NewAccount;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::password::Password;

/// Making accounts.
pub struct Accounts(pub App);

#[tonic::async_trait]
impl AccountService for Accounts {
    async fn create_account(
        &self,
        request: Request<CreateAccountRequest>,
    ) -> Result<Response<CreateAccountResponse>, Status> {
        let created = self.0.create_account(read(request.into_inner())?).await?;
        Ok(Response::new(CreateAccountResponse {
            account_id: created.account_id.to_string(),
            user_id: created.user_id.to_string(),
        }))
    }
}

fn read(request: CreateAccountRequest) -> Result<NewAccount, Error> {
    let request_id: RequestId = request.request_id.parse().map_err(|_| Error::RequestIdMalformed)?;
    let name = |field: &'static str, text: &str| {
        Name::parse(text).map_err(|invalid| Error::Field(Violation::new(Fault::from(invalid), field)))
    };
    let fault = |fault: Fault, field: &'static str| Error::Field(Violation::new(fault, field));
    Ok(NewAccount {
        id: AccountId::from_uuid(request_id.uuid()),
        name: name("name", &request.name)?,
        plan: request.plan,
        language: match request.language.as_str() {
            "" => Language::english(),
            text => Language::parse(text).map_err(|_| fault(Fault::LanguageUnknown, "language"))?,
        },
        time_zone: match request.time_zone.as_str() {
            "" => TimeZone::utc(),
            text => TimeZone::parse(text).map_err(|_| fault(Fault::TimeZoneUnknown, "time_zone"))?,
        },
        given_name: name("given_name", &request.given_name)?,
        family_name: name("family_name", &request.family_name)?,
        email: Email::parse(&request.email).map_err(|invalid| fault(invalid.into(), "email"))?,
        password: Password::parse(request.password)?,
    })
}
