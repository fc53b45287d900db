//! Somebody who is logged in, and what they can ask for.

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{
    AddUsersRequest, AddUsersResponse, GetPersonRequest, ListPeopleRequest, NewUser, Person, UserOptions,
};
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::{AcceptInvitationRequest, LogInRequest, RefreshSessionRequest, SessionTokens};
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{ListSeatPoolsRequest, SeatPool};
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use proto::notification::v1::{Delivery, ListDeliveriesRequest};
use testkit::eventually;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};
use types::RequestId;

use super::world::{PASSWORD, PATIENCE, World};

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Owner {
    pub channel: Channel,
    pub tokens: SessionTokens,
}

impl Owner {
    /// Logs in through the gateway.
    pub async fn log_in(world: &World, email: &str, password: &str) -> Result<Self, Status> {
        let channel = channel(world);
        let message = LogInRequest {
            email: email.into(),
            password: password.into(),
        };
        let answer = SessionServiceClient::new(channel.clone())
            .log_in(message)
            .await?
            .into_inner();
        Ok(Self {
            channel,
            tokens: answer.tokens.unwrap(),
        })
    }

    /// Somebody who has logged in elsewhere.
    pub fn with_token(world: &World, access_token: &str) -> Self {
        let tokens = SessionTokens {
            access_token: access_token.into(),
            ..SessionTokens::default()
        };
        Self {
            channel: channel(world),
            tokens,
        }
    }

    /// Accepts an invitation by its token.
    pub async fn accept(world: &World, token: &str) -> Result<Self, Status> {
        let channel = channel(world);
        let message = AcceptInvitationRequest {
            token: token.into(),
            password: PASSWORD.into(),
        };
        let answer = InvitationServiceClient::new(channel.clone())
            .accept_invitation(message)
            .await?
            .into_inner();
        Ok(Self {
            channel,
            tokens: answer.tokens.unwrap(),
        })
    }

    /// The same session with its next tokens: an access token lives for five minutes, some stories are longer.
    pub async fn refreshed(&self) -> Self {
        let answer = read(async || {
            let message = RefreshSessionRequest {
                refresh_token: self.tokens.refresh_token.clone(),
            };
            SessionServiceClient::new(self.channel.clone())
                .refresh_session(message)
                .await
        })
        .await;
        Self {
            channel: self.channel.clone(),
            tokens: answer.tokens.unwrap(),
        }
    }

    /// A message with this person's access token.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.tokens.access_token).parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    pub async fn add(&self, message: AddUsersRequest) -> Result<AddUsersResponse, Status> {
        let mut client = PeopleServiceClient::new(self.channel.clone());
        Ok(client.add_users(self.request(message)).await?.into_inner())
    }

    /// Every person, page by page.
    pub async fn people(&self) -> Vec<Person> {
        let mut client = PeopleServiceClient::new(self.channel.clone());
        let (mut people, mut page_token) = (Vec::new(), String::new());
        loop {
            let page = read(async || {
                let message = ListPeopleRequest {
                    page_size: 2,
                    page_token: page_token.clone(),
                    ..ListPeopleRequest::default()
                };
                client.list_people(self.request(message)).await
            })
            .await;
            people.extend(page.people);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return people;
            }
        }
    }

    pub async fn person(&self, user_id: &str) -> Result<Person, Status> {
        let message = GetPersonRequest {
            user_id: user_id.into(),
        };
        let answer = PeopleServiceClient::new(self.channel.clone())
            .get_person(self.request(message))
            .await?;
        Ok(answer.into_inner().person.unwrap())
    }

    pub async fn pools(&self) -> Vec<SeatPool> {
        let mut client = SeatServiceClient::new(self.channel.clone());
        let answer = read(async || client.list_seat_pools(self.request(ListSeatPoolsRequest {})).await);
        answer.await.seat_pools
    }

    pub async fn pool(&self, product: &str) -> SeatPool {
        self.pools()
            .await
            .into_iter()
            .find(|pool| pool.product == product)
            .unwrap()
    }

    pub async fn deliveries(&self) -> Vec<Delivery> {
        let mut client = DeliveryServiceClient::new(self.channel.clone());
        let message = ListDeliveriesRequest {
            page_size: 500,
            ..ListDeliveriesRequest::default()
        };
        client
            .list_deliveries(self.request(message))
            .await
            .unwrap()
            .into_inner()
            .deliveries
    }
}

/// What a read answers; one that a dying connection has lost is made again.
async fn read<T>(mut ask: impl AsyncFnMut() -> Result<Response<T>, Status>) -> T {
    eventually(PATIENCE, async || {
        ask()
            .await
            .map(Response::into_inner)
            .map_err(|status| format!("{status:?}"))
    })
    .await
}

/// A connection to the gateway.
pub fn channel(world: &World) -> Channel {
    Endpoint::from_shared(format!("http://{}", world.address()))
        .unwrap()
        .connect_lazy()
}

/// Somebody to add.
pub fn user(email: &str) -> NewUser {
    NewUser {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        email: email.into(),
        options: None,
    }
}

/// A request to add these people with seats of these products.
pub fn adding(emails: &[&str], products: &[&str]) -> AddUsersRequest {
    let products = products.iter().map(|product| (*product).to_owned()).collect();
    AddUsersRequest {
        request_id: RequestId::new().to_string(),
        users: emails.iter().map(|email| user(email)).collect(),
        options: Some(UserOptions {
            products,
            ..UserOptions::default()
        }),
        validate_only: false,
        allow_partial: false,
    }
}

/// An address that nobody has yet.
pub fn fresh(name: &str) -> String {
    format!("{name}-{}@example.com", RequestId::new())
}
