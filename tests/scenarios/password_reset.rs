//! Somebody has forgotten their password, or changes it.

use proto::identity::v1::password_service_client::PasswordServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    ChangePasswordRequest, ListUsersRequest, RequestPasswordResetRequest, RequestPasswordResetResponse,
    ResetPasswordRequest,
};
use testkit::eventually;
use tonic::{Code, Status};

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, channel, fresh, on_both, refusal};

on_both! {
    a_new_password_is_chosen_by_a_link_and_every_session_ends
    a_changed_password_ends_the_other_sessions
}

const CHOSEN: &str = "a password that was chosen";

async fn request(world: &World, email: &str) -> Result<RequestPasswordResetResponse, Status> {
    let message = RequestPasswordResetRequest {
        request_id: String::new(),
        email: email.into(),
    };
    let mut client = PasswordServiceClient::new(channel(world));
    Ok(client.request_password_reset(message).await?.into_inner())
}

async fn reset(world: &World, token: &str) -> Result<(), Status> {
    let message = ResetPasswordRequest {
        token: token.into(),
        password: CHOSEN.into(),
    };
    let mut client = PasswordServiceClient::new(channel(world));
    client.reset_password(message).await.map(drop)
}

/// Waits until a session's access token is refused.
async fn ended(owner: &Owner) {
    let status = eventually(PATIENCE, async || {
        let mut client = UserServiceClient::new(owner.channel.clone());
        let answer = client.list_users(owner.request(ListUsersRequest::default())).await;
        answer.err().ok_or("the token still works")
    })
    .await;
    assert_eq!(refusal(&status), (Code::Unauthenticated, "SESSION_ENDED".into()));
}

/// Somebody of `owner`'s account who has accepted: their address and their session.
async fn admin(world: &World, owner: &Owner) -> (String, Owner) {
    let email = fresh("ada");
    let mut adding = adding(&[&email], &[]);
    adding.options.as_mut().unwrap().role = proto::identity::v1::Role::Admin.into();
    owner.add(adding).await.unwrap();
    let ada = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    (email, ada)
}

async fn a_new_password_is_chosen_by_a_link_and_every_session_ends(world: &World) {
    let owner = world.account().await;
    let (email, ada) = admin(world, &owner).await;
    let known = request(world, &email).await.unwrap();
    assert_eq!(request(world, &fresh("nobody")).await.unwrap(), known);
    let token = eventually(PATIENCE, async || {
        let mails = world.mails(&email);
        let mail = mails.iter().find(|mail| mail.text.contains("/reset-password?token="));
        mail.map(super::support::Mail::token).ok_or("no such mail")
    })
    .await;
    let refused = reset(world, &token[1..]).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::NotFound, "PASSWORD_RESET_NOT_FOUND".into()));

    reset(world, &token).await.unwrap();
    ended(&ada).await;
    let refused = reset(world, &token).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "PASSWORD_RESET_ENDED".into())
    );
    let refused = Owner::log_in(world, &email, PASSWORD).await.err().unwrap();
    assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    Owner::log_in(world, &email, CHOSEN).await.unwrap();
    // The owner, who saw none of this, is still logged in.
    assert_eq!(owner.people().await.len(), 2);
    eventually(PATIENCE, async || {
        let mails = world.mails(&email);
        let told = mails.iter().any(|mail| mail.text.contains("was changed"));
        if told { Ok(()) } else { Err("no notice yet") }
    })
    .await;
}

async fn a_changed_password_ends_the_other_sessions(world: &World) {
    let owner = world.account().await;
    let (email, here) = admin(world, &owner).await;
    let elsewhere = Owner::log_in(world, &email, PASSWORD).await.unwrap();
    let change = async |current: &str| {
        let message = ChangePasswordRequest {
            current_password: current.into(),
            password: CHOSEN.into(),
        };
        let mut client = PasswordServiceClient::new(here.channel.clone());
        client.change_password(here.request(message)).await.map(drop)
    };
    let refused = change("a wrong guess").await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "PASSWORD_WRONG".into()));
    change(PASSWORD).await.unwrap();
    ended(&elsewhere).await;
    assert_eq!(here.people().await.len(), 2);
    Owner::log_in(world, &email, CHOSEN).await.unwrap();
}
