//! Tells an account's billing contact about bills and seats, which other services know of.

use storage::{Message, outbox};
use types::{BillingNotice, failpoint};

use super::App;
use crate::domain::billing_mail::{BillingMail, fault};
use crate::domain::error::Error;
use crate::domain::message::BILLING_MAIL;
use crate::store::{accounts, users};

impl App {
    /// Orders the e-mails that tell the notice; the same again orders nothing that is not known by its send key.
    ///
    /// # Errors
    /// [`Error::NoticeMalformed`], [`Error::NoticeAccountUnknown`].
    pub async fn notify_billing_contact(&self, notice: BillingNotice) -> Result<(), Error> {
        failpoint("identity::notify_billing_contact::received");
        if let Some(field) = fault(&notice) {
            return Err(Error::NoticeMalformed { field });
        }
        let now = self.clock.now();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::find(tx, notice.account_id).await?;
                let account = account.ok_or(Error::NoticeAccountUnknown)?;
                let contact = users::find(tx, account.id, account.billing_contact).await?;
                let mails = contact.map(|contact| BillingMail::of(&notice, &account, &contact));
                let message = |mail: &BillingMail| Message::new(BILLING_MAIL, &mail.send_key, mail);
                let messages = mails.iter().flatten().map(message).collect::<Result<Vec<_>, _>>()?;
                outbox::append(tx, now, &messages).await?;
                failpoint("identity::notify_billing_contact::before_commit");
                Ok::<_, Error>(())
            })
        });
        work.await?;
        failpoint("identity::notify_billing_contact::committed");
        self.relay.wake();
        Ok(())
    }
}
