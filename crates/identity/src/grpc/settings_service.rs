//! usher.identity.v1.SettingsService.

use proto::identity::v1 as wire;
use proto::identity::v1::settings_service_server::SettingsService;
use tonic::{Request, Response, Status};
use types::UserId;

use super::{field, setting};
use crate::app::{App, origin};
use crate::domain::account_settings::{AccountChange, AccountSettings};
use crate::domain::setting_catalogue::CATALOGUE;
use crate::domain::settings;

/// Settings of an account and of its users.
pub struct Settings(pub App);

#[tonic::async_trait]
impl SettingsService for Settings {
    async fn list_setting_definitions(
        &self,
        request: Request<wire::ListSettingDefinitionsRequest>,
    ) -> Result<Response<wire::ListSettingDefinitionsResponse>, Status> {
        chassis::caller(&request)?.person()?;
        let definitions = CATALOGUE.iter().map(setting::definition).collect();
        Ok(Response::new(wire::ListSettingDefinitionsResponse { definitions }))
    }

    async fn get_account_settings(
        &self,
        request: Request<wire::GetAccountSettingsRequest>,
    ) -> Result<Response<wire::GetAccountSettingsResponse>, Status> {
        let settings = self
            .0
            .get_account_settings(chassis::caller(&request)?.person()?)
            .await?;
        let settings = Some(of_account(&settings));
        Ok(Response::new(wire::GetAccountSettingsResponse { settings }))
    }

    async fn update_account_settings(
        &self,
        request: Request<wire::UpdateAccountSettingsRequest>,
    ) -> Result<Response<wire::UpdateAccountSettingsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let change = AccountChange {
            changes: setting::read_changes(message.changes),
            lock: message.lock,
            unlock: message.unlock,
        };
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let settings = self
            .0
            .update_account_settings(person, origin, change, message.etag)
            .await?;
        let settings = Some(of_account(&settings));
        Ok(Response::new(wire::UpdateAccountSettingsResponse { settings }))
    }

    async fn get_my_settings(
        &self,
        request: Request<wire::GetMySettingsRequest>,
    ) -> Result<Response<wire::GetMySettingsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let settings = self.0.get_user_settings(&person, person.user).await?;
        let settings = Some(of_user(person.user, &settings));
        Ok(Response::new(wire::GetMySettingsResponse { settings }))
    }

    async fn update_my_settings(
        &self,
        request: Request<wire::UpdateMySettingsRequest>,
    ) -> Result<Response<wire::UpdateMySettingsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let wire::UpdateMySettingsRequest { changes, etag } = request.into_inner();
        let (person, changes) = (caller.person()?, setting::read_changes(changes));
        let settings = self
            .0
            .update_user_settings(person, origin(&caller, ""), person.user, changes, etag)
            .await?;
        let settings = Some(of_user(person.user, &settings));
        Ok(Response::new(wire::UpdateMySettingsResponse { settings }))
    }

    async fn get_user_settings(
        &self,
        request: Request<wire::GetUserSettingsRequest>,
    ) -> Result<Response<wire::GetUserSettingsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let user = field::read_id("user_id", &request.into_inner().user_id)?;
        let settings = self.0.get_user_settings(&person, user).await?;
        let settings = Some(of_user(user, &settings));
        Ok(Response::new(wire::GetUserSettingsResponse { settings }))
    }

    async fn update_user_settings(
        &self,
        request: Request<wire::UpdateUserSettingsRequest>,
    ) -> Result<Response<wire::UpdateUserSettingsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let wire::UpdateUserSettingsRequest { user_id, changes, etag } = request.into_inner();
        let (user, changes) = (field::read_id("user_id", &user_id)?, setting::read_changes(changes));
        let settings = self
            .0
            .update_user_settings(caller.person()?, origin(&caller, ""), user, changes, etag)
            .await?;
        let settings = Some(of_user(user, &settings));
        Ok(Response::new(wire::UpdateUserSettingsResponse { settings }))
    }

    async fn get_effective_settings(
        &self,
        request: Request<wire::GetEffectiveSettingsRequest>,
    ) -> Result<Response<wire::GetEffectiveSettingsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let user = match request.into_inner().user_id.as_str() {
            "" => person.user,
            id => field::read_id("user_id", id)?,
        };
        let settings = self.0.get_effective_settings(&person, user).await?;
        let settings = settings.iter().map(setting::effective).collect();
        Ok(Response::new(wire::GetEffectiveSettingsResponse { settings }))
    }
}

fn of_account(settings: &AccountSettings) -> wire::AccountSettings {
    wire::AccountSettings {
        values: setting::values(&settings.values),
        locked_keys: settings.locked.iter().map(|&key| key.to_owned()).collect(),
        etag: settings.etag(),
    }
}

fn of_user(user: UserId, settings: &settings::Settings) -> wire::UserSettings {
    wire::UserSettings {
        user_id: user.to_string(),
        values: setting::values(settings),
        etag: settings.etag(),
    }
}
