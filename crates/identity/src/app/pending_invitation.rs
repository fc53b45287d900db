//! An invitation that is about to end, as the transaction that ends it sees it.

use types::Timestamp;

use crate::domain::account::{Account, AccountState};
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::store::{Connection, accounts, invitations};

/// The account and the invitation, locked and still pending: of any number of answers, revocations and resendings at once
/// one is the first, and the others are told what it was.
///
/// # Errors
/// Why it is not pending any more.
pub async fn pending(tx: &impl Connection, seen: &Invitation, now: Timestamp) -> Result<(Account, Invitation), Error> {
    let account = accounts::lock(tx, seen.account_id).await?;
    let invitation = check_pending(tx, &account, seen, now).await?;
    Ok((account, invitation))
}

/// The same where the account is locked already.
///
/// # Errors
/// As [`pending`].
pub async fn check_pending(
    tx: &impl Connection,
    account: &Account,
    seen: &Invitation,
    now: Timestamp,
) -> Result<Invitation, Error> {
    let invitation = invitations::find(tx, account.id, seen.id)
        .await?
        .ok_or(Error::InvitationNotFound)?;
    invitation.check_pending(now)?;
    if invitation.generation != seen.generation {
        return Err(Error::InvitationSuperseded);
    }
    match account.state {
        AccountState::Active => Ok(invitation),
        AccountState::Closed => Err(Error::InvitationRevoked),
    }
}
