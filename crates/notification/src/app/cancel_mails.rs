//! Cancels mails that nobody needs any more, those that have not come yet included.

use storage::StorageError;

use super::App;
use crate::domain::{MAX_MAILS, MailKey, OBSOLETE, Violation};
use crate::error::Error;
use crate::store::cancellations;

impl App {
    /// Cancels the mails with these keys, unless they are under way or have come to an end.
    pub(crate) async fn cancel_mails(&self, keys: Vec<MailKey>) -> Result<(), Error> {
        if keys.len() > MAX_MAILS {
            let problem = format!("at most {MAX_MAILS} keys are expected");
            return Err(Error::MailMalformed(vec![Violation {
                field: "keys".to_owned(),
                problem,
            }]));
        }
        if keys.is_empty() {
            return Ok(());
        }
        let (ordered, now) = (keys.len(), self.clock.now());
        let cancel = self
            .database
            .transaction(move |tx| Box::pin(async move { cancellations::insert(tx, &keys, OBSOLETE, now).await }));
        let cancelled: Result<u64, StorageError> = cancel.await;
        tracing::debug!(
            mails.ordered = ordered,
            mails.cancelled = cancelled?,
            "mails were cancelled"
        );
        Ok(())
    }
}
