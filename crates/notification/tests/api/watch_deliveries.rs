//! `DeliveryService/WatchDeliveries` and `GetDelivery`.

use std::time::Duration;

use chassis::{Actor, Person};
use proto::notification::v1::delivery::State;
use proto::notification::v1::{Delivery, WatchDeliveriesRequest, WatchDeliveriesResponse};
use tonic::{Code, Status, Streaming};
use types::{AccountId, MailId, Role};

use crate::identity::Caller;
use crate::mail_server::{Answer, MailServer};
use crate::notification::{NEVER, Notification, Place, SOON, mail, person, refusal, welcome_to};

crate::on_both_databases!(
    whoever_watches_sees_each_mail_come_and_change,
    a_watch_goes_on_where_another_has_ended,
    a_change_by_another_process_is_seen_too,
    a_watch_ends_when_its_watcher_may_not_watch_any_longer,
    watchers_are_limited,
    one_mail_is_found_by_its_account_only,
);

fn admin(account: AccountId) -> Person {
    let Actor::Person(admin) = person(account, Role::Admin) else {
        panic!("somebody is a person");
    };
    admin
}

type Watch = Streaming<WatchDeliveriesResponse>;

/// A watch of somebody whom identity knows.
async fn watch(notification: &Notification, admin: &Person) -> Result<Watch, Status> {
    let known = Caller::Is(admin.account, Role::Admin);
    notification.identity.log_in(admin, known);
    let request = WatchDeliveriesRequest::default();
    notification.watch(&Actor::Person(*admin), request).await
}

/// The next part of a watch, which comes soon; none at its end.
async fn next(watch: &mut Watch) -> Result<Option<WatchDeliveriesResponse>, Status> {
    tokio::time::timeout(SOON, watch.message()).await.unwrap()
}

/// What a watch tells until a mail has come as far as `state`.
async fn until(watch: &mut Watch, invitation: &str, state: State) -> Vec<Delivery> {
    let mut told = Vec::new();
    loop {
        told.extend(next(watch).await.unwrap().unwrap().deliveries);
        let is_it = |it: &Delivery| it.invitation_id == invitation && it.state() == state;
        if told.iter().any(is_it) {
            return told;
        }
    }
}

async fn whoever_watches_sees_each_mail_come_and_change(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::AtEnd("451 later")]);
    let mut config = mail(server.url());
    (config.backoff_min, config.backoff_max, config.poll_interval) = (NEVER, NEVER, Duration::from_millis(20));
    let notification = Notification::start(&place, config).await;
    let (account, stranger) = (AccountId::new(), AccountId::new());
    let mut watch = watch(&notification, &admin(account)).await.unwrap();
    let first = next(&mut watch).await.unwrap().unwrap();
    assert!(first.deliveries.is_empty() && first.since.is_some());

    let order = welcome_to(account, "ada@example.com");
    let other = welcome_to(stranger, "bob@example.com");
    notification.enqueue(vec![order.clone(), other]).await.unwrap();
    let mut told = until(&mut watch, &order.invitation_id, State::Retrying).await;
    notification.make_due(&order).await;
    told.extend(until(&mut watch, &order.invitation_id, State::Sent).await);

    assert!(
        told.iter().all(|it| it.invitation_id == order.invitation_id),
        "{told:?}"
    );
    let sent = told.last().unwrap();
    assert_eq!(*sent, notification.delivery(&order).await);
    let times: Vec<_> = told.iter().map(|it| it.update_time.unwrap().seconds).collect();
    assert!(times.is_sorted(), "{times:?}");
    for pair in told.windows(2) {
        assert_ne!(pair[0], pair[1], "nothing is told twice");
    }
    notification.stop().await;
}

async fn a_watch_goes_on_where_another_has_ended(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let (account, orders) = (AccountId::new(), 1_200);
    let watcher = admin(account);
    let mut first = watch(&notification, &watcher).await.unwrap();
    let since = next(&mut first).await.unwrap().unwrap().since;
    drop(first);
    for part in 0..orders / 400 {
        let address = |n| format!("reader{n}@example{part}.com");
        let orders = (0..400).map(|n| welcome_to(account, &address(n))).collect();
        notification.enqueue(orders).await.unwrap();
    }

    let request = WatchDeliveriesRequest { since };
    let mut second = notification.watch(&Actor::Person(watcher), request).await.unwrap();
    let mut sent = std::collections::BTreeSet::new();
    while sent.len() < orders {
        let part = next(&mut second).await.unwrap().unwrap().deliveries;
        sent.extend(part.into_iter().filter(|it| it.state() == State::Sent).map(|it| it.id));
    }
    notification.stop().await;
}

async fn a_change_by_another_process_is_seen_too(place: Place) {
    let server = MailServer::start().await;
    let here = Notification::start(&place, mail(server.url())).await;
    let there = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let mut watch = watch(&here, &admin(account)).await.unwrap();
    let order = welcome_to(account, "ada@example.com");
    there.enqueue(vec![order.clone()]).await.unwrap();
    until(&mut watch, &order.invitation_id, State::Sent).await;
    here.stop().await;
    there.stop().await;
}

async fn a_watch_ends_when_its_watcher_may_not_watch_any_longer(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    let account = AccountId::new();
    let cases = [
        (
            Caller::Is(account, Role::Member),
            Code::PermissionDenied,
            "PERMISSION_REQUIRED",
        ),
        (
            Caller::Is(AccountId::new(), Role::Admin),
            Code::Unauthenticated,
            "SESSION_ENDED",
        ),
        (Caller::LoggedOut, Code::Unauthenticated, "SESSION_ENDED"),
        (Caller::Unknown, Code::Unavailable, "PEER_UNAVAILABLE"),
    ];
    let mut watches = Vec::new();
    for (caller, code, reason) in cases {
        let admin = admin(account);
        let mut watch = watch(&notification, &admin).await.unwrap();
        next(&mut watch).await.unwrap().unwrap();
        notification.identity.log_in(&admin, caller);
        watches.push((watch, code, reason));
    }
    for (mut watch, code, reason) in watches {
        assert_eq!(refusal(next(&mut watch).await), (code, reason.into()));
    }
    notification.stop().await;
}

async fn watchers_are_limited(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    let account = AccountId::new();
    let mut watches = Vec::new();
    for _ in 0..20 {
        watches.push(watch(&notification, &admin(account)).await.unwrap());
    }
    let refused = watch(&notification, &admin(account)).await;
    let too_many = (Code::ResourceExhausted, "TOO_MANY_WATCHERS".to_owned());
    assert_eq!(refusal(refused.map(drop)), too_many);
    watch(&notification, &admin(AccountId::new())).await.unwrap();
    watches.pop();
    testkit::eventually(SOON, async || {
        let again = watch(&notification, &admin(account)).await;
        again.map(drop).map_err(|status| status.to_string())
    })
    .await;
    notification.stop().await;
}

async fn one_mail_is_found_by_its_account_only(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let order = welcome_to(account, "ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    let sent = notification.reaches(&order, State::Sent).await;

    let actor = person(account, Role::Admin);
    assert_eq!(notification.get(&actor, &sent.id).await.unwrap(), sent);
    let not_found = (Code::NotFound, "DELIVERY_NOT_FOUND".to_owned());
    let stranger = person(AccountId::new(), Role::SuperAdmin);
    assert_eq!(refusal(notification.get(&stranger, &sent.id).await), not_found);
    let other = MailId::new().to_string();
    assert_eq!(refusal(notification.get(&actor, &other).await), not_found);
    let malformed = (Code::InvalidArgument, "ID_MALFORMED".to_owned());
    for id in ["", "eml_1", &order.invitation_id] {
        assert_eq!(refusal(notification.get(&actor, id).await), malformed, "{id}");
    }
    let member = person(account, Role::Member);
    let answer = notification.get(&member, &sent.id).await;
    assert_eq!(refusal(answer).0, Code::PermissionDenied);
    notification.stop().await;
}
