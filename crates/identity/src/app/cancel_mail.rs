//! Telling notification that nobody needs the e-mail about an invitation any more.

use storage::{Message, StorageError};
use types::{AccountId, InvitationId};

use crate::domain::message::{CANCEL_MAIL, CancelMail};

/// For the outbox, when the link number `generation` of an invitation is of no use any more. Expiry needs no word: an e-mail
/// knows when its link ends.
pub fn cancel_mail(
    account_id: AccountId,
    invitation_id: InvitationId,
    generation: u32,
) -> Result<Message, StorageError> {
    let cancel = CancelMail {
        account_id,
        invitation_id,
        generation,
    };
    Message::new(CANCEL_MAIL, invitation_id, &cancel)
}
