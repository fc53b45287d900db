//! How many mails an account may send, and a domain may get, in a minute: counted for all processes together.

use std::time::Duration;

use chassis::Hit;
use types::Timestamp;

use super::Sender;
use crate::domain::Lane;

const MINUTE: Duration = Duration::from_secs(60);

impl Sender {
    /// Counts a mail of this lane; answers when it may be sent, if that is not now. Until then the lane's account or domain
    /// is left alone.
    pub(super) async fn over_limit(&self, lane: &Lane, now: Timestamp) -> Option<Timestamp> {
        if let Some(limit) = self.rules.domain_per_minute
            && let Hit::RetryAfter(delay) = self.hit("domain", &lane.domain, limit).await
        {
            self.places.traffic().close_domain(&lane.domain, now + delay);
            return Some(now + delay);
        }
        if let Some(limit) = self.rules.account_per_minute
            && !lane.account.is_empty()
            && let Hit::RetryAfter(delay) = self.hit("account", &lane.account, limit).await
        {
            self.places.traffic().close_account(&lane.account, now + delay);
            return Some(now + delay);
        }
        None
    }

    async fn hit(&self, of: &str, name: &str, limit: u32) -> Hit {
        self.shared
            .hit(&format!("mail:{of}:{name}"), MINUTE, limit.into())
            .await
    }
}
