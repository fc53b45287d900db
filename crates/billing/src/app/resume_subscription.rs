//! Withdraws a cancellation, or a change that was still to come.

use chassis::Caller;

use super::standing::person;
use super::{App, RequestKey, Standing};
use crate::domain::{ChangeRefused, State, Subscription};
use crate::error::Error;

impl App {
    /// Lets the subscription go on as it is; nothing is charged.
    pub(crate) async fn resume_subscription(&self, caller: &Caller, request: RequestKey) -> Result<Standing, Error> {
        let id = person(caller)?.account;
        if self.recall(id, &request).await?.is_none() {
            let standing = self.standing(id).await?;
            let next = self.resumed(&standing)?;
            let ends = (&standing.subscription, next);
            let change = self.change(caller, &request, "subscription.resume", ends, None)?;
            self.carry_out(&standing, change).await?;
        }
        self.standing(id).await
    }

    fn resumed(&self, Standing { account, subscription }: &Standing) -> Result<Subscription, Error> {
        let state = subscription.state;
        if !state.allows().resume {
            return Err(ChangeRefused::State(state).into());
        }
        if state == State::Active && subscription.end_time.is_none() && subscription.scheduled.is_none() {
            return Err(ChangeRefused::Nothing.into());
        }
        let over = subscription.period_end(&account.calendar());
        if over.is_none_or(|over| over <= self.present(account)) {
            return Err(Error::PeriodOver);
        }
        let mut next = subscription.succeed();
        (next.state, next.end_time, next.scheduled) = (State::Active, None, None);
        Ok(next)
    }
}
