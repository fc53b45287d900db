//! `usher.billing.v1.PlanService/ListPlans`.

use chassis::Actor;
use tonic::Code;
use types::{AccountId, Role};

use crate::billing::{Billing, Place, person, refusal};

crate::on_both_databases!(everybody_who_is_logged_in_sees_every_plan, nobody_else_sees_the_plans);

async fn everybody_who_is_logged_in_sees_every_plan(place: Place) {
    let billing = Billing::start(place).await;
    let member = person(AccountId::new(), Role::Member);
    let plans = billing.list_plans(&member).await.unwrap().plans;
    let ids: Vec<_> = plans.iter().map(|plan| plan.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "enterprise-yearly",
            "starter-monthly",
            "team-monthly",
            "team-yearly",
            "trial"
        ]
    );
    for plan in &plans {
        assert_eq!(plan.currency, "EUR");
        assert_eq!(plan.products.len(), 4, "{}", plan.id);
        assert_eq!(plan.interval == 0, plan.trial_days > 0, "{}", plan.id);
    }
    billing.stop().await;
}

async fn nobody_else_sees_the_plans(place: Place) {
    let billing = Billing::start(place).await;
    let answer = billing.list_plans(&Actor::Nobody).await;
    assert_eq!(refusal(answer), (Code::Unauthenticated, "CALLER_REQUIRED".into()));
}
