//! usher.admin.v1.PeopleService: people, composed from the services that know the parts.

mod add_users;
mod assign_seats;
mod batch_update_users;
mod change;
mod list_people;
mod refusal;
mod release_seats;
mod resend_invitation;

use proto::admin::v1::people_service_server::PeopleService;
use proto::admin::v1::{
    AddUsersRequest, AddUsersResponse, BatchUpdateUsersRequest, BatchUpdateUsersResponse, GetPersonRequest,
    GetPersonResponse, ListPeopleRequest, ListPeopleResponse, ResendInvitationRequest, ResendInvitationResponse,
};
use tonic::{Request, Response, Status};
use types::Clock;

use self::change::Change;
use crate::caller::From;
use crate::clients::{Identity, Licensing, Notification};

/// What an admin does with people; cheap to clone.
#[derive(Clone)]
pub struct People {
    /// Users.
    pub identity: Identity,
    /// Seats.
    pub licensing: Licensing,
    /// E-mails.
    pub notification: Notification,
    /// The present.
    pub clock: Clock,
}

impl People {
    /// Makes a change in a task of its own: a caller who hangs up does not leave seats reserved for nobody.
    pub async fn spawn_change<C>(&self, request: Request<C>) -> Result<Response<C::Answer>, Status>
    where
        C: Change + Send + Sync + 'static,
        C::Answer: Send + Sync + 'static,
    {
        let from = From::request(&request)?;
        let people = self.clone();
        let work = async move { people.change(&from, request.into_inner()).await };
        let work = tokio::spawn(chassis::in_current_call(work));
        work.await
            .map_err(|error| chassis::internal(&error))?
            .map(Response::new)
    }
}

#[tonic::async_trait]
impl PeopleService for People {
    async fn add_users(&self, request: Request<AddUsersRequest>) -> Result<Response<AddUsersResponse>, Status> {
        self.spawn_change(request).await
    }

    async fn batch_update_users(
        &self,
        request: Request<BatchUpdateUsersRequest>,
    ) -> Result<Response<BatchUpdateUsersResponse>, Status> {
        self.spawn_change(request).await
    }

    async fn resend_invitation(
        &self,
        request: Request<ResendInvitationRequest>,
    ) -> Result<Response<ResendInvitationResponse>, Status> {
        self.spawn_change(request).await
    }

    async fn get_person(&self, request: Request<GetPersonRequest>) -> Result<Response<GetPersonResponse>, Status> {
        let from = From::request(&request)?;
        self.get(&from, request.into_inner()).await.map(Response::new)
    }

    async fn list_people(&self, request: Request<ListPeopleRequest>) -> Result<Response<ListPeopleResponse>, Status> {
        let from = From::request(&request)?;
        self.list(&from, request.into_inner()).await.map(Response::new)
    }
}
