//! usher.admin.v1.PeopleService: people, composed from the services that know the parts.

mod add_users;
mod list_people;
mod refusal;

use proto::admin::v1::people_service_server::PeopleService;
use proto::admin::v1::{
    AddUsersRequest, AddUsersResponse, GetPersonRequest, GetPersonResponse, ListPeopleRequest, ListPeopleResponse,
};
use tonic::{Request, Response, Status};
use tracing::Instrument;
use types::Clock;

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

#[tonic::async_trait]
impl PeopleService for People {
    async fn add_users(&self, request: Request<AddUsersRequest>) -> Result<Response<AddUsersResponse>, Status> {
        let from = From::request(&request)?;
        let people = self.clone();
        // In a task of its own: a caller who hangs up does not leave seats reserved for nobody.
        let work = async move { people.add(&from, request.into_inner()).await };
        let work = tokio::spawn(work.in_current_span());
        work.await
            .map_err(|error| chassis::internal(&error))?
            .map(Response::new)
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
