//! usher.identity.v1.UserService.

use proto::identity::v1::user_service_server::UserService;
use proto::identity::v1::{
    DeleteUserRequest, DeleteUserResponse, GetMyselfRequest, GetMyselfResponse, GetUserRequest, GetUserResponse,
    ListUsersRequest, ListUsersResponse, ReactivateUserRequest, ReactivateUserResponse, RestoreUserRequest,
    RestoreUserResponse, Role, SuspendUserRequest, SuspendUserResponse, UpdateMyselfRequest, UpdateMyselfResponse,
    UpdateUserRequest, UpdateUserResponse, User,
};
use tonic::{Request, Response, Status};
use types::{PageSize, UserId};

use super::convert;
use super::user_query::read_query;
use crate::app::{App, origin};
use crate::domain::error::Error;
use crate::domain::life::End;
use crate::domain::user_change::UserFields;

/// Looking at users, and changing them.
pub struct Users(pub App);

#[tonic::async_trait]
impl UserService for Users {
    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<GetUserResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let id = read_id(&request.into_inner().user_id)?;
        let user = self.0.get_user(&person, id).await?;
        Ok(Response::new(GetUserResponse {
            user: Some(convert::user(user, &person)),
        }))
    }

    async fn list_users(&self, request: Request<ListUsersRequest>) -> Result<Response<ListUsersResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let ListUsersRequest {
            page_size,
            page_token,
            filter,
            order_by,
            descending,
        } = request.into_inner();
        let size = PageSize::parse(page_size).map_err(|_| Error::PageSizeInvalid)?;
        let query = read_query(person.account, filter, order_by, descending)?;
        let page = self.0.list_users(&person, &query, size, &page_token).await?;
        let users = page
            .users
            .into_iter()
            .map(|user| convert::user(user, &person))
            .collect();
        Ok(Response::new(ListUsersResponse {
            users,
            next_page_token: page.next_page_token,
        }))
    }

    async fn get_myself(&self, request: Request<GetMyselfRequest>) -> Result<Response<GetMyselfResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let user = self.0.get_user(&person, person.user).await?;
        let user = Some(convert::user(user, &person));
        Ok(Response::new(GetMyselfResponse { user }))
    }

    async fn update_myself(
        &self,
        request: Request<UpdateMyselfRequest>,
    ) -> Result<Response<UpdateMyselfResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let UpdateMyselfRequest { user, update_mask } = request.into_inner();
        let (user, mask) = (user.unwrap_or_default(), update_mask.unwrap_or_default().paths);
        if !user.id.is_empty() && user.id != person.user.to_string() {
            return Err(Error::UserNotFound.into());
        }
        let (etag, fields) = (user.etag.clone(), read_fields(user));
        let user = self.0.update_myself(person, origin, &fields, &mask, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(UpdateMyselfResponse { user }))
    }

    async fn update_user(&self, request: Request<UpdateUserRequest>) -> Result<Response<UpdateUserResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let UpdateUserRequest { user, update_mask } = request.into_inner();
        let (user, mask) = (user.unwrap_or_default(), update_mask.unwrap_or_default().paths);
        let id = user.id.parse().map_err(|_| Error::IdMalformed { field: "user.id" })?;
        let (etag, fields) = (user.etag.clone(), read_fields(user));
        let user = self.0.update_user(person, origin, id, &fields, &mask, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(UpdateUserResponse { user }))
    }

    async fn suspend_user(
        &self,
        request: Request<SuspendUserRequest>,
    ) -> Result<Response<SuspendUserResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let SuspendUserRequest {
            user_id,
            release_seats,
            etag,
        } = request.into_inner();
        let (id, end) = (read_id(&user_id)?, End::Suspension { release_seats });
        let user = self.0.end_user(person, origin, id, end, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(SuspendUserResponse { user }))
    }

    async fn reactivate_user(
        &self,
        request: Request<ReactivateUserRequest>,
    ) -> Result<Response<ReactivateUserResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let ReactivateUserRequest { user_id, etag } = request.into_inner();
        let id = read_id(&user_id)?;
        let user = self.0.reactivate_user(person, origin, id, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(ReactivateUserResponse { user }))
    }

    async fn delete_user(&self, request: Request<DeleteUserRequest>) -> Result<Response<DeleteUserResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let DeleteUserRequest { user_id, etag } = request.into_inner();
        let id = read_id(&user_id)?;
        let user = self.0.end_user(person, origin, id, End::Deletion, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(DeleteUserResponse { user }))
    }

    async fn restore_user(
        &self,
        request: Request<RestoreUserRequest>,
    ) -> Result<Response<RestoreUserResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (person, origin) = (caller.person()?, origin(&caller, ""));
        let RestoreUserRequest { user_id, etag } = request.into_inner();
        let id = read_id(&user_id)?;
        let user = self.0.restore_user(person, origin, id, etag).await?;
        let user = Some(convert::user(user, person));
        Ok(Response::new(RestoreUserResponse { user }))
    }
}

fn read_fields(user: User) -> UserFields {
    UserFields {
        names_role: user.role != i32::from(Role::Unspecified)
            || !user.custom_role_id.is_empty()
            || user.billing_contact,
        given_name: user.given_name,
        family_name: user.family_name,
        language: user.language,
        time_zone: user.time_zone,
        group_id: user.group_id,
        settings_template_id: user.settings_template_id,
    }
}

fn read_id(user_id: &str) -> Result<UserId, Error> {
    user_id.parse().map_err(|_| Error::IdMalformed { field: "user_id" })
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use crate::domain::user_change::knows;

    /// A new field of the message must be said to be changeable or not.
    #[test]
    fn an_update_knows_every_field_of_a_user() {
        let files = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).unwrap().file;
        let identity = files.iter().filter(|file| file.package() == "usher.identity.v1");
        let user = identity
            .flat_map(|file| &file.message_type)
            .find(|message| message.name() == "User")
            .unwrap();
        assert!(user.field.len() >= 20);
        for field in &user.field {
            assert!(knows(field.name()), "{}", field.name());
        }
    }
}
