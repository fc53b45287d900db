//! Queues mails: all of a batch or, when one is malformed, none.

use types::failpoint;

use super::App;
use crate::domain::{Draft, MAX_MAILS, Order, Violation, Wording};
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
        let queued = mails::insert(self.database.writer(), &orders, self.clock.now()).await?;
        failpoint("notification::enqueue_mails::committed");
        if queued > 0 {
            self.bell.notify_one();
        }
        tracing::debug!(
            mails.ordered = orders.len(),
            mails.queued = queued,
            "mails were ordered"
        );
        Ok(())
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
