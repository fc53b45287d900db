//! Somebody makes an account of their own.

use proto::admin::v1::account_service_client::AccountServiceClient;
use proto::admin::v1::{CompleteSignUpRequest, SignUpRequest, SignUpResponse};
use testkit::eventually;
use tonic::{Code, Status};

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, channel, fresh, on_both, refusal};

on_both! {
    a_sign_up_becomes_an_account_that_can_add_people
    nobody_learns_who_is_a_user
}

pub async fn sign_up(world: &World, email: &str) -> Result<SignUpResponse, Status> {
    let message = SignUpRequest {
        request_id: String::new(),
        email: email.into(),
        given_name: "Fiona".into(),
        family_name: "Founder".into(),
        account_name: "Difference Engines".into(),
        language: String::new(),
        time_zone: String::new(),
    };
    let answer = AccountServiceClient::new(channel(world)).sign_up(message).await?;
    Ok(answer.into_inner())
}

pub async fn complete(world: &World, token: &str, password: &str) -> Result<Owner, Status> {
    let channel = channel(world);
    let message = CompleteSignUpRequest {
        token: token.into(),
        password: password.into(),
    };
    let answer = AccountServiceClient::new(channel.clone())
        .complete_sign_up(message)
        .await?;
    Ok(Owner {
        channel,
        tokens: answer.into_inner().tokens.unwrap(),
    })
}

async fn a_sign_up_becomes_an_account_that_can_add_people(world: &World) {
    let email = fresh("founder");
    sign_up(world, &email).await.unwrap();
    let token = world.mail(&email).await.token();
    let last = if token.ends_with('A') { 'E' } else { 'A' };
    let altered = format!("{}{last}", &token[..token.len() - 1]);
    for token in ["", "x", &altered] {
        let refused = complete(world, token, PASSWORD).await.err().unwrap();
        assert_eq!(refusal(&refused), (Code::NotFound, "SIGN_UP_NOT_FOUND".into()));
    }

    let founder = complete(world, &token, PASSWORD).await.unwrap();
    let again = complete(world, &token, "another-password").await.err().unwrap();
    assert_eq!(refusal(&again), (Code::FailedPrecondition, "SIGN_UP_COMPLETED".into()));
    let later = Owner::log_in(world, &email, PASSWORD).await.unwrap();
    assert_eq!(later.tokens.account_id, founder.tokens.account_id);

    // The trial's seats come by the outbox, through billing to licensing.
    let pools = eventually(PATIENCE, async || match founder.pools().await {
        pools if pools.is_empty() => Err("no seats yet"),
        pools => Ok(pools),
    })
    .await;
    assert!(
        pools.iter().all(|pool| pool.seats > 0 && pool.assigned == 0),
        "{pools:?}"
    );
    let ada = fresh("ada");
    founder.add(adding(&[&ada], &["training"])).await.unwrap();
    Owner::accept(world, &world.mail(&ada).await.token()).await.unwrap();
    assert_eq!(founder.people().await.len(), 2);
}

async fn nobody_learns_who_is_a_user(world: &World) {
    let email = fresh("founder");
    let first = sign_up(world, &email).await.unwrap();
    let token = world.mail(&email).await.token();
    complete(world, &token, PASSWORD).await.unwrap();
    assert_eq!(sign_up(world, &email).await.unwrap(), first);
    let known = eventually(PATIENCE, async || {
        let mails = world.mails(&email);
        mails
            .into_iter()
            .find(|mail| !mail.text.contains("token="))
            .ok_or("no such mail")
    })
    .await;
    assert!(known.text.contains("already"), "{}", known.text);

    let mut refused = None;
    for _ in 0..10 {
        refused = refused.or(sign_up(world, &email).await.err());
    }
    let status = refused.unwrap();
    assert_eq!(refusal(&status), (Code::ResourceExhausted, "RATE_LIMITED".into()));
}
