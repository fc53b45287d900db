//! usher.identity.internal.v1.AccountService, and usher.identity.v1.AccountService.

use chassis::Person;
use proto::admin::v1 as admin;
use proto::identity::internal::v1::account_service_server::AccountService as Internal;
use proto::identity::internal::v1::{
    CloseAccountRequest, CloseAccountResponse, CreateAccountRequest, CreateAccountResponse,
};
use proto::identity::v1::account::State;
use proto::identity::v1::account_service_server::AccountService;
use proto::identity::v1::{
    Account as Message, GetAccountRequest, GetAccountResponse, UpdateAccountRequest, UpdateAccountResponse,
};
use tonic::{Request, Response, Status};
use types::{AccountId, Email, Language, Permission, RequestId, TimeZone};

use super::convert::timestamp;
use super::field;
use super::mask::Mask;
use crate::app::{App, Closing, origin};
use crate::domain::account::{Account, AccountChange, AccountState, NewAccount};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::password::Password;

/// Accounts as a whole.
#[derive(Clone)]
pub struct Accounts(pub App);

#[tonic::async_trait]
impl Internal for Accounts {
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

    async fn close_account(
        &self,
        request: Request<CloseAccountRequest>,
    ) -> Result<Response<CloseAccountResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let request = request.into_inner().request.unwrap_or_default();
        field::read_request_id(&request.request_id)?;
        let origin = origin(&caller, &request.request_id);
        let wish = Closing {
            account_name: request.account_name,
            validate_only: request.validate_only,
        };
        self.0.close_account(caller.person()?, origin, wish).await?;
        Ok(Response::new(CloseAccountResponse {
            response: Some(admin::CloseAccountResponse {}),
        }))
    }
}

#[tonic::async_trait]
impl AccountService for Accounts {
    async fn get_account(&self, request: Request<GetAccountRequest>) -> Result<Response<GetAccountResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let account = self.0.get_account(&person).await?;
        Ok(Response::new(GetAccountResponse {
            account: Some(write(&account, &person)),
        }))
    }

    async fn update_account(
        &self,
        request: Request<UpdateAccountRequest>,
    ) -> Result<Response<UpdateAccountResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let person = *caller.person()?;
        let UpdateAccountRequest { account, update_mask } = request.into_inner();
        let account = account.unwrap_or_default();
        if !account.id.is_empty() {
            let id = account
                .id
                .parse()
                .map_err(|_| Error::IdMalformed { field: "account.id" })?;
            if id != person.account {
                return Err(Error::AccountNotFound(id).into());
            }
        }
        let change = read_change(&account, &Mask::read(update_mask, &["name", "language", "time_zone"])?)?;
        let origin = origin(&caller, "");
        let account = self.0.update_account(&person, origin, account.etag, change).await?;
        Ok(Response::new(UpdateAccountResponse {
            account: Some(write(&account, &person)),
        }))
    }
}

/// An account as somebody who belongs to it sees it.
fn write(account: &Account, person: &Person) -> Message {
    let sees_posts = person.can(Permission::AssignRoles) || person.billing_contact;
    let state = match account.state {
        AccountState::Active => State::Active,
        AccountState::Closed => State::Closed,
    };
    Message {
        id: account.id.to_string(),
        name: account.name.clone(),
        language: account.language.to_string(),
        time_zone: account.time_zone.to_string(),
        state: state.into(),
        billing_contact_id: if sees_posts {
            account.billing_contact.to_string()
        } else {
            String::new()
        },
        etag: account.revision.to_string(),
        create_time: Some(timestamp(account.create_time)),
    }
}

fn read_change(account: &Message, mask: &Mask) -> Result<AccountChange, Error> {
    let names = |field, text: &str| mask.names(field, !text.is_empty());
    let mut change = AccountChange::default();
    if names("name", &account.name) {
        change.name = Some(field::read_name("account.name", &account.name)?);
    }
    if names("language", &account.language) {
        change.language = Some(read_language("account.language", &account.language)?);
    }
    if names("time_zone", &account.time_zone) {
        change.time_zone = Some(read_time_zone("account.time_zone", &account.time_zone)?);
    }
    Ok(change)
}

fn read(request: CreateAccountRequest) -> Result<NewAccount, Error> {
    let request_id: RequestId = request.request_id.parse().map_err(|_| Error::RequestIdMalformed)?;
    Ok(NewAccount {
        id: AccountId::from_uuid(request_id.uuid()),
        name: field::read_name("name", &request.name)?,
        plan: request.plan,
        language: read_language("language", &request.language)?,
        time_zone: read_time_zone("time_zone", &request.time_zone)?,
        given_name: field::read_name("given_name", &request.given_name)?,
        family_name: field::read_name("family_name", &request.family_name)?,
        email: read_email("email", &request.email)?,
        password: Password::parse(request.password)?,
    })
}

/// An address in a field.
pub(super) fn read_email(field: &'static str, text: &str) -> Result<Email, Error> {
    Email::parse(text).map_err(|invalid| fault(invalid.into(), field))
}

/// A language in a field; English when there is none.
pub(super) fn read_language(field: &'static str, text: &str) -> Result<Language, Error> {
    match text {
        "" => Ok(Language::english()),
        text => Language::parse(text).map_err(|_| fault(Fault::LanguageUnknown, field)),
    }
}

/// A time zone in a field; UTC when there is none.
pub(super) fn read_time_zone(field: &'static str, text: &str) -> Result<TimeZone, Error> {
    match text {
        "" => Ok(TimeZone::utc()),
        text => TimeZone::parse(text).map_err(|_| fault(Fault::TimeZoneUnknown, field)),
    }
}

fn fault(fault: Fault, field: &'static str) -> Error {
    Error::Field(Violation::new(fault, field))
}
