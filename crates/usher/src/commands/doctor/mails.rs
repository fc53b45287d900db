//! Whether e-mails get out.

use std::time::Duration;

use proto::notification::v1::{Delivery, ListDeliveriesRequest, delivery};
use types::{Clock, Timestamp};

use super::finding::Finding;
use crate::client::{Client, Extent, pages};
use crate::commands::deliveries;

const CHECK: &str = "e-mails";
/// An e-mail has arrived after so long.
const IN_TIME: Duration = Duration::from_secs(600);

/// Looks for e-mails that have been waiting for longer than they may.
pub(super) async fn examine(client: &Client) -> Finding {
    let before = Clock::system().now() - IN_TIME;
    let mut late = Vec::new();
    for state in [
        delivery::State::Queued,
        delivery::State::Sending,
        delivery::State::Retrying,
    ] {
        let filters = ListDeliveriesRequest {
            state: state.into(),
            ..ListDeliveriesRequest::default()
        };
        let fetch = async |size, token| deliveries::page(client, &filters, size, token).await;
        let looked = pages(Extent::ALL, fetch, |mails| {
            late.extend(mails.into_iter().filter(|mail| is_older(mail, before)));
            Ok(())
        });
        if let Err(error) = looked.await {
            return Finding::unseen(CHECK, &error);
        }
    }
    judge(&late)
}

fn is_older(mail: &Delivery, before: Timestamp) -> bool {
    mail.create_time.is_some_and(|time| time.seconds < before.seconds())
}

fn judge(late: &[Delivery]) -> Finding {
    let Some(first) = late.first() else {
        return Finding::ok(CHECK, "none has waited for more than ten minutes");
    };
    let reason = match first.reason.as_str() {
        "" => "no attempt was made yet",
        reason => reason,
    };
    let found = format!(
        "{} waiting for more than ten minutes, such as {}: {reason}",
        late.len(),
        first.id
    );
    Finding::wrong(
        CHECK,
        found,
        "look whether the mail server takes e-mails, and at notification's log",
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn only_what_has_waited_too_long_is_wrong() {
        let mail = |seconds| Delivery {
            create_time: Some(prost_types::Timestamp { seconds, nanos: 0 }),
            ..Delivery::default()
        };
        let before = Timestamp::from_micros(1_000_000_000);
        assert!(is_older(&mail(999), before));
        assert!(!is_older(&mail(1_000), before));
        assert!(!is_older(&Delivery::default(), before));
        assert_eq!(judge(&[]).verdict, Verdict::Ok);
        assert_eq!(judge(&[mail(1)]).verdict, Verdict::Wrong);
    }
}
