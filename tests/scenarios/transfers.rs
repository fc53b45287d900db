//! Somebody who is in another account is invited to move, stays where they are until they accept, and moves with a seat that
//! was held for them all the time.

use futures::future::join_all;
use proto::admin::v1::add_user_result::Outcome;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::transfer_service_client::TransferServiceClient;
use proto::identity::v1::{
    AcceptTransferRequest, DeclineInvitationRequest, ListAuditEventsRequest, PreviewTransferRequest,
    PreviewTransferResponse,
};
use proto::notification::v1::delivery::{Kind, State};
use testkit::eventually;
use tonic::{Code, Status};

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, audit, channel, fresh, on_both, refusal, settled};

on_both! {
    a_user_of_another_account_is_invited_to_transfer
    who_accepts_moves_with_the_seat_that_was_held_for_them
    who_declines_stays_and_both_sides_are_told
    of_twenty_acceptances_at_once_one_moves
    whom_an_account_cannot_do_without_stays
}

async fn preview(person: &Owner, token: &str) -> Result<PreviewTransferResponse, Status> {
    let message = person.request(PreviewTransferRequest { token: token.into() });
    let mut client = TransferServiceClient::new(person.channel.clone());
    Ok(client.preview_transfer(message).await?.into_inner())
}

async fn accept(world: &World, person: &Owner, token: &str) -> Result<Owner, Status> {
    let message = person.request(AcceptTransferRequest { token: token.into() });
    let mut client = TransferServiceClient::new(person.channel.clone());
    let tokens = client.accept_transfer(message).await?.into_inner().tokens.unwrap();
    Ok(Owner {
        channel: channel(world),
        tokens,
    })
}

/// The token in the last of so many mails with one to an address.
async fn token(world: &World, email: &str, count: usize) -> String {
    let mails = eventually(PATIENCE, async || {
        let mut mails = world.mails(email);
        mails.retain(|mail| mail.text.contains("token="));
        if mails.len() == count {
            Ok(mails)
        } else {
            Err(format!("{} mails", mails.len()))
        }
    });
    mails.await.pop().unwrap().token()
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

async fn actions(owner: &Owner) -> Vec<String> {
    let events = audit::events(owner, ListAuditEventsRequest::default()).await;
    events.into_iter().map(|event| event.action).collect()
}

async fn who_accepts_moves_with_the_seat_that_was_held_for_them(world: &World) {
    let (home, suitor, rival) = (world.account().await, world.account().await, world.account().await);
    let email = fresh("ada");
    home.add(adding(&[&email], &["training"])).await.unwrap();
    let ada = Owner::accept(world, &token(world, &email, 1).await).await.unwrap();
    suitor.add(adding(&[&email], &["training"])).await.unwrap();
    let link = token(world, &email, 2).await;
    rival.add(adding(&[&email], &["training"])).await.unwrap();
    let late = token(world, &email, 3).await;
    for account in [&home, &suitor, &rival] {
        held(account, 1).await;
    }
    let unknown = (Code::NotFound, "INVITATION_NOT_FOUND".to_owned());
    for stranger in [&home, &suitor, &rival] {
        assert_eq!(refusal(&preview(stranger, &link).await.unwrap_err()), unknown);
        assert_eq!(refusal(&accept(world, stranger, &link).await.err().unwrap()), unknown);
    }
    let seen = preview(&ada, &link).await.unwrap();
    assert_eq!(seen.gains.unwrap().products, ["training"]);
    assert!(seen.blockers.is_empty());

    let moved = accept(world, &ada, &link).await.unwrap();

    assert_eq!(moved.tokens.account_id, suitor.tokens.account_id);
    eventually(std::time::Duration::from_secs(5), async || {
        match preview(&ada, &link).await {
            Err(status) if refusal(&status) == (Code::Unauthenticated, "SESSION_ENDED".into()) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    let superseded = (Code::FailedPrecondition, "INVITATION_SUPERSEDED".to_owned());
    assert_eq!(refusal(&preview(&moved, &late).await.unwrap_err()), superseded);
    for (account, seats, people) in [(&home, 0, 1), (&suitor, 1, 2), (&rival, 0, 1)] {
        held(account, seats).await;
        assert_eq!(account.people().await.len(), people);
    }
    eventually(PATIENCE, async || {
        let person = suitor.person(&moved.tokens.user_id).await.unwrap();
        if person.products == ["training"] {
            Ok(())
        } else {
            Err(format!("{:?}", person.products))
        }
    })
    .await;
    let again = Owner::log_in(world, &email, PASSWORD).await.unwrap();
    assert_eq!(again.tokens.account_id, suitor.tokens.account_id);
    for (account, action) in [
        (&home, "user.leave"),
        (&suitor, "transfer.accept"),
        (&rival, "invitation.supersede"),
    ] {
        assert!(actions(account).await.iter().any(|it| it == action), "{action}");
    }
}

async fn who_declines_stays_and_both_sides_are_told(world: &World) {
    let (home, suitor) = (world.account().await, world.account().await);
    let email = fresh("ada");
    home.add(adding(&[&email], &["training"])).await.unwrap();
    let ada = Owner::accept(world, &token(world, &email, 1).await).await.unwrap();
    suitor.add(adding(&[&email], &["training"])).await.unwrap();
    let link = token(world, &email, 2).await;
    held(&suitor, 1).await;

    let message = DeclineInvitationRequest { token: link.clone() };
    let mut client = InvitationServiceClient::new(channel(world));
    client.decline_invitation(message).await.unwrap();

    let over = (Code::FailedPrecondition, "INVITATION_NOT_PENDING".to_owned());
    assert_eq!(refusal(&preview(&ada, &link).await.unwrap_err()), over);
    held(&suitor, 0).await;
    held(&home, 1).await;
    let told = async |owner: &Owner| -> Vec<_> {
        let about = |kind| matches!(kind, Kind::TransferDeclined | Kind::TransferStayed);
        let deliveries = owner.deliveries().await.into_iter();
        let told = deliveries.filter(|it| about(it.kind()) && it.state() == State::Sent);
        let mut told: Vec<_> = told.map(|it| (it.kind(), it.to)).collect();
        told.sort();
        told
    };
    let admin = suitor.people().await.remove(0).user.unwrap().email;
    let both = [
        (Kind::TransferDeclined, admin.clone()),
        (Kind::TransferStayed, email.clone()),
    ];
    eventually(PATIENCE, async || {
        let told = told(&suitor).await;
        if told == both { Ok(()) } else { Err(format!("{told:?}")) }
    })
    .await;
    assert!(told(&home).await.is_empty());
    let about_ada = world
        .mails(&admin)
        .into_iter()
        .filter(|mail| mail.text.contains(&email));
    assert_eq!(about_ada.count(), 1);
}

async fn of_twenty_acceptances_at_once_one_moves(world: &World) {
    let (home, suitor) = (world.account().await, world.account().await);
    let email = fresh("ada");
    home.add(adding(&[&email], &["training"])).await.unwrap();
    let ada = Owner::accept(world, &token(world, &email, 1).await).await.unwrap();
    suitor.add(adding(&[&email], &["training"])).await.unwrap();
    let link = token(world, &email, 2).await;

    let answers = join_all((0..20).map(|_| accept(world, &ada, &link))).await;

    let (moved, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(moved.len(), 1);
    for status in refused.into_iter().filter_map(Result::err) {
        // By then the session is over, or what it asks for is.
        let late = matches!(status.code(), Code::Unauthenticated | Code::FailedPrecondition);
        assert!(late, "{status:?}");
    }
    for (account, seats, people) in [(&home, 0, 1), (&suitor, 1, 2)] {
        held(account, seats).await;
        assert_eq!(account.people().await.len(), people);
    }
}

async fn whom_an_account_cannot_do_without_stays(world: &World) {
    let (home, suitor) = (world.account().await, world.account().await);
    let email = home.person(&home.tokens.user_id).await.unwrap().user.unwrap().email;
    suitor.add(adding(&[&email], &["training"])).await.unwrap();
    let link = token(world, &email, 1).await;
    let blockers = preview(&home, &link).await.unwrap().blockers;
    let reasons: Vec<_> = blockers.iter().map(|blocker| blocker.reason.as_str()).collect();
    assert_eq!(reasons, ["BILLING_CONTACT", "LAST_SUPER_ADMIN"]);
    let refused = accept(world, &home, &link).await.err().unwrap();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "BILLING_CONTACT".into()));
    // Still there, and still invited.
    assert_eq!(home.people().await.len(), 1);
    held(&suitor, 1).await;
}

async fn a_user_of_another_account_is_invited_to_transfer(world: &World) {
    let (home, suitor) = (world.account().await, world.account().await);
    let email = fresh("ada");
    home.add(adding(&[&email], &["training"])).await.unwrap();
    Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();

    let answer = suitor
        .add(adding(&[&email.to_uppercase()], &["training"]))
        .await
        .unwrap();

    assert_eq!(answer.results[0].outcome(), Outcome::TransferInvited);
    assert_eq!(answer.results[0].user_id, "");
    settled(&suitor).await;
    assert_eq!(suitor.pool("training").await.assigned, 1);
    assert_eq!((home.people().await.len(), suitor.people().await.len()), (2, 1));
    let mails = testkit::eventually(crate::support::PATIENCE, async || {
        let mails = world.mails(&email);
        if mails.len() < 2 {
            Err("no second mail yet")
        } else {
            Ok(mails)
        }
    });
    let token = mails.await.pop().unwrap().token();
    let refused = Owner::accept(world, &token).await.err().unwrap();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "TRANSFER_NEEDS_SESSION".into())
    );

    let refused = suitor.add(adding(&[&email], &[])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::AlreadyExists, "INVITATION_EXISTS".into()));
    let refused = home.add(adding(&[&email], &[])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::AlreadyExists, "USER_EXISTS".into()));
}
