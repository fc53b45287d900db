//! Invitations that are sent again.

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{ResendInvitationRequest, ResendInvitationResponse, UserOptions, WelcomeEmail, welcome_email};
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::{RevokeInvitationRequest, user};
use testkit::eventually;
use tonic::{Code, Status};
use types::RequestId;

use crate::support::{Mail, Owner, PATIENCE, World, adding, fresh, on_both, refusal, settled};

on_both! {
    a_mail_that_was_declined_is_sent_later_and_not_again_at_once
}

fn resending(invitation_id: &str) -> ResendInvitationRequest {
    ResendInvitationRequest {
        request_id: RequestId::new().to_string(),
        invitation_id: invitation_id.into(),
        welcome_email: None,
    }
}

async fn resend(owner: &Owner, message: &ResendInvitationRequest) -> Result<ResendInvitationResponse, Status> {
    let mut client = PeopleServiceClient::new(owner.channel.clone());
    Ok(client
        .resend_invitation(owner.request(message.clone()))
        .await?
        .into_inner())
}

async fn a_mail_that_was_declined_is_sent_later_and_not_again_at_once(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let email = fresh("ada");
    let mut request = adding(&[&email], &["training"]);
    request.options = Some(UserOptions {
        welcome_email: Some(WelcomeEmail {
            choice: Some(welcome_email::Choice::Declined(true)),
        }),
        ..request.options.unwrap()
    });
    let added = owner.add(request).await.unwrap().results.remove(0);
    let request = resending(&added.invitation_id);
    let refused = resend(&stranger, &request).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::NotFound, "INVITATION_NOT_FOUND".into()));

    let sent = resend(&owner, &request).await.unwrap();

    assert_eq!(
        (sent.send_count, sent.invitation_id.as_str()),
        (1, added.invitation_id.as_str())
    );
    assert_eq!(
        resend(&owner, &request).await.unwrap(),
        sent,
        "the same request sends once"
    );
    let refused = resend(&owner, &resending(&added.invitation_id)).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::ResourceExhausted, "RESEND_TOO_SOON".into()));
    let ada = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    assert_eq!(ada.tokens.user_id, added.user_id);
    settled(&owner).await;
    assert_eq!(owner.pool("training").await.assigned, 1);
    let refused = resend(&owner, &resending(&added.invitation_id)).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_NOT_PENDING".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_again_kills_the_old_link_and_mails_a_new_one() {
    let hasten = |service: &str, config: &mut toml::Table| {
        if service == "identity" {
            let block = config.entry("invitations").or_insert_with(|| toml::Table::new().into());
            let invitations = block.as_table_mut().unwrap();
            invitations.insert("resend_interval".into(), "0s".into());
        }
    };
    let world = World::of(testkit::Cluster::start_with(hasten).await.unwrap());
    let owner = world.account().await;
    let email = fresh("ada");
    let added = owner
        .add(adding(&[&email], &["training"]))
        .await
        .unwrap()
        .results
        .remove(0);
    let old = world.mail(&email).await.token();

    let sent = resend(&owner, &resending(&added.invitation_id)).await.unwrap();

    assert_eq!(sent.send_count, 2);
    let tokens = eventually(PATIENCE, async || {
        let tokens: Vec<_> = world.mails(&email).iter().map(Mail::token).collect();
        if tokens.len() == 2 {
            Ok(tokens)
        } else {
            Err("the second mail has not come")
        }
    })
    .await;
    let new = tokens.into_iter().find(|token| *token != old).unwrap();
    let refused = Owner::accept(&world, &old).await.err().unwrap();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_SUPERSEDED".into())
    );
    Owner::accept(&world, &new).await.unwrap();
    let person = owner.person(&added.user_id).await.unwrap();
    assert_eq!(person.user.unwrap().state(), user::State::Active);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_invitation_is_sent_again_as_soon_as_there_is_a_seat() {
    let mut world = World::five_processes().await;
    let at_once = ("USHER_IDENTITY__INVITATIONS__RESEND_INTERVAL", "0s");
    let brief = [
        at_once,
        ("USHER_IDENTITY__INVITATIONS__LIFETIME", "1s"),
        ("USHER_IDENTITY__INVITATIONS__SWEEP", "50ms"),
    ];
    world.cluster().member("identity").start(&brief).await.unwrap();
    let owner = world.account().await;
    let email = fresh("ada");
    let added = owner
        .add(adding(&[&email], &["training"]))
        .await
        .unwrap()
        .results
        .remove(0);
    let old = world.mail(&email).await.token();
    eventually(PATIENCE, async || match owner.pool("training").await {
        pool if (pool.assigned, pool.reserved) == (0, 0) => Ok(()),
        pool => Err(format!("{pool:?}")),
    })
    .await;

    // Everything that is free goes to others, who have a week.
    world.cluster().member("identity").start(&[at_once]).await.unwrap();
    eventually(PATIENCE, async || owner.person(&added.user_id).await).await;
    let free = owner.pool("training").await.available;
    let others: Vec<_> = (0..free).map(|_| fresh("other")).collect();
    let others: Vec<_> = others.iter().map(String::as_str).collect();
    let taken = owner.add(adding(&others, &["training"])).await.unwrap().results;
    let refused = resend(&owner, &resending(&added.invitation_id)).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));

    let message = owner.request(RevokeInvitationRequest {
        invitation_id: taken[0].invitation_id.clone(),
    });
    let mut invitations = InvitationServiceClient::new(owner.channel.clone());
    invitations.revoke_invitation(message).await.unwrap();
    eventually(PATIENCE, async || {
        resend(&owner, &resending(&added.invitation_id)).await
    })
    .await;
    let new = eventually(PATIENCE, async || {
        let mut tokens = world.mails(&email).into_iter().map(|mail| mail.token());
        tokens.find(|token| *token != old).ok_or("the second mail has not come")
    })
    .await;
    let refused = Owner::accept(&world, &old).await.err().unwrap();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "INVITATION_SUPERSEDED".into())
    );
    Owner::accept(&world, &new).await.unwrap();
    let person = owner.person(&added.user_id).await.unwrap();
    assert_eq!(person.products, ["training"]);
}
