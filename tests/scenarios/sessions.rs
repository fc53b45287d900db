//! Logging in, staying logged in, and logging out.

use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::{LogOutRequest, RefreshSessionRequest, SessionTokens};
use proto::licensing::v1::ListSeatPoolsRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use testkit::eventually;
use tonic::{Code, Status};

use crate::support::{Owner, PASSWORD, PATIENCE, World, channel, fresh, on_both, refusal};

on_both! {
    a_refresh_token_works_once_and_its_reuse_ends_the_session
    an_ended_session_is_refused_within_seconds
    wrong_credentials_are_all_alike
    guessing_is_slowed_down
}

async fn refresh(world: &World, tokens: &SessionTokens) -> Result<SessionTokens, Status> {
    let message = RefreshSessionRequest {
        refresh_token: tokens.refresh_token.clone(),
    };
    let answer = SessionServiceClient::new(channel(world))
        .refresh_session(message)
        .await?;
    Ok(answer.into_inner().tokens.unwrap())
}

/// What the gateway says to this session's access token.
async fn standing(owner: &Owner) -> Result<(), Status> {
    let mut client = SeatServiceClient::new(owner.channel.clone());
    client
        .list_seat_pools(owner.request(ListSeatPoolsRequest {}))
        .await
        .map(drop)
}

async fn ended(owner: &Owner) {
    let status = eventually(PATIENCE, async || {
        standing(owner).await.err().ok_or("the token still works")
    })
    .await;
    assert_eq!(refusal(&status), (Code::Unauthenticated, "SESSION_ENDED".into()));
}

async fn a_refresh_token_works_once_and_its_reuse_ends_the_session(world: &World) {
    let owner = world.account().await;
    let second = refresh(world, &owner.tokens).await.unwrap();
    let third = refresh(world, &second).await.unwrap();
    assert_ne!(second.refresh_token, third.refresh_token);

    let refused = refresh(world, &second).await.unwrap_err();

    assert_eq!(
        refusal(&refused),
        (Code::Unauthenticated, "REFRESH_TOKEN_INVALID".into())
    );
    let refused = refresh(world, &third).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::Unauthenticated, "REFRESH_TOKEN_INVALID".into())
    );
    ended(&owner).await;
}

async fn an_ended_session_is_refused_within_seconds(world: &World) {
    let owner = world.account().await;
    standing(&owner).await.unwrap();
    SessionServiceClient::new(owner.channel.clone())
        .log_out(owner.request(LogOutRequest {}))
        .await
        .unwrap();
    ended(&owner).await;
    let refused = refresh(world, &owner.tokens).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::Unauthenticated, "REFRESH_TOKEN_INVALID".into())
    );
}

async fn wrong_credentials_are_all_alike(world: &World) {
    let owner = world.account().await;
    let person = owner.person(&owner.tokens.user_id).await.unwrap().user.unwrap();
    let nobody = fresh("nobody");
    let cases = [
        (person.email.as_str(), "wrong password"),
        (nobody.as_str(), PASSWORD),
        ("not an address", PASSWORD),
    ];
    for (email, password) in cases {
        let refused = Owner::log_in(world, email, password).await.err().unwrap();
        assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    }
}

async fn guessing_is_slowed_down(world: &World) {
    let email = fresh("target");
    let mut last = None;
    for _ in 0..11 {
        last = Owner::log_in(world, &email, "guess guess guess").await.err();
    }
    let refused = last.unwrap();
    assert_eq!(refusal(&refused), (Code::ResourceExhausted, "RATE_LIMITED".into()));
    assert!(tonic_types::StatusExt::get_details_retry_info(&refused).is_some());
}
