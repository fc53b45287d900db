//! What is told to identity for the accounts' audit logs.

use chassis::AuditRecord;
use storage::{Message, StorageError};

/// The topic of messages whose payload is an [`AuditRecord`].
pub const APPEND_AUDIT_EVENTS: &str = "identity.append_audit_events";

/// The message that tells of an event, for the outbox.
pub fn audit_message(record: &AuditRecord) -> Result<Message, StorageError> {
    let payload = serde_json::to_value(record).map_err(|_| StorageError::Lost("an audit record cannot be written"))?;
    Ok(Message {
        topic: APPEND_AUDIT_EVENTS.to_owned(),
        key: record.id.to_string(),
        payload,
    })
}
