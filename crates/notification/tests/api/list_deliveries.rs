//! `usher.notification.v1.DeliveryService/ListDeliveries`.

use chassis::Actor;
use proto::notification::internal::v1::Mail;
use proto::notification::v1::delivery::State;
use proto::notification::v1::{Delivery, ListDeliveriesRequest};
use tonic::Code;
use types::{AccountId, InvitationId, Role};

use crate::mail_server::{Answer, MailServer};
use crate::notification::{Notification, Place, mail, person, refusal, refused_fields, welcome_to};

crate::on_both_databases!(
    the_latest_come_first_page_by_page,
    a_page_has_fifty_rows_unless_told_and_five_hundred_at_most,
    a_list_is_narrowed_by_state_and_invitation,
    another_accounts_mails_are_not_seen,
    a_token_is_good_for_its_own_list_only,
    what_is_malformed_is_named,
    only_admins_may_look,
);

/// Queues mails one after the other, and answers them the latest first.
async fn queued(notification: &Notification, account: AccountId, count: usize) -> Vec<Mail> {
    let mut orders = Vec::new();
    for n in 0..count {
        let order = welcome_to(account, &format!("reader{n}@example.com"));
        notification.enqueue(vec![order.clone()]).await.unwrap();
        orders.insert(0, order);
    }
    orders
}

fn invitations(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries
        .iter()
        .map(|delivery| delivery.invitation_id.as_str())
        .collect()
}

fn ordered(orders: &[Mail]) -> Vec<&str> {
    orders.iter().map(|order| order.invitation_id.as_str()).collect()
}

fn page(page_size: i32, page_token: &str) -> ListDeliveriesRequest {
    ListDeliveriesRequest {
        page_size,
        page_token: page_token.to_owned(),
        ..ListDeliveriesRequest::default()
    }
}

async fn the_latest_come_first_page_by_page(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let orders = queued(&notification, account, 7).await;
    let admin = person(account, Role::Admin);

    let mut seen = Vec::new();
    let mut token = String::new();
    for rows in [3, 3, 1] {
        let answer = notification.list(&admin, page(3, &token)).await.unwrap();
        assert_eq!(answer.deliveries.len(), rows);
        seen.extend(answer.deliveries);
        token = answer.next_page_token;
        // What comes in between pages moves nothing.
        queued(&notification, account, 1).await;
    }
    assert_eq!(token, "");
    assert_eq!(invitations(&seen), ordered(&orders));
    let all = notification.list(&admin, page(10, "")).await.unwrap();
    assert_eq!((all.deliveries.len(), all.next_page_token.as_str()), (10, ""));
    notification.stop().await;
}

async fn a_page_has_fifty_rows_unless_told_and_five_hundred_at_most(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let notification = Notification::start(&place, mail(format!("folder:{}", folder.path().display()))).await;
    let account = AccountId::new();
    let orders: Vec<_> = (0..501)
        .map(|n| welcome_to(account, &format!("reader{n}@example.com")))
        .collect();
    notification.enqueue(orders).await.unwrap();
    let admin = person(account, Role::SuperAdmin);
    for (size, rows) in [(0, 50), (1, 1), (500, 500), (501, 500), (i32::MAX, 500)] {
        let answer = notification.list(&admin, page(size, "")).await.unwrap();
        assert_eq!(
            (answer.deliveries.len(), answer.next_page_token.is_empty()),
            (rows, false),
            "{size}"
        );
    }
    notification.stop().await;
}

async fn a_list_is_narrowed_by_state_and_invitation(place: Place) {
    let server = MailServer::start().await;
    server.answer("reader1@example.com", [Answer::AtRecipient("550 no")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let orders = queued(&notification, account, 3).await;
    let admin = person(account, Role::Admin);
    let mut again = orders[0].clone();
    again.send_key = format!("{}/2", again.invitation_id);
    notification.reaches(&orders[0], State::Sent).await;
    notification.reaches(&orders[1], State::Bounced).await;
    notification.reaches(&orders[2], State::Sent).await;
    notification.enqueue(vec![again.clone()]).await.unwrap();
    notification.reaches(&again, State::Sent).await;

    let list = async |state: State, invitation: &str| {
        let request = ListDeliveriesRequest {
            state: state.into(),
            invitation_id: invitation.to_owned(),
            ..ListDeliveriesRequest::default()
        };
        notification.list(&admin, request).await.unwrap().deliveries
    };
    let bounced = list(State::Bounced, "").await;
    assert_eq!(invitations(&bounced), [orders[1].invitation_id.as_str()]);
    assert_eq!(
        (bounced[0].to.as_str(), bounced[0].reason.as_str()),
        ("reader1@example.com", "550 no")
    );
    assert_eq!(list(State::Sent, "").await.len(), 3);
    assert_eq!(list(State::Queued, "").await.len(), 0);
    assert_eq!(list(State::Unspecified, &orders[0].invitation_id).await.len(), 2);
    assert_eq!(list(State::Bounced, &orders[0].invitation_id).await.len(), 0);
    assert_eq!(
        list(State::Unspecified, &InvitationId::new().to_string()).await.len(),
        0
    );
    notification.stop().await;
}

async fn another_accounts_mails_are_not_seen(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let (ours, theirs) = (AccountId::new(), AccountId::new());
    let our_orders = queued(&notification, ours, 2).await;
    let their_orders = queued(&notification, theirs, 2).await;

    let answer = notification
        .list(&person(ours, Role::SuperAdmin), page(0, ""))
        .await
        .unwrap();
    assert_eq!(invitations(&answer.deliveries), ordered(&our_orders));
    let request = ListDeliveriesRequest {
        invitation_id: their_orders[0].invitation_id.clone(),
        ..page(0, "")
    };
    let answer = notification
        .list(&person(ours, Role::SuperAdmin), request)
        .await
        .unwrap();
    assert!(answer.deliveries.is_empty());
    notification.stop().await;
}

async fn a_token_is_good_for_its_own_list_only(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    queued(&notification, account, 3).await;
    let admin = person(account, Role::Admin);
    let token = notification.list(&admin, page(1, "")).await.unwrap().next_page_token;

    let stranger = person(AccountId::new(), Role::Admin);
    let filtered = ListDeliveriesRequest {
        state: State::Sent.into(),
        ..page(1, &token)
    };
    let mut altered = token.clone();
    altered.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
    for (actor, request) in [
        (&stranger, page(1, &token)),
        (&admin, filtered),
        (&admin, page(1, &altered)),
        (&admin, page(1, "nonsense")),
    ] {
        let answer = notification.list(actor, request.clone()).await;
        assert_eq!(
            refusal(answer),
            (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()),
            "{request:?}"
        );
    }
    // Another size is the same list.
    assert_eq!(
        notification
            .list(&admin, page(5, &token))
            .await
            .unwrap()
            .deliveries
            .len(),
        2
    );
    notification.stop().await;
}

async fn what_is_malformed_is_named(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let admin = person(AccountId::new(), Role::Admin);
    let cases = [
        (page(-1, ""), "LIST_MALFORMED", "page_size"),
        (
            ListDeliveriesRequest {
                state: 99,
                ..page(0, "")
            },
            "LIST_MALFORMED",
            "state",
        ),
        (
            ListDeliveriesRequest {
                invitation_id: "inv_1".into(),
                ..page(0, "")
            },
            "ID_MALFORMED",
            "invitation_id",
        ),
    ];
    for (request, reason, field) in cases {
        let answer = refused_fields(notification.list(&admin, request).await);
        assert_eq!(
            answer,
            (Code::InvalidArgument, reason.to_owned(), vec![field.to_owned()])
        );
    }
    notification.stop().await;
}

async fn only_admins_may_look(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let cases = [
        (
            person(account, Role::Member),
            Code::PermissionDenied,
            "PERMISSION_REQUIRED",
        ),
        (Actor::Nobody, Code::Unauthenticated, "CALLER_REQUIRED"),
        (Actor::Service, Code::Unauthenticated, "CALLER_REQUIRED"),
    ];
    for (actor, code, reason) in cases {
        let answer = notification.list(&actor, ListDeliveriesRequest::default()).await;
        assert_eq!(refusal(answer), (code, reason.to_owned()), "{actor:?}");
    }
    for role in [Role::Admin, Role::SuperAdmin] {
        notification
            .list(&person(account, role), ListDeliveriesRequest::default())
            .await
            .unwrap();
    }
    notification.stop().await;
}
