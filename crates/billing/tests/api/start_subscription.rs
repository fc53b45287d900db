//! `usher.billing.internal.v1.SubscriptionService/StartSubscription`.

use std::collections::BTreeSet;

use futures::future::join_all;
use proto::billing::internal::v1::StartSubscriptionRequest;
use tonic::Code;
use types::{AccountId, Role};

use crate::billing::{Billing, Place, person, refusal};

crate::on_both_databases!(
    an_account_that_has_a_subscription_keeps_it,
    twenty_at_once_begin_one_subscription,
    a_plan_that_does_not_exist_begins_nothing,
    a_malformed_account_or_zone_is_refused,
    only_identity_begins_subscriptions,
);

async fn an_account_that_has_a_subscription_keeps_it(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    let first = billing.start_subscription(account, "team-monthly").await.unwrap();
    assert!(first.starts_with("sub_"), "{first}");
    for plan in ["team-monthly", "starter-monthly"] {
        assert_eq!(billing.start_subscription(account, plan).await.unwrap(), first);
    }
    let subscription = billing.get_subscription(&person(account, Role::Admin)).await.unwrap();
    assert_eq!(subscription.plan, "team-monthly");
}

async fn twenty_at_once_begin_one_subscription(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    let answers = join_all((0..20).map(|_| billing.start_subscription(account, "team-yearly"))).await;
    let ids: BTreeSet<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.told().len(), 1);
    let mut told = billing.audit_sink.events();
    told.retain(|event| event.action == "subscription.start");
    assert_eq!(told.len(), 1, "the audit log is told once");
    assert_eq!(
        (told[0].account_id.clone(), told[0].actor_id.as_str()),
        (account.to_string(), "identity")
    );
    assert_eq!(told[0].action, "subscription.start");
    assert!(
        ids.contains(&told[0].subject_id) && told[0].after.contains("team-yearly"),
        "{told:?}"
    );
}

async fn a_plan_that_does_not_exist_begins_nothing(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    for plan in ["", "demo", "TEAM-MONTHLY"] {
        let answer = billing.start_subscription(account, plan).await;
        assert_eq!(refusal(answer), (Code::NotFound, "PLAN_NOT_FOUND".into()), "{plan:?}");
    }
    let answer = billing.get_subscription(&person(account, Role::Admin)).await;
    assert_eq!(refusal(answer), (Code::NotFound, "SUBSCRIPTION_NOT_FOUND".into()));
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.told(), []);
}

async fn a_malformed_account_or_zone_is_refused(place: Place) {
    let billing = Billing::start(place).await;
    for account_id in ["", "acc_", "usr_00000000000000000000000000000000"] {
        let message = StartSubscriptionRequest {
            account_id: account_id.to_owned(),
            plan: "team-monthly".to_owned(),
            time_zone: String::new(),
        };
        let answer = billing.start_subscription_as("identity", message).await;
        assert_eq!(
            refusal(answer),
            (Code::InvalidArgument, "ID_MALFORMED".into()),
            "{account_id:?}"
        );
    }
    let message = StartSubscriptionRequest {
        account_id: AccountId::new().to_string(),
        plan: "team-monthly".to_owned(),
        time_zone: "Europe/Atlantis".to_owned(),
    };
    let answer = billing.start_subscription_as("identity", message).await;
    assert_eq!(refusal(answer), (Code::InvalidArgument, "TIME_ZONE_UNKNOWN".into()));
}

async fn only_identity_begins_subscriptions(place: Place) {
    let billing = Billing::start(place).await;
    for issuer in ["gateway", "licensing", "notification", "billing"] {
        let message = StartSubscriptionRequest {
            account_id: AccountId::new().to_string(),
            plan: "team-monthly".to_owned(),
            time_zone: String::new(),
        };
        let answer = billing.start_subscription_as(issuer, message).await;
        assert_eq!(
            refusal(answer),
            (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
            "{issuer}"
        );
    }
}
