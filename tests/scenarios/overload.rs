//! More calls than the gateway takes at once: some are refused without being looked at, the others are answered as ever.

use std::collections::BTreeSet;

use futures::future::join_all;
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{CheckAccessRequest, ListUsersRequest};
use proto::notification::v1::WaitForMailRequest;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use testkit::{Cluster, eventually};
use toml::Table;
use tonic::Code;

use crate::support::{Owner, PATIENCE, World, adding, fresh, overload, settled};

/// How many calls the gateway takes at once.
const LIMIT: usize = 4;
/// How many come at once.
const CROWD: usize = 200;
const PRODUCT: &str = "training";

fn narrow(service: &str, config: &mut Table) {
    if service == "gateway" {
        let server = config.entry("server").or_insert_with(|| Table::new().into());
        let limit = i64::try_from(LIMIT).unwrap();
        server
            .as_table_mut()
            .unwrap()
            .insert("concurrency_limit".into(), limit.into());
    }
}

/// Waits for a mail that never comes, again and again.
async fn occupy(owner: Owner) {
    loop {
        let message = WaitForMailRequest {
            recipient: fresh("nobody"),
            ..WaitForMailRequest::default()
        };
        let _ = DeliveryServiceClient::new(owner.channel.clone())
            .wait_for_mail(owner.request(message))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_is_refused_before_anybody_is_asked_who_they_are_and_changes_nothing() {
    let world = World::of(Cluster::start_with(narrow).await.unwrap());
    let owner = world.account().await;
    let waiting: Vec<_> = (0..LIMIT).map(|_| tokio::spawn(occupy(owner.clone()))).collect();
    let mut stranger = AccessServiceClient::new(owner.channel.clone());
    eventually(PATIENCE, async || {
        match stranger.check_access(CheckAccessRequest::default()).await {
            Err(status) if overload(&status).is_some() => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    for call in waiting {
        call.abort();
    }
    // Nobody waits any more: the next call is asked who it is.
    eventually(PATIENCE, async || {
        match stranger.check_access(CheckAccessRequest::default()).await {
            Err(status) if status.code() == Code::Unauthenticated => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;

    let emails: Vec<String> = (0..CROWD).map(|_| fresh("crowd")).collect();
    let answers = join_all(emails.iter().map(|email| {
        let (owner, request) = (owner.clone(), adding(&[email], &[PRODUCT]));
        tokio::spawn(async move { owner.add(request).await })
    }));
    let (mut added, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for (email, answer) in emails.iter().zip(answers.await) {
        match answer.unwrap() {
            Ok(_) => added.insert(email.as_str()),
            Err(status) => {
                assert!(overload(&status).is_some(), "{status:?}");
                refused.insert(email.as_str())
            }
        };
    }
    assert!(
        !added.is_empty() && !refused.is_empty(),
        "{} added, {} refused",
        added.len(),
        refused.len()
    );

    let listing = ListUsersRequest {
        page_size: 500,
        ..ListUsersRequest::default()
    };
    let mut users = UserServiceClient::new(owner.channel.clone());
    let users = users
        .list_users(owner.request(listing))
        .await
        .unwrap()
        .into_inner()
        .users;
    let known: BTreeSet<&str> = users.iter().map(|user| user.email.as_str()).collect();
    assert!(added.is_subset(&known) && known.is_disjoint(&refused));
    let pools = settled(&owner).await;
    let pool = pools.iter().find(|pool| pool.product == PRODUCT).unwrap();
    assert_eq!(usize::try_from(pool.assigned).unwrap(), added.len());
    owner.add(adding(&[&fresh("after")], &[PRODUCT])).await.unwrap();
}
