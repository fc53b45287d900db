//! An account whose owner is logged in, and the connections to call with.

use anyhow::{Context, Result};
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::welcome_email::Choice;
use proto::admin::v1::{AddUsersRequest, NewUser, UserOptions, WelcomeEmail};
use proto::identity::internal::v1::CreateAccountRequest;
use proto::identity::v1::LogInRequest;
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::licensing::v1::ListSeatPoolsRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use types::RequestId;

/// The plan with the most seats: 100,000 of each product.
const PLAN: &str = "enterprise-yearly";
/// What everybody who is added gets a seat of.
pub const PRODUCT: &str = "training";
pub const PASSWORD: &str = "correct horse battery";

/// Two connections to the gateway.
#[derive(Clone, Debug)]
pub struct Gateway([Channel; 2]);

/// An account, and its owner's access token, which is good for five minutes.
#[derive(Clone, Debug)]
pub struct Account {
    /// `acc_…`.
    pub id: String,
    /// Its owner.
    pub owner_id: String,
    bearer: MetadataValue<Ascii>,
}

impl Gateway {
    /// Connects at the first call.
    pub fn connect(address: &str) -> Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        Ok(Self([endpoint.connect_lazy(), endpoint.connect_lazy()]))
    }

    /// Every other lane has the same connection.
    pub fn lane(&self, lane: u64) -> Channel {
        self.0[usize::from(lane % 2 == 1)].clone()
    }

    /// Logs an owner in.
    pub async fn log_in(&self, account_id: String, email: &str, password: &str) -> Result<Account> {
        let message = LogInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let answer = SessionServiceClient::new(self.lane(0)).log_in(message).await?;
        let tokens = answer.into_inner().tokens.context("logged in without tokens")?;
        Ok(Account {
            id: account_id,
            owner_id: tokens.user_id,
            bearer: format!("Bearer {}", tokens.access_token).parse()?,
        })
    }

    /// Whether an account's seats have arrived.
    pub async fn has_seats(&self, account: &Account) -> Result<bool> {
        let request = account.request(ListSeatPoolsRequest {});
        let pools = SeatServiceClient::new(self.lane(0)).list_seat_pools(request).await?;
        Ok(!pools.into_inner().seat_pools.is_empty())
    }

    /// Adds people, all of whom have to be accepted.
    pub async fn add_users(&self, lane: u64, account: &Account, message: AddUsersRequest) -> Result<()> {
        // Without `allow_partial` a row that is not accepted refuses the request.
        let mut client = PeopleServiceClient::new(self.lane(lane));
        client.add_users(account.request(message)).await?;
        Ok(())
    }
}

impl Account {
    /// A message with its owner's token.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.bearer.clone());
        request
    }
}

/// A request for a new account with many seats.
pub fn founding() -> CreateAccountRequest {
    CreateAccountRequest {
        request_id: RequestId::new().to_string(),
        name: "Analytical Engines".to_owned(),
        plan: PLAN.to_owned(),
        given_name: "Olivia".to_owned(),
        family_name: "Owner".to_owned(),
        email: format!("owner-{}@example.com", RequestId::new()),
        password: PASSWORD.to_owned(),
        ..CreateAccountRequest::default()
    }
}

/// A request to add `count` people whom nobody knows yet, with a seat and a welcome e-mail each.
pub fn adding(count: usize) -> AddUsersRequest {
    let request_id = RequestId::new().to_string();
    let user = |index: usize| NewUser {
        given_name: "Ada".to_owned(),
        family_name: "Lovelace".to_owned(),
        email: format!("ada-{index}-{request_id}@example.com"),
        options: None,
    };
    AddUsersRequest {
        users: (0..count).map(user).collect(),
        options: Some(UserOptions {
            products: vec![PRODUCT.to_owned()],
            ..UserOptions::default()
        }),
        request_id,
        ..AddUsersRequest::default()
    }
}

/// The same without e-mails.
pub fn silently(mut message: AddUsersRequest) -> AddUsersRequest {
    if let Some(options) = &mut message.options {
        options.welcome_email = Some(WelcomeEmail {
            choice: Some(Choice::Declined(true)),
        });
    }
    message
}
