//! usher.identity.v1.UserService.

use proto::identity::v1::user_service_server::UserService;
use proto::identity::v1::{GetUserRequest, GetUserResponse, ListUsersRequest, ListUsersResponse};
use tonic::{Request, Response, Status};
use types::PageSize;

use super::convert;
use crate::app::App;
use crate::domain::error::Error;

/// Looking at users.
pub struct Users(pub App);

#[tonic::async_trait]
impl UserService for Users {
    async fn get_user(&self, request: Request<GetUserRequest>) -> Result<Response<GetUserResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let id = request
            .into_inner()
            .user_id
            .parse()
            .map_err(|_| Error::IdMalformed { field: "user_id" })?;
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
}
