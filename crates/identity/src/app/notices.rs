//! E-mails that are not about an invitation.

use storage::{Message, outbox};
use types::Timestamp;

use crate::domain::error::Error;
use crate::domain::message::{NOTICE, Notice};
use crate::store::Connection;

/// Orders e-mails in the transaction of what they tell; the relay is to be woken when it is over.
pub(super) async fn notify(tx: &impl Connection, notices: &[Notice], now: Timestamp) -> Result<(), Error> {
    let messages = notices.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    outbox::append(tx, now, &messages).await?;
    Ok(())
}

fn message(notice: &Notice) -> Result<Message, Error> {
    Ok(Message {
        topic: NOTICE.into(),
        key: notice.send_key.clone(),
        payload: serde_json::to_value(notice).map_err(|error| Error::Broken(error.to_string()))?,
    })
}
