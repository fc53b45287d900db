//! `usher.billing.v1.SubscriptionService/GetSubscription`.

use chassis::Actor;
use proto::billing::v1::subscription::State;
use tonic::Code;
use types::{AccountId, Role};

use crate::billing::{Billing, Place, person, refusal};

crate::on_both_databases!(
    admins_see_what_their_account_pays_for,
    an_account_without_a_subscription_is_told_so,
    another_account_s_subscription_does_not_exist,
    only_admins_see_the_subscription,
);

async fn admins_see_what_their_account_pays_for(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    let id = billing.start_subscription(account, "starter-monthly").await.unwrap();
    for role in [Role::Admin, Role::SuperAdmin] {
        let subscription = billing.get_subscription(&person(account, role)).await.unwrap();
        assert_eq!(
            (subscription.id.as_str(), subscription.plan.as_str()),
            (id.as_str(), "starter-monthly")
        );
        assert_eq!(subscription.state(), State::Active);
        assert!(subscription.create_time.unwrap().seconds > 0);
        let seats: Vec<_> = subscription
            .seats
            .iter()
            .map(|row| (row.product.as_str(), row.seats))
            .collect();
        assert_eq!(seats, [("meeting", 10), ("phone", 5), ("training", 5), ("webinar", 2)]);
    }
}

async fn an_account_without_a_subscription_is_told_so(place: Place) {
    let billing = Billing::start(place).await;
    let answer = billing
        .get_subscription(&person(AccountId::new(), Role::SuperAdmin))
        .await;
    assert_eq!(refusal(answer), (Code::NotFound, "SUBSCRIPTION_NOT_FOUND".into()));
}

async fn another_account_s_subscription_does_not_exist(place: Place) {
    let billing = Billing::start(place).await;
    billing
        .start_subscription(AccountId::new(), "team-yearly")
        .await
        .unwrap();
    let answer = billing
        .get_subscription(&person(AccountId::new(), Role::SuperAdmin))
        .await;
    assert_eq!(refusal(answer), (Code::NotFound, "SUBSCRIPTION_NOT_FOUND".into()));
}

async fn only_admins_see_the_subscription(place: Place) {
    let billing = Billing::start(place).await;
    let member = billing.get_subscription(&person(AccountId::new(), Role::Member)).await;
    assert_eq!(refusal(member), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    for actor in [Actor::Nobody, Actor::Service] {
        let answer = billing.get_subscription(&actor).await;
        assert_eq!(refusal(answer), (Code::Unauthenticated, "CALLER_REQUIRED".into()));
    }
}
