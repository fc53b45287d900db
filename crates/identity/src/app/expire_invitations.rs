//! Invitations that nobody has answered in time end, and their seats come free.

use std::collections::HashMap;

use serde_json::json;
use storage::{Message, outbox};
use types::{AccountId, Timestamp, UserId};

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::invitation::{InvitationState, Kind};
use crate::domain::message::{RELEASE_SEATS, ReleaseSeats};
use crate::store::invitations::Expired;
use crate::store::{Connection, accounts, audit_events, invitations, invitees};

/// How many invitations are looked for at once, and how many of one account end in one transaction.
const BATCH: u32 = 500;

impl App {
    /// Expires the invitations that are due; says how many. Any number of processes may do so at once.
    ///
    /// # Errors
    /// When the database fails; what was expired before stays so.
    pub async fn expire_invitations(&self) -> Result<usize, Error> {
        let now = self.clock.now();
        let mut count = 0;
        loop {
            let accounts = invitations::overdue(self.database.reader(), now, BATCH).await?;
            if accounts.is_empty() {
                return Ok(count);
            }
            for account in accounts {
                let expire = self
                    .database
                    .transaction(move |tx| Box::pin(async move { expire(tx, account, now).await }));
                let expired = expire.await?;
                if expired > 0 {
                    self.relay.wake();
                }
                count += expired;
            }
        }
    }
}

async fn expire(tx: &impl Connection, account: AccountId, now: Timestamp) -> Result<usize, Error> {
    accounts::lock(tx, account).await?;
    let expired = invitations::expire(tx, account, now, BATCH).await?;
    if expired.is_empty() {
        return Ok(0);
    }
    let joining = expired.iter().filter(|expired| expired.kind == Kind::Join);
    let users: Vec<UserId> = joining.map(|expired| expired.user_id).collect();
    let bereft: HashMap<_, _> = invitees::take_products(tx, account, &users, now)
        .await?
        .into_iter()
        .collect();
    let mut messages = Vec::new();
    for expired in &expired {
        if let Some((subject, version)) = released(expired, &bereft) {
            let release = ReleaseSeats {
                account_id: account,
                subject,
                version,
                products: vec![],
            };
            messages.push(Message::new(RELEASE_SEATS, &release.subject, &release)?);
        }
    }
    outbox::append(tx, now, &messages).await?;
    let timer = Origin::service(crate::NAME);
    let events = expired.iter().map(|expired| {
        Event::new(account, &timer, "invitation.expire", expired.id, now)
            .before(&json!({ "state": InvitationState::Pending, "products": expired.products }))
            .after(&json!({ "state": InvitationState::Expired, "user_id": expired.user_id }))
    });
    audit_events::append(tx, &events.collect::<Vec<_>>()).await?;
    Ok(expired.len())
}

/// Who gives up seats by an invitation's end, and the version of that.
fn released(expired: &Expired, bereft: &HashMap<UserId, i64>) -> Option<(String, i64)> {
    match expired.kind {
        Kind::Join => Some((expired.user_id.to_string(), *bereft.get(&expired.user_id)?)),
        Kind::Transfer if expired.products.is_empty() => None,
        Kind::Transfer => Some((expired.id.to_string(), expired.seat_version)),
    }
}
