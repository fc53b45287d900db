//! Queues mails: all of a batch or, when one is malformed, none.

use types::failpoint;

use super::App;
use crate::domain::{Draft, MAX_MAILS, Order, Violation};
use crate::error::Error;
use crate::store::mails;

impl App {
    /// Queues the mails whose send key has not been used before.
    pub(crate) async fn enqueue_mails(&self, drafts: Vec<Draft>) -> Result<(), Error> {
        failpoint("notification::enqueue_mails::received");
        let orders = self.read(drafts)?;
        if orders.is_empty() {
            return Ok(());
        }
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

    fn read(&self, drafts: Vec<Draft>) -> Result<Vec<Order>, Error> {
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
                Ok(order) => orders.push(order),
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
