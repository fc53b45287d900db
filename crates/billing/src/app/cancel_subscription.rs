//! Ends a subscription on its billing contact's wish: at the period's end, or now.

use chassis::Caller;

use super::standing::person;
use super::{App, RequestKey, Standing};
use crate::domain::{ChangeRefused, State, Subscription, When};
use crate::error::Error;

impl App {
    /// Cancels the subscription; nothing is paid back, and what is held stays held for the time of grace.
    pub(crate) async fn cancel_subscription(
        &self,
        caller: &Caller,
        request: RequestKey,
        when: When,
    ) -> Result<Standing, Error> {
        let id = person(caller)?.account;
        if self.recall(id, &request).await?.is_none() {
            let standing = self.standing(id).await?;
            let next = self.cancelled(&standing, when)?;
            let ends = (&standing.subscription, next);
            let change = self.change(caller, &request, "subscription.cancel", ends, None)?;
            self.carry_out(&standing, change).await?;
        }
        self.standing(id).await
    }

    fn cancelled(&self, Standing { account, subscription }: &Standing, when: When) -> Result<Subscription, Error> {
        let state = subscription.state;
        if !state.allows().cancel {
            return Err(ChangeRefused::State(state).into());
        }
        let mut next = subscription.succeed();
        match when {
            When::PeriodEnd => {
                // Only what goes on by itself can be kept from doing so.
                let over = subscription
                    .period_end(&account.calendar())
                    .filter(|_| state == State::Active);
                let over = over.ok_or(ChangeRefused::State(state))?;
                if subscription.scheduled.is_some() || subscription.end_time.is_some() {
                    return Err(ChangeRefused::Pending.into());
                }
                next.end_time = Some(over);
            }
            When::Now => {
                next.scheduled = None;
                next.state = State::Cancelled;
                next.end_time = Some(self.present(account) + self.cycle.grace);
            }
        }
        Ok(next)
    }
}
