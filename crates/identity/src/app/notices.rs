//! E-mails that are not about an invitation.

use storage::{Message, outbox};
use types::Timestamp;

use crate::domain::error::Error;
use crate::domain::message::{NOTICE, Notice};
use crate::store::Connection;

/// How many super admins of an account are told by e-mail.
pub(super) const READERS: u64 = 20;

/// Orders e-mails in the transaction of what they tell; the relay is to be woken when it is over.
pub(super) async fn notify(tx: &impl Connection, notices: &[Notice], now: Timestamp) -> Result<(), Error> {
    let message = |notice: &Notice| Message::new(NOTICE, &notice.send_key, notice);
    let messages = notices.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    outbox::append(tx, now, &messages).await?;
    Ok(())
}
