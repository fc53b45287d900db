//! Queues mails: all of a batch or, when one is malformed, none.

use types::failpoint;

use super::App;
use crate::domain::{Draft, Lease, MAX_MAILS, Order, Violation, Wording};
use crate::error::Error;
use crate::store::{mails, wordings};

impl App {
    /// Queues the mails whose send key has not been used before, with the accounts' own words that they name.
    pub(crate) async fn enqueue_mails(&self, drafts: Vec<Draft>, wordings: Vec<Wording>) -> Result<(), Error> {
        failpoint("notification::enqueue_mails::received");
        self.check(&wordings)?;
        let orders = self.read(drafts, &wordings)?;
        if orders.is_empty() {
            return Ok(());
        }
        wordings::insert(self.database.writer(), &wordings, self.clock.now()).await?;
        let ordered = orders.len();
        let queued = self.queue(orders).await?;
        tracing::debug!(mails.ordered = ordered, mails.queued = queued, "mails were ordered");
        Ok(())
    }

    /// Queues mails, and sends on at once what may go; answers how many of them were not there yet.
    async fn queue(&self, orders: Vec<Order>) -> Result<usize, Error> {
        let now = self.clock.now();
        let places = self.intake.take_places(&orders, now);
        let orders: Vec<_> = orders.into_iter().zip(places.iter().map(Option::is_some)).collect();
        let lease = Lease::new(self.intake.lease_until(now));
        let mut queued = mails::insert(self.database.writer(), &orders, &lease, now).await?;
        failpoint("notification::enqueue_mails::committed");
        let count = queued.len();
        let mut at_once = Vec::new();
        for ((order, _), place) in orders.into_iter().zip(places) {
            let queued = queued.remove(&order.id).filter(|queued| queued.is_leased);
            if let Some((queued, place)) = queued.zip(place) {
                at_once.push((order.claim(&lease.owner, now, queued), place));
            }
        }
        if at_once.len() < count {
            self.intake.ring();
        }
        self.intake.hand_over(at_once);
        Ok(count)
    }

    /// Words that cannot be read would harm every mail in them.
    fn check(&self, wordings: &[Wording]) -> Result<(), Error> {
        for (index, wording) in wordings.iter().enumerate() {
            for (number, translation) in wording.translations.iter().enumerate() {
                if let Some(flaw) = self.templates.flaw(translation) {
                    let field = format!("wordings[{index}].translations[{number}]");
                    return Err(Error::WordingMalformed(Violation {
                        field,
                        problem: flaw.problem,
                    }));
                }
            }
        }
        Ok(())
    }

    fn read(&self, drafts: Vec<Draft>, wordings: &[Wording]) -> Result<Vec<Order>, Error> {
        if drafts.len() > MAX_MAILS {
            let problem = format!("at most {MAX_MAILS} mails are expected");
            return Err(Error::MailMalformed(vec![Violation {
                field: "mails".to_owned(),
                problem,
            }]));
        }
        let mut orders = Vec::with_capacity(drafts.len());
        let mut violations = Vec::new();
        for (index, draft) in drafts.into_iter().enumerate() {
            match draft.read(index, &self.message_id_domain) {
                Ok(order) if is_worded(&order, wordings) => orders.push(order),
                Ok(_) => violations.push(Violation {
                    field: format!("mails[{index}].wording"),
                    problem: "these words of the account's are not in the request".to_owned(),
                }),
                Err(found) => violations.extend(found),
            }
        }
        if violations.is_empty() {
            Ok(orders)
        } else {
            Err(Error::MailMalformed(violations))
        }
    }
}

/// Whether the words that an order names, if it names any, came with it and are its account's.
fn is_worded(order: &Order, wordings: &[Wording]) -> bool {
    let is_it =
        |wording: &Wording| Some(&wording.key) == order.wording.as_ref() && Some(wording.account) == order.account;
    order.wording.is_none() || wordings.iter().any(is_it)
}
