//! What is put into the outbox.

use serde::Serialize;
use storage::Message;

use crate::domain::error::Error;

/// A message for the outbox; `key` makes its repetition recognisable.
///
/// # Errors
/// When the payload cannot be written.
pub fn message(topic: &str, key: impl ToString, payload: &impl Serialize) -> Result<Message, Error> {
    let payload = serde_json::to_value(payload)
        .map_err(|error| Error::Broken(format!("a message cannot be written as JSON: {error}")))?;
    Ok(Message {
        topic: topic.to_owned(),
        key: key.to_string(),
        payload,
    })
}
