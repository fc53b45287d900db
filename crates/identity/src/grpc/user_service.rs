//! usher.identity.v1.UserService.

use proto::identity::v1::user_service_server::UserService;
use proto::identity::v1::{
    DeleteUserRequest, DeleteUserResponse, GetUserRequest, GetUserResponse, ListUsersRequest, ListUsersResponse,
    ReactivateUserRequest, ReactivateUserResponse, RestoreUserRequest, RestoreUserResponse, SuspendUserRequest,
    SuspendUserResponse,
};
use tonic::{Request, Response, Status};
use types::{PageSize, UserId};

use super::convert;
use crate::app::{App, origin};
use crate::domain::error::Error;
use crate::domain::life::End;

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
        let ListUsersRequest { page_size, page_token } = request.into_inner();
        let size = PageSize::parse(page_size).map_err(|_| Error::PageSizeInvalid)?;
        let page = self.0.list_users(&person, size, &page_token).await?;
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

fn read_id(user_id: &str) -> Result<UserId, Error> {
    user_id.parse().map_err(|_| Error::IdMalformed { field: "user_id" })
}
