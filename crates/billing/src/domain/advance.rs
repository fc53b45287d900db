//! What time does to a subscription: trials and graces end, periods are renewed.

use std::time::Duration;

use jiff::civil::Date;
use types::{MoneyError, Timestamp};

use super::change::renewal;
use super::{Calendar, Catalogue, ChangeRefused, Line, Period, Plan, Sale, State, Subscription, Terms};

/// One step in a subscription's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) next: Subscription,
    /// What is to be paid for it; none for a step that costs nothing.
    pub(crate) lines: Vec<Line>,
}

/// What time needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: Timestamp,
    /// How long what is held stays after a cancelled period.
    pub(crate) grace: Duration,
}

impl Passage<'_> {
    /// The next step that is due, if one is; a subscription that was not looked at for long has several, one after another.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when an amount does not fit.
    pub(crate) fn step(&self, subscription: &Subscription) -> Result<Option<Step>, MoneyError> {
        let is_due = |time: &Timestamp| *time <= self.now;
        let ended = subscription.end_time.filter(is_due);
        let over = subscription.period_end(self.calendar).filter(is_due);
        match (subscription.state, ended, over) {
            // A trial of a plan that is paid goes on as paid; one that is only a trial is over.
            (State::Trialing, Some(time), _) => self.begin(subscription, time).map(Some),
            (State::Trialing, None, _) if subscription.reminder_time.is_some_and(|time| is_due(&time)) => {
                Ok(Some(remind(subscription)))
            }
            (State::Active, Some(time), _) => Ok(Some(self.cancelled(subscription, time))),
            (State::Active, None, _) if subscription.period.is_none() => self.begin(subscription, self.now).map(Some),
            (State::Active, None, Some(time)) => self.renew(subscription, time).map(Some),
            (State::Grace | State::Cancelled, Some(time), _) => Ok(Some(gone(subscription, time))),
            (
                State::Trialing
                | State::Active
                | State::PastDue
                | State::Grace
                | State::Cancelled
                | State::Ended
                | State::Closed,
                ..,
            ) => Ok(None),
        }
    }

    /// The first period that is paid for; a plan without periods is over.
    fn begin(&self, subscription: &Subscription, time: Timestamp) -> Result<Step, MoneyError> {
        let day = self.calendar.date(time);
        let Some(first) = first_period(self.catalogue, &subscription.terms, day)? else {
            return Ok(gone(subscription, time));
        };
        let mut next = subscription.succeed();
        (next.state, next.period, next.end_time) = (State::Active, Some(first.period), None);
        next.reminder_time = None;
        Ok(Step {
            next,
            lines: first.lines,
        })
    }

    fn cancelled(&self, subscription: &Subscription, time: Timestamp) -> Step {
        let mut next = subscription.succeed();
        (next.state, next.end_time) = (State::Cancelled, Some(time + self.grace));
        Step { next, lines: vec![] }
    }

    fn renew(&self, subscription: &Subscription, time: Timestamp) -> Result<Step, MoneyError> {
        let terms = subscription
            .scheduled
            .clone()
            .unwrap_or_else(|| subscription.terms.clone());
        let plan = self.catalogue.sold(&terms.plan);
        let Some((plan, running)) = plan.zip(subscription.period) else {
            return Ok(gone(subscription, time));
        };
        let (period, lines) = match renewal(plan, &terms, &subscription.terms, running) {
            Ok(renewed) => renewed,
            Err(ChangeRefused::Overflow) => return Err(MoneyError::Overflow),
            Err(_) => return Ok(gone(subscription, time)),
        };
        let mut next = subscription.succeed();
        (next.terms, next.scheduled, next.period) = (terms, None, Some(period));
        Ok(Step { next, lines })
    }
}

/// The first of the periods that are paid for, with its plan and its lines.
pub(super) struct Beginning<'a> {
    pub(super) plan: &'a Plan,
    period: Period,
    pub(super) lines: Vec<Line>,
}

/// The first period of what is paid for from `day` on; none where the plan has no periods.
///
/// # Errors
/// [`MoneyError`] when an amount does not fit.
pub(super) fn first_period<'a>(
    catalogue: &'a Catalogue,
    terms: &Terms,
    day: Date,
) -> Result<Option<Beginning<'a>>, MoneyError> {
    let plan = catalogue.sold(&terms.plan);
    let Some((plan, interval)) = plan.and_then(|plan| Some((plan, plan.interval?))) else {
        return Ok(None);
    };
    let period = Period::begin(day, interval);
    let sale = Sale {
        plan,
        seats: &terms.seats,
    };
    let mut lines = sale.whole(period)?;
    lines.extend(sale.fee(day));
    Ok(Some(Beginning { plan, period, lines }))
}

/// The end of the trial is told, and nothing else happens.
fn remind(subscription: &Subscription) -> Step {
    let mut next = subscription.succeed();
    next.reminder_time = None;
    Step { next, lines: vec![] }
}

fn gone(subscription: &Subscription, time: Timestamp) -> Step {
    Step {
        next: subscription.end(State::Ended, time),
        lines: vec![],
    }
}
