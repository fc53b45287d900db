//! Mails as files: for trying things out with nothing to install.

use std::path::Path;

use proto::notification::v1::delivery::State;

use crate::mail_server::Received;
use crate::notification::{Notification, Place, mail, welcome};

crate::on_both_databases!(
    each_mail_becomes_a_file_that_sorts_by_time_and_names_its_mail,
    a_folder_that_cannot_be_written_is_tried_again,
);

async fn each_mail_becomes_a_file_that_sorts_by_time_and_names_its_mail(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/mail box");
    let notification = Notification::start(&place, mail(format!("folder:{}", path.display()))).await;
    let orders: Vec<_> = (0..5).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    let mut ids = Vec::new();
    for order in &orders {
        notification.enqueue(vec![order.clone()]).await.unwrap();
        ids.push(notification.reaches(order, State::Sent).await.id);
    }

    let names = files(&path);
    assert_eq!(names.len(), 5, "{names:?}");
    for ((name, id), order) in names.iter().zip(&ids).zip(&orders) {
        assert!(name.ends_with(&format!("-{id}.eml")), "{name} {id}");
        let bytes = std::fs::read(path.join(name)).unwrap();
        let mail = Received {
            to: order.to.clone(),
            bytes,
        };
        assert!(mail.parse().body_text(0).unwrap().contains(&order.link), "{name}");
        assert_eq!(mail.message_id(), format!("<{id}@mail.example>"));
    }
    notification.stop().await;
}

async fn a_folder_that_cannot_be_written_is_tried_again(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail");
    std::fs::write(&path, "a file where the folder should be").unwrap();
    let notification = Notification::start(&place, mail(format!("folder:{}", path.display()))).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    let retrying = notification.reaches(&order, State::Retrying).await;
    assert_eq!(retrying.reason, "The mail folder cannot be written to.");

    std::fs::remove_file(&path).unwrap();
    notification.reaches(&order, State::Sent).await;
    assert_eq!(files(&path).len(), 1);
    notification.stop().await;
}

/// Every name in the folder, in alphabetical order.
fn files(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
