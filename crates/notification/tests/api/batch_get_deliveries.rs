//! `usher.notification.internal.v1.MailService/BatchGetDeliveries`.

use std::collections::HashMap;

use proto::notification::v1::delivery::State;
use tonic::Code;
use types::{AccountId, InvitationId};

use crate::mail_server::MailServer;
use crate::notification::{ALL_SERVICES, Notification, Place, mail, refusal, refused_fields, welcome, welcome_to};

crate::on_both_databases!(
    each_invitation_is_answered_with_its_latest_mail,
    another_accounts_mails_are_not_told,
    a_thousand_invitations_are_one_call,
    malformed_ids_are_named,
    only_the_gateway_may_ask,
);

async fn each_invitation_is_answered_with_its_latest_mail(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let (first, other) = (
        welcome_to(account, "old@example.com"),
        welcome_to(account, "other@example.com"),
    );
    notification.enqueue(vec![first.clone(), other.clone()]).await.unwrap();
    let mut resent = first.clone();
    resent.send_key = format!("{}/2", first.invitation_id);
    resent.to = "new@example.com".into();
    notification.enqueue(vec![resent]).await.unwrap();

    let unknown = InvitationId::new().to_string();
    let ids = vec![
        first.invitation_id.clone(),
        unknown,
        other.invitation_id.clone(),
        first.invitation_id.clone(),
    ];
    let found = notification.batch_get(&account.to_string(), ids).await.unwrap();
    let found: HashMap<_, _> = found
        .into_iter()
        .map(|delivery| (delivery.invitation_id, delivery.to))
        .collect();
    let expected = HashMap::from([
        (first.invitation_id, "new@example.com".to_owned()),
        (other.invitation_id, "other@example.com".to_owned()),
    ]);
    assert_eq!(found, expected);
    notification.stop().await;
}

async fn another_accounts_mails_are_not_told(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let ids = vec![order.invitation_id.clone()];
    let stranger = AccountId::new().to_string();
    assert_eq!(notification.batch_get(&stranger, ids.clone()).await.unwrap(), []);
    assert_eq!(notification.batch_get(&order.account_id, ids).await.unwrap().len(), 1);
    notification.stop().await;
}

async fn a_thousand_invitations_are_one_call(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let notification = Notification::start(&place, mail(format!("folder:{}", folder.path().display()))).await;
    let account = AccountId::new();
    let orders: Vec<_> = (0..1_000)
        .map(|n| welcome_to(account, &format!("reader{n}@example.com")))
        .collect();
    notification.enqueue(orders.clone()).await.unwrap();
    let mut ids: Vec<_> = orders.iter().map(|order| order.invitation_id.clone()).collect();

    assert_eq!(
        notification
            .batch_get(&account.to_string(), ids.clone())
            .await
            .unwrap()
            .len(),
        1_000
    );
    assert_eq!(
        notification
            .batch_get(&account.to_string(), Vec::new())
            .await
            .unwrap()
            .len(),
        0
    );
    ids.push(InvitationId::new().to_string());
    let answer = refused_fields(notification.batch_get(&account.to_string(), ids).await);
    assert_eq!(
        answer,
        (
            Code::InvalidArgument,
            "ID_MALFORMED".into(),
            vec!["invitation_ids".to_owned()]
        )
    );
    notification.reaches(&orders[999], State::Sent).await;
    notification.stop().await;
}

async fn malformed_ids_are_named(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let ids = vec![InvitationId::new().to_string(), "inv_1".into(), String::new()];
    let answer = refused_fields(notification.batch_get("acc_1", ids).await);
    let fields = ["account_id", "invitation_ids[1]", "invitation_ids[2]"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(answer, (Code::InvalidArgument, "ID_MALFORMED".into(), fields));
    notification.stop().await;
}

async fn only_the_gateway_may_ask(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    for issuer in ALL_SERVICES.into_iter().filter(|&issuer| issuer != "gateway") {
        let answer = notification
            .batch_get_as(issuer, &AccountId::new().to_string(), Vec::new())
            .await;
        assert_eq!(
            refusal(answer),
            (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
            "{issuer}"
        );
    }
    notification.stop().await;
}
