//! Tells how far one mail has come.

use chassis::Caller;
use types::MailId;

use super::App;
use crate::domain::Delivery;
use crate::error::Error;
use crate::store::deliveries;

impl App {
    /// One mail of the caller's account.
    pub(crate) async fn get_delivery(&self, caller: &Caller, id: MailId) -> Result<Delivery, Error> {
        let account = caller.person().map_err(|_| Error::CallerRequired)?.account;
        deliveries::find(self.database.reader(), account, id)
            .await?
            .ok_or(Error::DeliveryNotFound)
    }
}
