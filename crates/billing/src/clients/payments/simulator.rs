//! A provider that moves no money: it succeeds, fails, is late and repeats itself as the payment method says.

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use types::Clock;

use super::{CollectError, PaymentProvider};
use crate::domain::{Charge, EventSeal, PaymentEvent, PaymentEventKind, SignedEvent};

/// The simulator; its events are signed like those of any provider.
#[derive(Clone, Debug)]
pub(crate) struct Simulator {
    pub(crate) seal: EventSeal,
    pub(crate) clock: Clock,
}

impl PaymentProvider for Simulator {
    fn collect<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<Vec<SignedEvent>, CollectError>> {
        let now = self.clock.now();
        let sign = |(attempt, kind)| self.seal.sign(&event(charge, attempt, kind), now);
        let answer = match answer(charge) {
            Some(events) => Ok(events.into_iter().map(sign).collect()),
            None => Err(CollectError("it is out of order, as it was asked to be".to_owned())),
        };
        ready(answer).boxed()
    }
}

/// What is told of which attempt; none for a provider that is not there.
fn answer(charge: &Charge) -> Option<Vec<(i64, PaymentEventKind)>> {
    use PaymentEventKind::{Failed, Succeeded};
    let this = charge.attempt;
    Some(match charge.payment_method.as_str() {
        "sim_fail" => vec![(this, Failed)],
        "sim_fail_once" if this == 1 => vec![(this, Failed)],
        // Says nothing at first; then that the second attempt has failed, and only then that the first has not.
        "sim_late" if this == 1 => vec![],
        "sim_late" => vec![(this, Failed), (1, Succeeded)],
        "sim_repeat" => vec![(this, Succeeded), (this, Succeeded)],
        // Good news, and older bad news after it.
        "sim_disorder" => vec![(this, Succeeded), (0, Failed)],
        "sim_silent" => vec![],
        "sim_down" => return None,
        _ => vec![(this, Succeeded)],
    })
}

fn event(charge: &Charge, attempt: i64, kind: PaymentEventKind) -> PaymentEvent {
    PaymentEvent {
        id: format!("sim_{}_{attempt}", charge.invoice),
        kind,
        account_id: charge.account,
        invoice_id: charge.invoice,
    }
}
