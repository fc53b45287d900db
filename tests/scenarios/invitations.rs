//! What the invited person does with the link in their mail.

use futures::future::join_all;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::{AcceptInvitationRequest, InspectInvitationRequest, InspectInvitationResponse, invitation};
use testkit::Cluster;
use tonic::{Code, Status};

use crate::support::{Owner, World, adding, channel, fresh, on_both, refusal};

on_both! {
    a_link_tells_what_it_is_for_before_anything_is_typed
    a_link_works_once_however_many_try
    a_link_that_is_altered_is_nothing
    a_password_has_a_length
}

async fn inspect(world: &World, token: &str) -> Result<InspectInvitationResponse, Status> {
    let mut client = InvitationServiceClient::new(channel(world));
    Ok(client
        .inspect_invitation(InspectInvitationRequest { token: token.into() })
        .await?
        .into_inner())
}

/// The token that somebody new has been mailed.
async fn invited(world: &World, owner: &Owner) -> (String, String) {
    let email = fresh("ada");
    owner.add(adding(&[&email], &["training"])).await.unwrap();
    let token = world.mail(&email).await.token();
    (email, token)
}

async fn a_link_tells_what_it_is_for_before_anything_is_typed(world: &World) {
    let owner = world.account().await;
    let (email, token) = invited(world, &owner).await;
    let seen = inspect(world, &token).await.unwrap();
    assert_eq!(
        (seen.kind(), seen.state()),
        (invitation::Kind::Join, invitation::State::Pending)
    );
    assert_eq!(
        (seen.account_name.as_str(), seen.inviter_name.as_str()),
        ("Analytical Engines", "Olivia Owner")
    );
    assert_eq!((seen.email, seen.products), (email, vec!["training".to_owned()]));

    Owner::accept(world, &token).await.unwrap();
    let refused = inspect(world, &token).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_NOT_PENDING".into())
    );
}

async fn a_link_works_once_however_many_try(world: &World) {
    let owner = world.account().await;
    let (_, token) = invited(world, &owner).await;

    let answers = join_all((0..20).map(|_| Owner::accept(world, &token))).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refused in lost.into_iter().filter_map(Result::err) {
        assert_eq!(
            refusal(&refused),
            (Code::FailedPrecondition, "INVITATION_NOT_PENDING".into())
        );
    }
}

async fn a_link_that_is_altered_is_nothing(world: &World) {
    let owner = world.account().await;
    let (_, token) = invited(world, &owner).await;
    let last = if token.ends_with('A') { 'E' } else { 'A' };
    let altered = format!("{}{last}", &token[..token.len() - 1]);
    for token in ["", "x", &altered, &token[1..], &format!("{token}AAAA")] {
        let refused = inspect(world, token).await.unwrap_err();
        assert_eq!(
            refusal(&refused),
            (Code::NotFound, "INVITATION_NOT_FOUND".into()),
            "{token}"
        );
        let refused = Owner::accept(world, token).await.err().unwrap();
        assert_eq!(
            refusal(&refused),
            (Code::NotFound, "INVITATION_NOT_FOUND".into()),
            "{token}"
        );
    }
}

async fn a_password_has_a_length(world: &World) {
    let owner = world.account().await;
    let (_, token) = invited(world, &owner).await;
    for password in ["", "123456789", &"x".repeat(257)] {
        let message = AcceptInvitationRequest {
            token: token.clone(),
            password: password.into(),
        };
        let refused = InvitationServiceClient::new(channel(world))
            .accept_invitation(message)
            .await
            .unwrap_err();
        assert_eq!(
            refusal(&refused),
            (Code::InvalidArgument, "PASSWORD_UNACCEPTABLE".into())
        );
    }
    Owner::accept(world, &token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_outlives_what_redis_remembers() {
    let mut world = World::of(Cluster::start().await.unwrap());
    let owner = world.account().await;
    let (_, token) = invited(&world, &owner).await;
    let before = inspect(&world, &token).await.unwrap();

    let forgotten = world.cluster().flush_redis().await.unwrap();

    assert!(forgotten > 0, "Redis knew nothing");
    assert_eq!(inspect(&world, &token).await.unwrap(), before);
    world.cluster().flush_redis().await.unwrap();
    Owner::accept(&world, &token).await.unwrap();
    world.cluster().flush_redis().await.unwrap();
    let refused = inspect(&world, &token).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_NOT_PENDING".into())
    );
}
