//! What was committed reaches those who must know it: at least once, with a link that is derived on the way.

use identity::Config;
use proto::identity::v1::{AcceptInvitationRequest, InspectInvitationRequest, invitation};
use proto::notification::v1::delivery::Kind;
use sea_orm::DbBackend;
use types::Clock;

use crate::peers::Mood;
use crate::stack::{LINK_BASE, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, commit, new_account, token};

on_both_databases! {
    a_mail_carries_a_link_that_works
    what_notification_missed_is_delivered_when_it_is_back
    an_order_whose_answer_was_lost_is_the_same_when_it_is_repeated
    what_licensing_missed_is_confirmed_when_it_is_back
    a_mail_that_is_refused_is_parked_alone
    what_was_committed_before_a_restart_is_delivered_after_it
    a_notice_is_delivered_with_a_link_that_is_not_in_the_outbox
    nothing_secret_stands_in_the_database
}

async fn a_mail_carries_a_link_that_works(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, format!("Ada.{}", address()));
    let answer = stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    let mail = arrived(1, || stack.peers.mails()).await.remove(0);
    assert_eq!(mail.invitation_id, answer.results[0].invitation_id);
    assert_eq!(mail.account_id, owner.account.to_string());
    assert_eq!((mail.kind(), mail.to.as_str()), (Kind::Welcome, ada.as_str()));
    assert_eq!(
        (mail.account_name.as_str(), mail.person_name.as_str()),
        ("Analytical Engines", "Charles Babbage")
    );
    let granted: Vec<_> = mail
        .products
        .iter()
        .map(|product| (product.name.as_str(), product.guide_url.as_str()))
        .collect();
    assert_eq!(granted, [("Usher training", "https://usher.example/guides/training")]);
    assert!(mail.link.starts_with(&format!("{LINK_BASE}/accept?token=")));
    let message = stack.anonymous(InspectInvitationRequest { token: token(&mail) });
    let inspected = stack
        .invitations()
        .inspect_invitation(message)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (inspected.kind(), inspected.state()),
        (invitation::Kind::Join, invitation::State::Pending)
    );
    assert_eq!((inspected.email, inspected.account_name), (ada, mail.account_name));
    assert_eq!(
        (inspected.products, inspected.expire_time),
        (vec!["training".to_owned()], mail.expire_time)
    );
}

async fn what_notification_missed_is_delivered_when_it_is_back(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.peers.set_notification(Mood::Down);
    stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    // It is tried again and again, and licensing does not wait for it.
    let tried = arrived(3, || stack.peers.offered()).await;
    arrived(1, || stack.peers.confirmations()).await;
    assert_eq!(stack.peers.mails(), []);
    stack.peers.set_notification(Mood::Well);
    let mails = arrived(1, || stack.peers.mails()).await;
    stack.delivered().await;
    assert_eq!(stack.peers.mails().len(), 1);
    for before in tried {
        assert_eq!(before, mails[0], "the same link and the same send key on every try");
    }
    let message = stack.anonymous(InspectInvitationRequest {
        token: token(&mails[0]),
    });
    stack.invitations().inspect_invitation(message).await.unwrap();
}

async fn an_order_whose_answer_was_lost_is_the_same_when_it_is_repeated(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.peers.set_notification(Mood::Mute);
    stack.peers.set_licensing(Mood::Mute);
    stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    arrived(2, || stack.peers.mails()).await;
    arrived(2, || stack.peers.confirmations()).await;
    stack.peers.set_notification(Mood::Well);
    stack.peers.set_licensing(Mood::Well);
    stack.delivered().await;
    let (mails, confirmations) = (stack.peers.mails(), stack.peers.confirmations());
    assert!(mails.iter().all(|mail| *mail == mails[0]));
    assert!(confirmations.iter().all(|sent| *sent == confirmations[0]));
    assert_ne!(mails[0].send_key, "");
}

async fn what_licensing_missed_is_confirmed_when_it_is_back(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.peers.set_licensing(Mood::Down);
    for _ in 0..3 {
        stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    }
    arrived(3, || stack.peers.mails()).await;
    assert_eq!(stack.peers.confirmations(), []);
    stack.peers.set_licensing(Mood::Well);
    arrived(3, || stack.peers.confirmations()).await;
    stack.delivered().await;
    assert_eq!(stack.peers.confirmations().len(), 3);
}

async fn a_mail_that_is_refused_is_parked_alone(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let emails: Vec<_> = (0..5).map(|_| address()).collect();
    stack.peers.refuse_mails_to(&emails[2]);
    let rows: Vec<_> = emails.iter().map(String::as_str).collect();
    stack.commit(&owner, commit(&owner, add(&rows))).await.unwrap();
    arrived(4, || stack.peers.mails()).await;
    stack.delivered().await;
    let mut reached: Vec<_> = stack.peers.mails().into_iter().map(|mail| mail.to).collect();
    reached.sort();
    let mut expected = emails.clone();
    expected.remove(2);
    expected.sort();
    assert_eq!(reached, expected);
    let depth = storage::outbox::depth(stack.database.reader()).await.unwrap();
    assert_eq!((depth.waiting, depth.parked), (0, 1));
    // Those who come later do not wait for it either.
    stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    arrived(5, || stack.peers.mails()).await;
}

async fn what_was_committed_before_a_restart_is_delivered_after_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let mut stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.peers.set_notification(Mood::Down);
    stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let tried = arrived(1, || stack.peers.offered()).await;
    stack.restart().await;
    stack.peers.set_notification(Mood::Well);
    let mails = arrived(1, || stack.peers.mails()).await;
    assert_eq!(mails[0], tried[0]);
}

async fn a_notice_is_delivered_with_a_link_that_is_not_in_the_outbox(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let id = types::SignUpId::new();
    let payload = |kind: &str, link: serde_json::Value, expire_time: Option<i64>| {
        serde_json::json!({
            "send_key": format!("{kind}:{id}"), "account_id": null, "kind": kind, "to": "ada@example.com",
            "given_name": "Ada", "family_name": "Lovelace", "language": "de", "account_name": "Analytical Engines",
            "person_name": "", "link": link, "expire_time": expire_time,
        })
    };
    let payloads = [
        payload(
            "SIGN_UP",
            serde_json::json!({ "SignUp": id }),
            Some(1_900_000_000_000_000),
        ),
        payload("SIGN_UP_KNOWN", serde_json::Value::Null, None),
    ];
    let messages = payloads.map(|payload| storage::Message {
        topic: "notification.notice".into(),
        key: "a notice".into(),
        payload,
        trace: None,
    });
    stack.peers.set_notification(Mood::Down);
    storage::outbox::append(stack.database.writer(), Clock::system().now(), &messages)
        .await
        .unwrap();
    let tried = arrived(4, || stack.peers.offered()).await;
    let waiting = dump(&stack).await;
    stack.peers.set_notification(Mood::Well);
    let mails = arrived(2, || stack.peers.mails()).await;
    stack.delivered().await;
    let of_kind = |kind: Kind| mails.iter().find(|mail| mail.kind() == kind).unwrap();
    let (sign_up, known) = (of_kind(Kind::SignUp), of_kind(Kind::SignUpKnown));
    assert!(sign_up.link.starts_with(&format!("{LINK_BASE}/sign-up?token=")));
    assert_eq!(sign_up.expire_time.unwrap().seconds, 1_900_000_000);
    assert_eq!((known.link.as_str(), known.expire_time), ("", None));
    assert_eq!((sign_up.account_id.as_str(), sign_up.language.as_str()), ("", "de"));
    assert!(waiting.contains(&id.to_string()) && !waiting.contains(&token(sign_up)));
    for before in tried.iter().filter(|mail| mail.kind() == Kind::SignUp) {
        assert_eq!(before, sign_up, "the same link and the same send key on every try");
    }
}

/// Every value of every column of every table, as text.
async fn dump(stack: &Stack) -> String {
    let (tables, columns) = if stack.on() == DbBackend::Postgres {
        (
            "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'",
            None,
        )
    } else {
        ("SELECT name AS text FROM sqlite_schema WHERE type = 'table'", Some(()))
    };
    let mut all = String::new();
    for table in stack.texts(tables.into()).await {
        let rows = if columns.is_some() {
            let columns = stack
                .texts(format!(
                    "SELECT 'quote(\"' || name || '\")' AS text FROM pragma_table_info('{table}')"
                ))
                .await
                .join(" || ' ' || ");
            format!("SELECT {columns} AS text FROM {table}")
        } else {
            format!("SELECT t::text AS text FROM {table} t")
        };
        for row in stack.texts(rows).await {
            all.push_str(&format!("{table}: {row}\n"));
        }
    }
    all
}

async fn nothing_secret_stands_in_the_database(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    const CHOSEN: &str = "a-password-that-ada-chose";
    let stack = stack(plain).await;
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    let created = stack.accounts().create_account(message).await.unwrap().into_inner();
    let (account_id, user_id) = (created.account_id.parse().unwrap(), created.user_id.parse().unwrap());
    let owner = crate::words::person(account_id, user_id, types::Role::SuperAdmin);
    let (ada, grace) = (address(), address());
    // The outbox is looked at while there is something in it, tried already.
    stack.peers.set_notification(Mood::Down);
    stack
        .commit(&owner, commit(&owner, add(&[&ada, &grace])))
        .await
        .unwrap();
    let offered = arrived(2, || stack.peers.offered()).await;
    let before = dump(&stack).await;
    let waiting = before
        .lines()
        .filter(|line| line.starts_with("outbox: ") && line.contains("invitation_mail"));
    assert_eq!(waiting.count(), 2, "{before}");
    stack.peers.set_notification(Mood::Well);
    arrived(2, || stack.peers.mails()).await;
    let invited = offered.iter().find(|mail| mail.to == ada).unwrap();
    let message = stack.anonymous(AcceptInvitationRequest {
        token: token(invited),
        password: CHOSEN.into(),
    });
    let accepted = stack
        .invitations()
        .accept_invitation(message)
        .await
        .unwrap()
        .into_inner();
    let sessions = [
        accepted.tokens.unwrap(),
        stack.log_in(&ada, CHOSEN).await.unwrap(),
        stack.log_in(&account.email, PASSWORD).await.unwrap(),
    ];
    let after = dump(&stack).await;
    for dump in [&before, &after] {
        assert!(
            dump.contains(&ada) && dump.contains("Analytical Engines"),
            "the search finds what is there"
        );
        for secret in [PASSWORD, CHOSEN, LINK_BASE, "?token="] {
            assert!(!dump.contains(secret), "{secret} stands in {dump}");
        }
        for mail in &offered {
            assert!(!dump.contains(&token(mail)), "a link stands in {dump}");
        }
        for tokens in &sessions {
            assert!(
                !dump.contains(&tokens.refresh_token),
                "a refresh token stands in {dump}"
            );
            assert!(!dump.contains(&tokens.access_token), "an access token stands in {dump}");
        }
    }
}
