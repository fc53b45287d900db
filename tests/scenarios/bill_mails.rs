//! Billing, identity or notification is killed on the way of a mail about an invoice: it arrives, and as one mail.

use std::collections::BTreeSet;

use proto::billing::v1::{BillingInformation, ChangeTiming};
use testkit::{Cluster, eventually};
use toml::Table;
use types::RequestId;

use crate::crashes;
use crate::support::deaths::{Death, arm, bury};
use crate::support::{PATIENCE, World, fresh};

/// Everything that happens on the way, and the way there.
const DEATHS: &[Death] = &[
    ("billing", "billing::change_subscription::before_commit"),
    ("billing", "billing::change_subscription::committed"),
    ("billing", "billing::relay::claimed"),
    ("billing", "billing::relay::delivered"),
    ("identity", "identity::notify_billing_contact::received"),
    ("identity", "identity::notify_billing_contact::before_commit"),
    ("identity", "identity::notify_billing_contact::committed"),
    ("identity", "identity::relay::claimed"),
    ("identity", "identity::relay::delivered"),
    ("notification", "notification::enqueue_mails::received"),
    ("notification", "notification::enqueue_mails::committed"),
];

/// A team's seats, with so many of meeting.
const fn seats(meeting: i64) -> [(&'static str, i64); 4] {
    [("meeting", meeting), ("phone", 50), ("training", 50), ("webinar", 20)]
}

/// As for adding users, and billing's outbox like identity's.
fn hasten(service: &str, config: &mut Table) {
    let haste = ["lease", "poll_interval", "backoff_max"]
        .into_iter()
        .zip(["1s", "100ms", "500ms"]);
    if service == "billing" {
        let relay: Table = haste.map(|(key, value)| (key.to_owned(), value.into())).collect();
        config.insert("relay".into(), relay.into());
    } else {
        crashes::hasten(service, config);
    }
}

/// Waits for a mail about this invoice at each address; how many different ones there are.
async fn mails_about(world: &World, number: i64, addresses: &[String]) -> Vec<usize> {
    let subject = format!("Invoice {number} for Analytical Engines");
    let mut counts = vec![];
    for address in addresses {
        let ids = eventually(PATIENCE, async || {
            let mails = world.mails(address).into_iter();
            let about: BTreeSet<String> = mails
                .filter(|mail| mail.subject == subject)
                .map(|mail| mail.message_id)
                .collect();
            if about.is_empty() {
                Err(format!("no mail about invoice {number} to {address}"))
            } else {
                Ok(about)
            }
        })
        .await;
        counts.push(ids.len());
    }
    counts
}

async fn survive(world: &mut World, death: Death) {
    let step = death.1;
    let owner = world.account().await;
    owner.invoiced().await;
    let own = owner.people().await[0].user.as_ref().unwrap().email.clone();
    let addresses = [own, fresh("bills")];
    mails_about(world, 1, &addresses[..1]).await;
    owner
        .inform(BillingInformation {
            invoice_email: addresses[1].clone(),
            ..BillingInformation::default()
        })
        .await;
    let request_id = RequestId::new();
    let preview = owner.preview("", &seats(101), ChangeTiming::Now).await.unwrap();
    arm(world, death).await;
    let member = world.cluster().member(death.0);
    eventually(PATIENCE, async || {
        // Whoever was killed may still be remembered as unreachable.
        let answer = owner.change_by(request_id, &preview.preview_token).await;
        match answer {
            Err(status) if member.process().is_running() => Err(format!("{step}: {status:?}")),
            Ok(_) | Err(_) => Ok(()),
        }
    })
    .await;
    bury(world, death).await;
    eventually(PATIENCE, async || {
        let answer = owner.change_by(request_id, &preview.preview_token).await;
        answer.map_err(|status| format!("{step}: {status:?}"))
    })
    .await;
    assert_eq!(mails_about(world, 2, &addresses).await, [1, 1], "{step}");
    // Whatever was still on the way then has arrived when a later one has.
    owner.change("", &seats(102), ChangeTiming::Now).await.unwrap();
    mails_about(world, 3, &addresses).await;
    assert_eq!(mails_about(world, 2, &addresses).await, [1, 1], "{step}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_a_mail_about_an_invoice_loses_and_doubles_nothing() {
    let mut world = World::of(Cluster::start_with(hasten).await.unwrap());
    for death in DEATHS {
        survive(&mut world, *death).await;
    }
}
