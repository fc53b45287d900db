//! A client of the gateway, as anybody could write one.

use anyhow::{Context, bail};
use chassis::{Channel, ClientConfig, Peer};
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{AddUsersRequest, AddUsersResponse};
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::{LogInRequest, SessionTokens};
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{ListSeatPoolsRequest, SeatPool};
use tonic::{Request, Status};
use types::Timestamp;

use crate::operator::refused;

/// Talks to one gateway; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: String,
    channel: Channel,
}

/// Somebody who has logged in.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    /// When the access token stops working.
    pub(super) expire_time: Timestamp,
}

impl Client {
    pub(crate) fn new(gateway: Peer, config: &ClientConfig) -> anyhow::Result<Self> {
        let channel = gateway.channel(config)?;
        let Peer::Tcp(url) = gateway else {
            bail!("the gateway has no address");
        };
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self { address, channel })
    }

    /// Where the gateway listens, as `host:port`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn log_in(&self, email: &str, password: &str) -> anyhow::Result<Session> {
        let message = LogInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let answer = SessionServiceClient::new(self.channel.clone()).log_in(message).await;
        let tokens = answer.map_err(|status| refused(&status))?.into_inner().tokens;
        Session::read(tokens).context("the gateway answered without tokens")
    }

    pub(super) async fn list_seat_pools(&self, session: &Session) -> anyhow::Result<Vec<SeatPool>> {
        let request = session.request(ListSeatPoolsRequest {})?;
        let answer = SeatServiceClient::new(self.channel.clone())
            .list_seat_pools(request)
            .await;
        Ok(answer.map_err(|status| refused(&status))?.into_inner().seat_pools)
    }

    pub(super) async fn add_users(
        &self,
        session: &Session,
        message: AddUsersRequest,
    ) -> anyhow::Result<Result<AddUsersResponse, Status>> {
        let request = session.request(message)?;
        let answer = PeopleServiceClient::new(self.channel.clone()).add_users(request).await;
        Ok(answer.map(tonic::Response::into_inner))
    }
}

impl Session {
    fn read(tokens: Option<SessionTokens>) -> Option<Self> {
        let tokens = tokens?;
        let expire = tokens.access_token_expire_time?;
        let seconds = expire.seconds.saturating_mul(1_000_000);
        Some(Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expire_time: Timestamp::from_micros(seconds.saturating_add(i64::from(expire.nanos) / 1_000)),
        })
    }

    fn request<T>(&self, message: T) -> anyhow::Result<Request<T>> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.access_token).parse()?;
        request.metadata_mut().insert("authorization", bearer);
        Ok(request)
    }
}
