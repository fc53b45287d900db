//! Looking at people: each service is asked once for a whole page, never once a row.

use proto::admin::v1::{GetPersonRequest, GetPersonResponse, ListPeopleRequest, ListPeopleResponse, Person};
use proto::identity::v1::{ListUsersRequest, User};
use tonic::Status;

use super::People;
use crate::caller::From;

impl People {
    /// One person.
    pub(super) async fn get(&self, from: &From, request: GetPersonRequest) -> Result<GetPersonResponse, Status> {
        let user = self.identity.user(from, request.user_id).await?;
        let person = self.complete(from, vec![user]).await?.pop();
        Ok(GetPersonResponse { person })
    }

    /// A page of people.
    pub(super) async fn list(&self, from: &From, request: ListPeopleRequest) -> Result<ListPeopleResponse, Status> {
        let ListPeopleRequest {
            page_size,
            page_token,
            filter,
            order_by,
            descending,
        } = request;
        let message = ListUsersRequest {
            page_size,
            page_token,
            filter,
            order_by,
            descending,
        };
        let page = self.identity.users(from, message).await?;
        let people = self.complete(from, page.users).await?;
        Ok(ListPeopleResponse {
            people,
            next_page_token: page.next_page_token,
        })
    }

    async fn complete(&self, from: &From, users: Vec<User>) -> Result<Vec<Person>, Status> {
        let ids = users.iter().map(|user| user.id.clone()).collect();
        let invitations = users
            .iter()
            .filter_map(|user| Some(user.invitation.as_ref()?.id.clone()))
            .collect();
        let (mut holdings, mut deliveries) = futures::try_join!(
            self.licensing.holdings(from, ids),
            self.notification.deliveries(from, invitations),
        )?;
        let person = |user: User| Person {
            products: holdings.remove(&user.id).unwrap_or_default(),
            delivery: user
                .invitation
                .as_ref()
                .and_then(|invitation| deliveries.remove(&invitation.id)),
            user: Some(user),
        };
        Ok(users.into_iter().map(person).collect())
    }
}
