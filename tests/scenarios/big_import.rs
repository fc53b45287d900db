//! A crowd from one file, while identity dies three times.

use std::collections::BTreeSet;

use proto::admin::v1::import::State;
use proto::admin::v1::{Import, ImportOptions, UserOptions};
use proto::identity::v1::ListUsersRequest;
use proto::identity::v1::user_service_client::UserServiceClient;
use testkit::{Cluster, eventually};

use crate::crashes::hasten;
use crate::support::crowd::{MAILED, crowd};
use crate::support::imports::{ended, import, look};
use crate::support::{Owner, PATIENCE, World, settled};

/// How many rows: 6,000, or what `USHER_CROWD` says, up to the 100,000 that a file may have.
#[expect(clippy::disallowed_methods, reason = "for whoever runs this story by hand")]
pub fn size() -> usize {
    std::env::var("USHER_CROWD").map_or(6_000, |size| size.parse().unwrap())
}

/// When this much of every hundred is done, identity dies.
pub const DEATHS: [usize; 3] = [10, 40, 70];

pub fn options() -> ImportOptions {
    ImportOptions {
        user_options: Some(UserOptions {
            products: vec!["training".into()],
            ..UserOptions::default()
        }),
        ..ImportOptions::default()
    }
}

/// Waits until so many rows are done.
pub async fn done(owner: &Owner, import_id: &str, count: usize) -> Import {
    eventually(PATIENCE * 20, async || match look(owner, import_id).await {
        Ok(import) if usize::try_from(import.done_count).unwrap() >= count => Ok(import),
        other => Err(format!("{other:?}")),
    })
    .await
}

/// Everybody is there once, so many seats are held, and whoever is to be told by mail is told once.
pub async fn check(world: &World, owner: &Owner, emails: &[String], import: &Import, seats: usize) {
    assert_eq!(import.state(), State::Succeeded, "{import:?}");
    let counts = import.counts.unwrap();
    let mailed = emails.len().div_ceil(MAILED);
    let expected = (mailed, emails.len() - mailed);
    let found = [counts.invited, counts.created].map(|count| usize::try_from(count).unwrap());
    assert_eq!((found[0], found[1]), expected, "{counts:?}");
    let mut found = BTreeSet::new();
    let mut users = UserServiceClient::new(owner.channel.clone());
    let mut page_token = String::new();
    let mut owner = owner.clone();
    for page in 1.. {
        // A hundred thousand take longer than an access token lives.
        if page % 50 == 0 && !owner.tokens.refresh_token.is_empty() {
            owner = owner.refreshed().await;
        }
        let message = ListUsersRequest {
            page_size: 500,
            page_token,
            ..ListUsersRequest::default()
        };
        let page = users.list_users(owner.request(message)).await.unwrap().into_inner();
        for user in page.users {
            assert!(found.insert(user.email.clone()), "{} is there twice", user.email);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert!(emails.iter().all(|email| found.contains(email)));
    let pools = settled(&owner).await;
    let training = pools.iter().find(|pool| pool.product == "training").unwrap();
    assert_eq!(usize::try_from(training.assigned).unwrap(), seats);
    let told: Vec<_> = emails.iter().step_by(MAILED).collect();
    let mails = eventually(PATIENCE, async || {
        let all = world.all_mails();
        match told.iter().find(|email| !all.iter().any(|mail| mail.is_to(email))) {
            Some(email) => Err(format!("{} mails, and none to {email}", all.len())),
            None => Ok(all),
        }
    })
    .await;
    for email in told {
        let of_one: BTreeSet<_> = mails
            .iter()
            .filter(|mail| mail.is_to(email))
            .map(|mail| &mail.message_id)
            .collect();
        assert_eq!(of_one.len(), 1, "{email}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_there_once_though_identity_dies_three_times() {
    let mut world = World::of(Cluster::start_with(hasten).await.unwrap());
    let mut owner = world.account_on("enterprise-yearly").await;
    let size = size();
    let (emails, file) = crowd(size);
    let begun = import(&owner, options(), &file).await.unwrap();
    for share in DEATHS {
        done(&owner, &begun.id, size / 100 * share).await;
        let member = world.cluster().member("identity");
        member.process().kill();
        member.start(&[]).await.unwrap();
        owner = owner.refreshed().await;
    }
    let import = ended(&owner, &begun.id).await;
    let owner = owner.refreshed().await;
    check(&world, &owner, &emails, &import, size).await;
}
