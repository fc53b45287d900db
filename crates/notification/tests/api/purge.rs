//! What is forgotten, and what is kept for as long as it is needed.

use std::time::Duration;

use proto::notification::internal::v1::{Mail, Translation, Wording, WordingKey};
use proto::notification::v1::delivery::State;
use testkit::eventually;
use types::{AccountId, EmailTemplateId};

use crate::mail_server::{Answer, MailServer};
use crate::notification::{NEVER, Notification, Place, SOON, mail, welcome, welcome_to};

crate::on_both_databases!(
    what_has_ended_is_forgotten_after_its_time,
    what_waits_is_kept_with_its_words,
    what_is_fresh_is_kept,
);

const TABLES: [&str; 4] = ["mails", "kept_mails", "cancellations", "wordings"];

async fn start(place: &Place, server: &MailServer, keep: Duration) -> Notification {
    let mut config = mail(server.url());
    (config.sandbox, config.backoff_min, config.backoff_max) = (true, NEVER, NEVER);
    Notification::start_with(place, config, |config| {
        config.retention.keep = keep;
        config.retention.batch = 2;
    })
    .await
}

/// A mail in words of its account.
fn worded(to: &str) -> (Mail, Wording) {
    let account = AccountId::new();
    let key = Some(WordingKey {
        id: EmailTemplateId::new().to_string(),
        version: 1,
    });
    let mail = Mail {
        wording: key.clone(),
        ..welcome_to(account, to)
    };
    let wording = Wording {
        key,
        account_id: account.to_string(),
        translations: vec![Translation {
            language: "en".into(),
            subject: "Hi".into(),
            body: "<p>{{ accept_link }}</p>".into(),
        }],
    };
    (mail, wording)
}

async fn rows(notification: &Notification) -> [usize; 4] {
    let mut counts = [0; 4];
    for (count, table) in counts.iter_mut().zip(TABLES) {
        *count = notification.rows(&format!("SELECT 1 FROM {table}")).await;
    }
    counts
}

async fn become_rows(notification: &Notification, expected: [usize; 4]) {
    eventually(SOON, async || match rows(notification).await {
        rows if rows == expected => Ok(()),
        rows => Err(format!("{rows:?}")),
    })
    .await;
}

async fn what_has_ended_is_forgotten_after_its_time(place: Place) {
    let server = MailServer::start().await;
    let notification = start(&place, &server, Duration::from_millis(1)).await;
    for _ in 0..5 {
        let (mail, wording) = worded("ada@example.com");
        notification.enqueue_worded(vec![mail], vec![wording]).await.unwrap();
        notification.cancel(&welcome("bob@example.com")).await.unwrap();
    }
    eventually(SOON, async || match server.received().len() {
        5 => Ok(()),
        count => Err(format!("{count} mails")),
    })
    .await;
    become_rows(&notification, [0, 0, 0, 0]).await;
    notification.stop().await;
}

async fn what_waits_is_kept_with_its_words(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::AtEnd("451 later")]);
    let notification = start(&place, &server, Duration::from_millis(1)).await;
    let (waiting, wording) = worded("ada@example.com");
    notification
        .enqueue_worded(vec![waiting.clone()], vec![wording])
        .await
        .unwrap();
    notification.reaches(&waiting, State::Retrying).await;
    let (sent, wording) = worded("bob@example.com");
    notification.enqueue_worded(vec![sent], vec![wording]).await.unwrap();
    // When the other one is gone, the purge has been there.
    become_rows(&notification, [1, 0, 0, 1]).await;
    notification.make_due(&waiting).await;
    become_rows(&notification, [0, 0, 0, 0]).await;
    notification.stop().await;
}

async fn what_is_fresh_is_kept(place: Place) {
    let server = MailServer::start().await;
    let notification = start(&place, &server, Duration::from_secs(60)).await;
    let (mail, wording) = worded("ada@example.com");
    notification
        .enqueue_worded(vec![mail.clone()], vec![wording])
        .await
        .unwrap();
    notification.cancel(&welcome("bob@example.com")).await.unwrap();
    notification.reaches(&mail, State::Sent).await;
    // One that is older tells when the purge has been there.
    let old = "INSERT INTO cancellations (account_id, send_key, create_time) VALUES ('', 'old', 0)";
    notification.execute(old).await;
    become_rows(&notification, [1, 1, 1, 1]).await;
    notification.stop().await;
}
