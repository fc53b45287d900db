//! What an account pays for, and the seats that follow from it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{AccountId, SubscriptionId, Timestamp};

use super::{Calendar, Period, Plan, PlanKey, State};

/// How long a day of a trial is.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many days before its end a trial's end is told.
const REMINDER_DAYS: u32 = 3;
/// The version a subscription begins with; each change of it raises it.
const FIRST_VERSION: i64 = 1;

/// How many seats of each product; products left out have none.
pub(crate) type Seats = BTreeMap<String, i64>;

/// An account's subscription; an account has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) account: AccountId,
    /// What it is for.
    pub(crate) terms: Terms,
    /// What it is for from the period's end on.
    pub(crate) scheduled: Option<Terms>,
    pub(crate) version: i64,
    pub(crate) state: State,
    pub(crate) create_time: Timestamp,
    /// What is paid for; none before the first payment.
    pub(crate) period: Option<Period>,
    /// When its state ends by itself: a trial, a grace, an active one that was cancelled; or when it has ended.
    pub(crate) end_time: Option<Timestamp>,
    /// When it is told that the trial is about to end; none when that was told, or is not worth telling.
    #[serde(default)]
    pub(crate) reminder_time: Option<Timestamp>,
}

/// What is sold: seats of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) plan: PlanKey,
    pub(crate) seats: Seats,
}

/// How many seats an account has from some version of its subscription on: what licensing is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatTotals {
    pub(crate) account_id: AccountId,
    pub(crate) version: i64,
    pub(crate) seats: Seats,
    /// How many there will be; until then no seat is given that would not be there then.
    #[serde(default)]
    pub(crate) next: Option<ScheduledTotals>,
}

/// Totals to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScheduledTotals {
    pub(crate) seats: Seats,
    pub(crate) effective_time: Timestamp,
}

impl Subscription {
    /// A new subscription of `account`, with the seats that `plan` begins with: on trial, or to be paid for from now on.
    pub(crate) fn start(account: AccountId, plan: &Plan, now: Timestamp) -> Self {
        let seats = plan.products.iter().filter(|row| row.seats > 0);
        let trial = plan.trial_days.map(|days| now + DAY * days);
        Self {
            id: SubscriptionId::new(),
            account,
            terms: Terms {
                plan: plan.key.clone(),
                seats: seats.map(|row| (row.product.clone(), row.seats)).collect(),
            },
            scheduled: None,
            version: FIRST_VERSION,
            state: if trial.is_some() {
                State::Trialing
            } else {
                State::Active
            },
            create_time: now,
            period: None,
            end_time: trial,
            reminder_time: plan
                .trial_days
                .and_then(|days| days.checked_sub(REMINDER_DAYS))
                .map(|days| now + DAY * days),
        }
    }

    /// The subscription of an account that was closed before it had one: it keeps any other from beginning.
    pub(crate) fn never(account: AccountId, now: Timestamp) -> Self {
        let plan = PlanKey {
            id: String::new(),
            version: 0,
        };
        Self {
            id: SubscriptionId::new(),
            account,
            terms: Terms {
                plan,
                seats: Seats::new(),
            },
            scheduled: None,
            version: FIRST_VERSION,
            state: State::Closed,
            create_time: now,
            period: None,
            end_time: Some(now),
            reminder_time: None,
        }
    }

    /// The same in its next version.
    pub(crate) fn succeed(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }

    /// The same, ended: it gives no seats.
    pub(crate) fn end(&self, state: State, now: Timestamp) -> Self {
        let mut ended = self.succeed();
        ended.terms.seats = Seats::new();
        ended.scheduled = None;
        ended.reminder_time = None;
        ended.state = state;
        ended.end_time = Some(now);
        ended
    }

    /// When its period is over.
    pub(crate) fn period_end(&self, calendar: &Calendar) -> Option<Timestamp> {
        self.period.map(|period| calendar.beginning(period.end))
    }

    /// When something is to be done about it.
    pub(crate) fn next_time(&self, calendar: &Calendar) -> Option<Timestamp> {
        let over = self.period_end(calendar).or(Some(self.create_time));
        let over = over.filter(|_| self.state.allows().renew);
        match self.state {
            // What is late is the invoice's business.
            State::PastDue | State::Ended | State::Closed => None,
            State::Trialing => self.end_time.into_iter().chain(self.reminder_time).min(),
            State::Active | State::Grace | State::Cancelled => self.end_time.into_iter().chain(over).min(),
        }
    }

    /// The seats this gives its account.
    pub(crate) fn seat_totals(&self, calendar: &Calendar) -> SeatTotals {
        let allowed = self.state.allows();
        let scheduled = self
            .scheduled
            .as_ref()
            .map(|terms| terms.seats.clone())
            .zip(self.period_end(calendar));
        let over = (!allowed.new_seats).then(Seats::new).zip(self.end_time);
        SeatTotals {
            account_id: self.account,
            version: self.version,
            seats: if allowed.seats {
                self.terms.seats.clone()
            } else {
                Seats::new()
            },
            next: over
                .or(scheduled)
                .filter(|_| allowed.seats)
                .map(|(seats, effective_time)| ScheduledTotals { seats, effective_time }),
        }
    }
}

impl SeatTotals {
    /// What licensing has to agree to before these totals become `after`: of each product the fewer seats, and what is to
    /// come then. None where no product loses seats, neither at once nor later.
    pub(crate) fn fewest(&self, after: &Self) -> Option<Self> {
        let lower = |a: &Seats, b: &Seats| -> Seats {
            let both = a
                .iter()
                .filter_map(|(product, seats)| Some((product.clone(), *seats.min(b.get(product)?))));
            both.collect()
        };
        let granted = |totals: &Self| match &totals.next {
            Some(next) => lower(&totals.seats, &next.seats),
            None => totals.seats.clone(),
        };
        let before = granted(self);
        (lower(&before, &granted(after)) != before).then(|| Self {
            seats: lower(&self.seats, &after.seats),
            ..after.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use types::TimeZone;

    use super::*;
    use crate::domain::{BUILT_IN, Catalogue, Interval};

    fn start(plan: &str) -> Subscription {
        let catalogue = Catalogue::read(BUILT_IN).unwrap();
        let now = Timestamp::from_micros(1);
        Subscription::start(AccountId::new(), catalogue.plan(plan).unwrap(), now)
    }

    fn utc() -> Calendar {
        Calendar::new(&TimeZone::utc())
    }

    #[test]
    fn a_new_subscription_gives_the_seats_of_its_plan() {
        let totals = start("starter-monthly").seat_totals(&utc());
        assert_eq!((totals.version, totals.next), (1, None));
        let seats: Vec<_> = totals
            .seats
            .iter()
            .map(|(product, seats)| (product.as_str(), *seats))
            .collect();
        assert_eq!(seats, [("meeting", 10), ("phone", 5), ("training", 5), ("webinar", 2)]);
    }

    #[test]
    fn a_trial_ends_by_itself_and_gives_no_seats_then() {
        let (trial, now) = (start("trial"), Timestamp::from_micros(1));
        assert_eq!((trial.state, trial.end_time), (State::Trialing, Some(now + DAY * 30)));
        assert_eq!(trial.next_time(&utc()), Some(now + DAY * 27), "its end is told before");
        let ended = trial.end(State::Ended, now);
        assert_eq!((ended.version, ended.next_time(&utc())), (2, None));
        assert!(ended.seat_totals(&utc()).seats.is_empty());
        let paid = start("team-monthly");
        assert_eq!((paid.state, paid.end_time), (State::Active, None));
        assert_eq!(paid.next_time(&utc()), Some(now), "its first period is due");
    }

    #[test]
    fn licensing_agrees_to_the_fewest_seats_of_before_and_after() {
        let seats =
            |list: &[(&str, i64)]| -> Seats { list.iter().map(|&(product, seats)| (product.into(), seats)).collect() };
        let totals = |now: &[(&str, i64)], next: Option<&[(&str, i64)]>| SeatTotals {
            account_id: AccountId::new(),
            version: 1,
            seats: seats(now),
            next: next.map(|next| ScheduledTotals {
                seats: seats(next),
                effective_time: Timestamp::from_micros(1),
            }),
        };
        let before = totals(&[("a", 5), ("b", 5)], None);
        assert_eq!(before.fewest(&totals(&[("a", 5), ("b", 6), ("c", 1)], None)), None);
        assert_eq!(
            before.fewest(&totals(&[("a", 5), ("b", 5)], Some(&[("a", 9), ("b", 5)]))),
            None
        );
        let fewest = |after: &SeatTotals| before.fewest(after).map(|totals| totals.seats);
        assert_eq!(
            fewest(&totals(&[("a", 4), ("b", 6)], None)),
            Some(seats(&[("a", 4), ("b", 5)]))
        );
        assert_eq!(fewest(&totals(&[("b", 6)], None)), Some(seats(&[("b", 5)])));
        let scheduled = totals(&[("a", 5), ("b", 5)], Some(&[("a", 1)]));
        let asked = before.fewest(&scheduled).unwrap();
        assert_eq!(
            (asked.seats, asked.next),
            (before.seats.clone(), scheduled.next.clone())
        );
        // What was to come is withdrawn: nobody loses anything.
        assert_eq!(scheduled.fewest(&before), None);
    }

    #[test]
    fn nobody_new_gets_a_seat_that_is_about_to_go() {
        let mut subscription = start("team-monthly");
        subscription.period = Some(Period::begin(utc().date(subscription.create_time), Interval::Month));
        assert_eq!(subscription.next_time(&utc()), subscription.period_end(&utc()));
        let mut fewer = subscription.terms.clone();
        fewer.seats.insert("training".to_owned(), 1);
        subscription.scheduled = Some(fewer.clone());
        let next = subscription.seat_totals(&utc()).next.unwrap();
        assert_eq!(
            (next.seats, Some(next.effective_time)),
            (fewer.seats, subscription.period_end(&utc()))
        );
        subscription.state = State::Grace;
        subscription.end_time = Some(Timestamp::from_micros(7));
        let totals = subscription.seat_totals(&utc());
        assert_eq!(totals.seats, subscription.terms.seats);
        let next = totals.next.unwrap();
        assert_eq!((next.seats.len(), next.effective_time), (0, Timestamp::from_micros(7)));
    }
}
