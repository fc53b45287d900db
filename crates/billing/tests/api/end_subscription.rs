//! `usher.billing.internal.v1.SubscriptionService/EndSubscription`, and trials, which end by themselves.

use std::time::Duration;

use futures::future::join_all;
use proto::billing::v1::subscription::State;
use sea_orm::ConnectionTrait;
use storage::Database;
use testkit::eventually;
use tonic::Code;
use types::{AccountId, Role};

use crate::billing::{Billing, Place, person, refusal};
use crate::licensing::Told;

crate::on_both_databases!(
    an_ended_subscription_gives_no_seats,
    ending_again_does_nothing,
    an_account_that_was_closed_first_gets_no_subscription,
    a_trial_whose_time_is_over_ends_by_itself,
    only_identity_ends_subscriptions,
);

fn none(account: AccountId, version: i64) -> Told {
    Told {
        account: account.to_string(),
        version,
        seats: [].into(),
        next: None,
    }
}

async fn an_ended_subscription_gives_no_seats(place: Place) {
    let billing = Billing::start(place).await;
    let (account, other) = (AccountId::new(), AccountId::new());
    billing.start_subscription(account, "trial").await.unwrap();
    billing.start_subscription(other, "trial").await.unwrap();
    billing.end_subscription(account).await.unwrap();
    assert_eq!(billing.delivered().await, 0);
    let told = billing.licensing.told();
    assert!(told.contains(&none(account, 2)), "{told:?}");
    assert_eq!(told.len(), 3);
    let admin = person(account, Role::Admin);
    let subscription = billing.get_subscription(&admin).await.unwrap();
    assert_eq!((subscription.state(), subscription.seats.len()), (State::Ended, 0));
    assert!(subscription.end_time.is_some());
    let others = billing.get_subscription(&person(other, Role::Admin)).await.unwrap();
    assert_eq!((others.state(), others.seats.len()), (State::Trialing, 4));
}

async fn ending_again_does_nothing(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    let id = billing.start_subscription(account, "team-monthly").await.unwrap();
    let ends = (0..10).map(|_| billing.end_subscription(account));
    for answer in join_all(ends).await {
        answer.unwrap();
    }
    assert_eq!(billing.start_subscription(account, "trial").await.unwrap(), id);
    assert_eq!(billing.delivered().await, 0);
    let told = billing.licensing.told();
    assert_eq!(told.len(), 2, "{told:?}");
    // Its first period may have begun before.
    let last = billing.licensing.knows(account).unwrap();
    assert!([none(account, 2), none(account, 3)].contains(&last), "{last:?}");
}

async fn an_account_that_was_closed_first_gets_no_subscription(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    billing.end_subscription(account).await.unwrap();
    billing.start_subscription(account, "trial").await.unwrap();
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.told(), []);
    let subscription = billing.get_subscription(&person(account, Role::Admin)).await.unwrap();
    assert_eq!((subscription.state(), subscription.seats.len()), (State::Ended, 0));
}

async fn a_trial_whose_time_is_over_ends_by_itself(place: Place) {
    let database = Database::connect(&place.config()).await.unwrap();
    database.migrate::<billing::Migrator>().await.unwrap();
    let (over, going) = (AccountId::new(), AccountId::new());
    let insert = |account: AccountId, end_time: i64| {
        let id = types::SubscriptionId::new();
        format!(
            "INSERT INTO subscriptions (id, account_id, plan, seats, version, state, create_time, end_time, next_time)
            VALUES ('{id}', '{account}', 'trial', '{{\"meeting\":5}}', 1, 'TRIALING', 1, {end_time}, {end_time});
            INSERT INTO accounts (account_id, time_zone, currency, balance, last_invoice, information, revision)
            VALUES ('{account}', 'UTC', 'EUR', 0, 0, '{{}}', 1)"
        )
    };
    for sql in [insert(over, 2), insert(going, i64::MAX)] {
        database.writer().execute_unprepared(&sql).await.unwrap();
    }
    database.close().await;

    let billing = Billing::start(place).await;
    eventually(Duration::from_secs(20), async || match billing.licensing.told() {
        told if told.is_empty() => Err("nobody was told"),
        told => {
            assert_eq!(told, [none(over, 2)]);
            Ok(())
        }
    })
    .await;
    let going = billing.get_subscription(&person(going, Role::Admin)).await.unwrap();
    assert_eq!(going.state(), State::Trialing);
}

async fn only_identity_ends_subscriptions(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new().to_string();
    for issuer in ["gateway", "licensing", "notification", "billing"] {
        let answer = billing.end_subscription_as(issuer, account.clone()).await;
        assert_eq!(
            refusal(answer),
            (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
            "{issuer}"
        );
    }
    let answer = billing.end_subscription_as("identity", "acc_".into()).await;
    assert_eq!(refusal(answer), (Code::InvalidArgument, "ID_MALFORMED".into()));
}
