//! What the invited person does with the link in their mail.

use futures::future::join_all;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::{
    AcceptInvitationRequest, DeclineInvitationRequest, GetInvitationRequest, InspectInvitationRequest,
    InspectInvitationResponse, Invitation, ListInvitationsRequest, RevokeInvitationRequest, invitation,
};
use testkit::{Cluster, eventually};
use toml::Value;
use tonic::{Code, Status};

use crate::support::{Owner, PATIENCE, World, adding, channel, fresh, on_both, refusal, settled};

on_both! {
    a_link_tells_what_it_is_for_before_anything_is_typed
    a_link_works_once_however_many_try
    a_link_that_is_altered_is_nothing
    a_password_has_a_length
    an_invitation_that_is_taken_back_or_declined_frees_its_seat_and_its_address
    an_acceptance_that_meets_a_revocation_leaves_the_seats_right
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

async fn list(owner: &Owner, states: &[invitation::State]) -> Vec<Invitation> {
    let message = ListInvitationsRequest {
        states: states.iter().map(|state| (*state).into()).collect(),
        ..ListInvitationsRequest::default()
    };
    let answer = InvitationServiceClient::new(owner.channel.clone())
        .list_invitations(owner.request(message))
        .await
        .unwrap();
    answer.into_inner().invitations
}

async fn revoke(owner: &Owner, invitation_id: &str) -> Result<(), Status> {
    let message = owner.request(RevokeInvitationRequest {
        invitation_id: invitation_id.into(),
    });
    let mut client = InvitationServiceClient::new(owner.channel.clone());
    client.revoke_invitation(message).await.map(drop)
}

/// Waits until so many seats of `training` are held, and none is reserved.
async fn held(owner: &Owner, count: i64) {
    eventually(PATIENCE, async || {
        let pool = owner.pool("training").await;
        if (pool.assigned, pool.reserved) == (count, 0) {
            Ok(())
        } else {
            Err(format!("{pool:?}"))
        }
    })
    .await;
}

async fn an_invitation_that_is_taken_back_or_declined_frees_its_seat_and_its_address(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    for declined in [false, true] {
        let (email, token) = invited(world, &owner).await;
        held(&owner, 1).await;
        let pending = list(&owner, &[invitation::State::Pending]).await.remove(0);
        assert_eq!((pending.email.as_str(), pending.send_count), (email.as_str(), 1));
        let unknown = (Code::NotFound, "INVITATION_NOT_FOUND".to_owned());
        assert_eq!(refusal(&revoke(&stranger, &pending.id).await.unwrap_err()), unknown);
        let get = stranger.request(GetInvitationRequest {
            invitation_id: pending.id.clone(),
        });
        let mut client = InvitationServiceClient::new(channel(world));
        assert_eq!(refusal(&client.get_invitation(get).await.unwrap_err()), unknown);

        let reason = if declined {
            let message = DeclineInvitationRequest { token: token.clone() };
            client.decline_invitation(message).await.unwrap();
            "INVITATION_NOT_PENDING"
        } else {
            revoke(&owner, &pending.id).await.unwrap();
            "INVITATION_REVOKED"
        };

        let over = (Code::FailedPrecondition, reason.to_owned());
        assert_eq!(refusal(&inspect(world, &token).await.unwrap_err()), over);
        assert_eq!(refusal(&revoke(&owner, &pending.id).await.unwrap_err()), over);
        held(&owner, 0).await;
        assert_eq!(owner.people().await.len(), 1);
        let again = owner.add(adding(&[&email], &[])).await.unwrap();
        revoke(&owner, &again.results[0].invitation_id).await.unwrap();
    }
    let states = [invitation::State::Revoked, invitation::State::Declined];
    assert_eq!(list(&owner, &states).await.len(), 4);
}

async fn an_acceptance_that_meets_a_revocation_leaves_the_seats_right(world: &World) {
    let owner = world.account().await;
    let mut joined = 0;
    for round in 0..5 {
        let (email, token) = invited(world, &owner).await;
        let pending = list(&owner, &[invitation::State::Pending]).await;
        let id = &pending.iter().find(|it| it.email == email).unwrap().id;
        let (accepted, revoked) = futures::join!(Owner::accept(world, &token), revoke(&owner, id));
        assert_ne!(accepted.is_ok(), revoked.is_ok(), "{round}");
        joined += i64::from(accepted.is_ok());
    }
    settled(&owner).await;
    held(&owner, joined).await;
    assert_eq!(owner.people().await.len(), usize::try_from(joined).unwrap() + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_nobody_answers_expires_and_its_seat_comes_free() {
    let hasten = |service: &str, config: &mut toml::Table| {
        if service == "identity" {
            let periods =
                [("lifetime", "1s"), ("sweep", "50ms")].map(|(key, period)| (key.to_owned(), Value::from(period)));
            config.insert("invitations".into(), Value::Table(periods.into_iter().collect()));
        }
    };
    let world = World::of(Cluster::start_with(hasten).await.unwrap());
    let owner = world.account().await;
    let (email, token) = invited(&world, &owner).await;
    eventually(PATIENCE, async || {
        match list(&owner, &[invitation::State::Expired]).await.len() {
            1 => Ok(()),
            count => Err(format!("{count} have expired")),
        }
    })
    .await;
    held(&owner, 0).await;
    let refused = inspect(&world, &token).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_EXPIRED".into())
    );
    // The person is still invited: the mail is to be sent again.
    let refused = owner.add(adding(&[&email], &[])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::AlreadyExists, "USER_EXISTS".into()));
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
