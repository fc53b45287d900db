//! Notification dies while it hands a mail to a real mail server: nothing is lost, and a copy is the same mail.

use proto::notification::v1::delivery::State;
use testkit::{Cluster, MailServer, eventually};
use toml::{Table, Value};

use crate::crashes::hasten;
use crate::support::deaths::{arm, bury};
use crate::support::{PATIENCE, World, adding, fresh};

/// Where it dies, and how often the mail has arrived in the end.
const DEATHS: [(&str, usize); 4] = [
    ("notification::send::claimed", 1),
    // The server waits for the mail.
    ("notification::smtp::data", 1),
    // The server has said 250.
    ("notification::send::sent", 2),
    ("notification::send::finished", 1),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_sending_loses_no_mail_and_makes_no_other_one() {
    let server = MailServer::start().await.unwrap();
    let through_server = |service: &str, config: &mut Table| {
        hasten(service, config);
        if service == "notification" {
            let mail = config["mail"].as_table_mut().unwrap();
            mail.insert("url".into(), server.url().into());
            let certificate = server.certificate().display().to_string();
            mail.insert("ca_file".into(), Value::String(certificate));
        }
    };
    let mut world = World::of(Cluster::start_with(through_server).await.unwrap());
    for (step, copies) in DEATHS {
        let owner = world.account().await;
        // The account's own first mail, about its invoice, would come to the step first.
        eventually(PATIENCE, async || {
            let own = owner.deliveries().await;
            let is_sent = !own.is_empty() && own.iter().all(|it| it.state() == State::Sent);
            is_sent.then_some(()).ok_or(format!("{own:?}"))
        })
        .await;
        let email = fresh("good");
        let death = ("notification", step);
        arm(&mut world, death).await;
        owner.add(adding(&[&email], &["training"])).await.unwrap();
        bury(&mut world, death).await;

        let sent = eventually(PATIENCE, async || {
            let mut deliveries = owner.deliveries().await.into_iter();
            let sent = deliveries.find(|it| it.to == email && it.state() == State::Sent);
            sent.ok_or(format!("{step}: it is not sent"))
        });
        let sent = sent.await;
        assert_eq!(server.arrived(&email), vec![sent.message_id; copies], "{step}");
    }
}
