//! Somebody who is in another account is invited to move, and stays where they are.

use proto::admin::v1::add_user_result::Outcome;
use tonic::Code;

use crate::support::{Owner, World, adding, fresh, on_both, refusal, settled};

on_both! {
    a_user_of_another_account_is_invited_to_transfer
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
