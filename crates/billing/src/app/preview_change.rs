//! Foretells a change to the cent, and who would lose a seat by it.

use chassis::Caller;
use types::{Money, Timestamp};

use super::preview_token::{Figures, Shown};
use super::standing::person;
use super::{App, Standing};
use crate::clients::TellError;
use crate::domain::{Decision, Seats, Surplus, Wish};
use crate::error::Error;

/// What a change would cost and do.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub(crate) decision: Decision,
    /// The seats before it.
    pub(crate) before: Seats,
    pub(crate) balance_after: Money,
    pub(crate) surpluses: Vec<Surplus>,
    /// Makes the change.
    pub(crate) token: String,
    pub(crate) expire_time: Timestamp,
}

impl App {
    /// Tells what a change would cost and do; changes nothing.
    pub(crate) async fn preview_change(&self, caller: &Caller, wish: Wish) -> Result<Preview, Error> {
        let standing = self.standing(person(caller)?.account).await?;
        let decision = self.decide(&standing, &wish)?;
        let Standing { account, subscription } = standing;
        let calendar = account.calendar();
        let before = subscription.seat_totals(&calendar);
        let surpluses = match before.fewest(&decision.next.seat_totals(&calendar)) {
            Some(_) => self.surpluses(&account.id, &decision.terms.seats).await?,
            None => vec![],
        };
        let expire_time = self.present(&account) + self.changes.preview_ttl;
        let token = self.previews.seal(&Shown {
            account: account.id,
            figures: Figures::new(&subscription, &decision),
            wish,
            expire_time,
        });
        Ok(Preview {
            balance_after: decision.quote.settle(account.balance)?,
            before: before.seats,
            decision,
            surpluses,
            token,
            expire_time,
        })
    }

    /// What comes of a wish as things stand.
    pub(super) fn decide(&self, standing: &Standing, wish: &Wish) -> Result<Decision, Error> {
        let decided = self.in_scene(&standing.account, |scene| scene.decide(&standing.subscription, wish));
        Ok(decided?)
    }

    async fn surpluses(&self, account: &types::AccountId, seats: &Seats) -> Result<Vec<Surplus>, Error> {
        let answer = self.licensing.list_surplus(account, seats).await;
        answer.map_err(|error| match error {
            TellError::Refused(text) => Error::LicensingRefused(text),
            error @ (TellError::NotNow(_) | TellError::InUse(_)) => Error::LicensingUnavailable(error.to_string()),
        })
    }
}
