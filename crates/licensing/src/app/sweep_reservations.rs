//! Settles reservations past their deadline, as identity says; nothing is freed on time alone.

use std::time::Duration;

use types::failpoint;

use super::{App, Error};
use crate::config::SweepConfig;
use crate::domain::settlement::Settlement;
use crate::store::sweep::{self, Claimed};

/// How one sweep went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// There may be more to settle.
    Full,
    /// There is no more, or identity cannot tell at present.
    Done,
}

impl App {
    /// Claims a batch, asks identity what became of it, and does as it says. What identity does not say is asked again
    /// after a back-off.
    pub async fn sweep_reservations(&self) -> Result<Swept, Error> {
        let claims = sweep::claim(self.database.writer(), self.sweep.lease, self.sweep.batch).await?;
        if claims.is_empty() {
            return Ok(Swept::Done);
        }
        failpoint("licensing::sweep::claimed");
        let keys: Vec<_> = claims.iter().map(|claimed| claimed.key).collect();
        let resolved = match self.identity.resolve(&keys).await {
            Ok(resolved) => resolved,
            Err(error) => {
                tracing::warn!(reservations = claims.len(), %error, "identity does not resolve reservations");
                self.postpone(claims).await?;
                return Ok(Swept::Done);
            }
        };
        failpoint("licensing::sweep::resolved");
        let full = usize::try_from(self.sweep.batch).is_ok_and(|batch| claims.len() >= batch);
        let unsettled = self.settle_claims(claims, resolved).await;
        failpoint("licensing::sweep::settled");
        let all = unsettled.is_empty();
        self.postpone(unsettled).await?;
        Ok(if full && all { Swept::Full } else { Swept::Done })
    }

    /// Settles what identity has resolved, together or else one by one, so that a bad one holds up no other; answers
    /// what could not be settled.
    async fn settle_claims(&self, claims: Vec<Claimed>, resolved: Vec<Option<Settlement>>) -> Vec<Claimed> {
        let together = resolved.iter().flatten().cloned().collect();
        let settled = self.settle(together).await.is_ok();
        let mut unsettled = Vec::new();
        for (claimed, settlement) in claims.into_iter().zip(resolved) {
            let Some(settlement) = settlement else {
                unsettled.push(claimed);
                continue;
            };
            if settled {
                continue;
            }
            if let Err(error) = self.settle([settlement].into()).await {
                let request = &claimed.key.request;
                tracing::error!(
                    account.id = %request.account,
                    request.id = %request.request,
                    error = &error as &dyn std::error::Error,
                    "a reservation cannot be settled as identity says"
                );
                unsettled.push(claimed);
            }
        }
        unsettled
    }

    async fn postpone(&self, claims: Vec<Claimed>) -> Result<(), Error> {
        let claims: Vec<_> = claims
            .into_iter()
            .map(|claimed| (claimed, backoff(&self.sweep, claimed.sweeps)))
            .collect();
        if !claims.is_empty() {
            sweep::postpone(self.database.writer(), &claims).await?;
        }
        Ok(())
    }
}

/// How long a reservation that has been claimed `sweeps` times waits.
fn backoff(config: &SweepConfig, sweeps: i64) -> Duration {
    let doublings = u32::try_from(sweeps.max(1) - 1).unwrap_or(u32::MAX).min(31);
    config
        .backoff_min
        .saturating_mul(1_u32 << doublings)
        .min(config.backoff_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_doubles_up_to_its_limit() {
        let config = SweepConfig {
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(5),
            ..SweepConfig::default()
        };
        let waits = [0, 1, 2, 3, 4, i64::MAX].map(|sweeps| backoff(&config, sweeps).as_secs());
        assert_eq!(waits, [1, 1, 2, 4, 5, 5]);
    }
}
