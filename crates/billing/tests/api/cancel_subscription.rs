//! `usher.billing.v1.SubscriptionService`: CancelSubscription and ResumeSubscription.

use chassis::Actor;
use proto::billing::v1::subscription::State;
use proto::billing::v1::{CancelSubscriptionRequest, ChangeTiming, ResumeSubscriptionRequest, Subscription};
use tonic::{Code, Status};
use types::{RequestId, Role};

use crate::billing::{Billing, Place, person, refusal};

crate::on_both_databases!(
    a_cancelled_subscription_gives_nobody_new_a_seat_and_can_go_on,
    one_cancelled_for_later_goes_on_until_then,
    a_change_to_come_can_be_withdrawn,
    only_the_billing_contact_cancels,
);

async fn cancel(billing: &Billing, actor: &Actor, id: RequestId, timing: ChangeTiming) -> Result<Subscription, Status> {
    let message = CancelSubscriptionRequest {
        request_id: id.to_string(),
        timing: timing.into(),
    };
    let request = billing.signed("gateway", message, actor);
    let answer = billing.subscriptions().cancel_subscription(request).await?;
    Ok(answer.into_inner().subscription.unwrap())
}

async fn resume(billing: &Billing, actor: &Actor) -> Result<Subscription, Status> {
    let message = ResumeSubscriptionRequest {
        request_id: RequestId::new().to_string(),
    };
    let request = billing.signed("gateway", message, actor);
    let answer = billing.subscriptions().resume_subscription(request).await?;
    Ok(answer.into_inner().subscription.unwrap())
}

async fn a_cancelled_subscription_gives_nobody_new_a_seat_and_can_go_on(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let id = RequestId::new();
    let cancelled = cancel(&billing, &contact, id, ChangeTiming::Now).await.unwrap();
    assert_eq!(cancelled.state(), State::Cancelled);
    assert!(
        cancelled.end_time.is_some() && cancelled.seats[0].seats == 100,
        "{cancelled:?}"
    );
    assert_eq!(
        cancel(&billing, &contact, id, ChangeTiming::Now).await.unwrap(),
        cancelled
    );
    let again = cancel(&billing, &contact, RequestId::new(), ChangeTiming::Now).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "SUBSCRIPTION_STATE".into()));
    let reused = cancel(&billing, &contact, id, ChangeTiming::PeriodEnd).await;
    assert_eq!(refusal(reused), (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    assert_eq!(billing.delivered().await, 0);
    let known = billing.licensing.knows(account).unwrap();
    assert_eq!((known.seats["meeting"], known.next.unwrap().len()), (100, 0));
    let resumed = resume(&billing, &contact).await.unwrap();
    assert_eq!((resumed.state(), resumed.end_time), (State::Active, None));
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().next, None);
}

async fn one_cancelled_for_later_goes_on_until_then(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let cancelled = cancel(&billing, &contact, RequestId::new(), ChangeTiming::PeriodEnd)
        .await
        .unwrap();
    assert_eq!(cancelled.state(), State::Active);
    assert!(cancelled.end_time.is_some());
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().next, None);
    let again = cancel(&billing, &contact, RequestId::new(), ChangeTiming::PeriodEnd).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "CHANGE_PENDING".into()));
    let resumed = resume(&billing, &contact).await.unwrap();
    assert_eq!((resumed.state(), resumed.end_time), (State::Active, None));
    let nothing = resume(&billing, &contact).await;
    assert_eq!(refusal(nothing), (Code::FailedPrecondition, "NOTHING_TO_CHANGE".into()));
}

async fn a_change_to_come_can_be_withdrawn(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let fewer = [("meeting", 3)];
    let preview = billing
        .preview(&contact, "", &fewer, ChangeTiming::PeriodEnd)
        .await
        .unwrap();
    billing
        .change(&contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    let pending = cancel(&billing, &contact, RequestId::new(), ChangeTiming::PeriodEnd).await;
    assert_eq!(refusal(pending), (Code::FailedPrecondition, "CHANGE_PENDING".into()));
    let resumed = resume(&billing, &contact).await.unwrap();
    assert_eq!((resumed.scheduled_change, resumed.seats.len()), (None, 4));
}

async fn only_the_billing_contact_cancels(place: Place) {
    let billing = Billing::start(place).await;
    let (account, _) = billing.subscriber("team-monthly").await;
    let admin = person(account, Role::SuperAdmin);
    let expected = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    let answer = cancel(&billing, &admin, RequestId::new(), ChangeTiming::Now).await;
    assert_eq!(refusal(answer), expected);
    assert_eq!(refusal(resume(&billing, &admin).await), expected);
}
