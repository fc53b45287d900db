//! Makes the change that was shown, or says how it would be different.

use chassis::Caller;
use types::failpoint;

use super::preview_token::Figures;
use super::standing::person;
use super::{App, RequestKey, Standing};
use crate::domain::{Answer, When};
use crate::error::{Difference, Error};

impl App {
    /// Makes the change that the token says, or answers as when it was made.
    pub(crate) async fn change_subscription(
        &self,
        caller: &Caller,
        request: RequestKey,
        token: &str,
    ) -> Result<(Standing, Answer), Error> {
        failpoint("billing::change_subscription::received");
        let id = person(caller)?.account;
        let shown = self.previews.open(token)?;
        if shown.account != id {
            return Err(Error::PreviewInvalid);
        }
        if let Some(answer) = self.recall(id, &request).await? {
            return Ok((self.standing(id).await?, answer));
        }
        let standing = self.standing(id).await?;
        if shown.expire_time <= self.present(&standing.account) {
            return Err(Error::PreviewExpired);
        }
        let decision = self.decide(&standing, &shown.wish)?;
        let figures = Figures::new(&standing.subscription, &decision);
        if figures != shown.figures {
            return Err(Error::PreviewOutdated(Box::new(Difference {
                shown_total: shown.figures.total,
                total: figures.total,
                shown_due: shown.figures.due,
                due: figures.due,
            })));
        }
        let quote = (decision.when == When::Now).then_some(decision.quote);
        let ends = (&standing.subscription, decision.next);
        let change = self.change(caller, &request, "subscription.change", ends, quote)?;
        let answer = self.carry_out(&standing, change).await?;
        Ok((self.standing(id).await?, answer))
    }
}
