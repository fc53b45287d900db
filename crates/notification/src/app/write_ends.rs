//! Writes what claims came to, and what follows: for the audit logs, for the list of addresses that take no mail,
//! and in a sandbox for whoever waits for a mail.

use chassis::AuditRecord;
use serde_json::{Value, json};
use storage::{Database, Handover, Message, RelayWaker, StorageError};
use types::AccountId;

use crate::domain::{State, Suppression, Verdict};
use crate::store::queue::{self, Ended, Finish};
use crate::store::{kept_mails, suppressions};

/// All of it in one transaction; answers of each what its end left, if its claim was still held.
pub(super) async fn write_ends(
    database: &Database,
    relay: &RelayWaker,
    batch: Vec<Finish>,
) -> Result<(Vec<Option<Ended>>, Handover), StorageError> {
    let relay = relay.clone();
    let write = database.transaction(move |tx| {
        Box::pin(async move {
            let ended = queue::finish(tx, &batch).await?;
            let mut messages = Vec::new();
            let held = batch
                .iter()
                .zip(&ended)
                .filter_map(|(finish, ended)| Some((finish, ended.as_ref()?)));
            let (mut dead, mut alive) = (Vec::new(), Vec::new());
            for (finish, ended) in held {
                if let Some(account) = ended.account {
                    messages.extend(event(finish, account)?);
                }
                dead.extend(suppression(finish));
                if finish.suppressed && finish.verdict == Verdict::Sent {
                    alive.push(finish.recipient.as_str());
                }
            }
            let letters: Vec<_> = batch.iter().filter_map(|finish| finish.letter.as_ref()).collect();
            kept_mails::insert(tx, &letters).await?;
            suppressions::delete(tx, &alive).await?;
            suppressions::insert(tx, &dead).await?;
            let now = batch.first().map(|finish| finish.time).unwrap_or_default();
            let handover = relay.append(tx, now, messages).await?;
            Ok::<_, StorageError>((ended, handover))
        })
    });
    write.await
}

/// What the account is to know for good: that somebody has not got their mail.
fn event(finish: &Finish, account: AccountId) -> Result<Option<Message>, StorageError> {
    let action = match finish.verdict.state(finish.attempts) {
        State::Bounced => "mail.bounce",
        State::Failed => "mail.fail",
        State::Suppressed => "mail.suppress",
        State::Queued | State::Sending | State::Retrying | State::Sent | State::Cancelled => return Ok(None),
    };
    let state = finish.verdict.state(finish.attempts).as_str();
    let event = AuditRecord::by_service(account, "notification", action, &finish.id, finish.time).change(
        Value::Null,
        json!({ "state": state, "reason": finish.verdict.reason() }),
    );
    Message::new(AuditRecord::TOPIC, event.id, &event).map(Some)
}

fn suppression(finish: &Finish) -> Option<Suppression> {
    match &finish.verdict {
        Verdict::Bounced {
            reason,
            address_is_dead: true,
        } => Some(Suppression {
            address: finish.recipient.clone(),
            reason: reason.clone(),
            mail_id: finish.id,
            create_time: finish.time,
        }),
        Verdict::Bounced { .. }
        | Verdict::Sent
        | Verdict::Retry { .. }
        | Verdict::Wait { .. }
        | Verdict::Failed { .. }
        | Verdict::Suppressed { .. }
        | Verdict::Cancelled { .. } => None,
    }
}
