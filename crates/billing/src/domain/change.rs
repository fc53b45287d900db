//! Changes that an account asks for: what it wants, whether it can have it, and what it costs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use types::{Money, MoneyError, Timestamp};

use super::{Calendar, Catalogue, Interval, Line, Period, Plan, Quote, Sale, Seats, State, Subscription, Terms};

/// What an account wants to have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// A plan, in the version that is on sale; empty for the present one as it was sold.
    pub(crate) plan: String,
    /// How often it is to be paid; none for as often as that plan is.
    pub(crate) interval: Option<Interval>,
    /// Seats product by product, in the order they were given; none for as many as now.
    pub(crate) seats: Vec<(String, i64)>,
    pub(crate) when: When,
    /// The day on which it is to come; then `when` does not count.
    pub(crate) date: Option<Date>,
}

/// When a change comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum When {
    #[default]
    Now,
    PeriodEnd,
}

/// What comes of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The subscription after it.
    pub(crate) next: Subscription,
    /// What the account will have, at once or from `effective` on.
    pub(crate) terms: Terms,
    /// What it costs, now or when it comes.
    pub(crate) quote: Quote,
    /// The day on which it comes.
    pub(crate) effective: Date,
    pub(crate) when: When,
}

/// One field that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Such as `seats[2].seats`.
    pub(crate) field: String,
    pub(crate) reason: &'static str,
    pub(crate) description: String,
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeRefused {
    #[error("there is no such plan")]
    PlanNotFound,
    #[error("the plan is only for new accounts")]
    PlanNotForSale,
    #[error("what is asked for is wrong")]
    Invalid(Vec<Fault>),
    #[error("the subscription's state does not allow it")]
    State(State),
    #[error("another change is still to come")]
    Pending,
    #[error("nothing would change")]
    Nothing,
    #[error("the plans have different currencies")]
    Currency,
    #[error("the amount is too large")]
    Overflow,
}

impl From<MoneyError> for ChangeRefused {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::CurrencyMismatch => Self::Currency,
            MoneyError::Overflow => Self::Overflow,
        }
    }
}

/// What a change is decided by, besides itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: Timestamp,
    /// The account's credits.
    pub(crate) balance: Money,
}

impl Scene<'_> {
    /// Whether an account can have what it wants, and what it costs.
    ///
    /// # Errors
    /// [`ChangeRefused`]; what is wrong with the wish itself comes first.
    pub(crate) fn decide(&self, subscription: &Subscription, wish: &Wish) -> Result<Decision, ChangeRefused> {
        let plan = self.plan(subscription, wish).ok_or(ChangeRefused::PlanNotFound)?;
        let when = self.when(subscription, wish)?;
        let terms = Terms {
            plan: plan.key.clone(),
            seats: seats(&subscription.terms.seats, plan, &wish.seats)?,
        };
        if !subscription.state.allows().change {
            return Err(ChangeRefused::State(subscription.state));
        }
        if subscription.scheduled.is_some() || subscription.state == State::Active && subscription.end_time.is_some() {
            return Err(ChangeRefused::Pending);
        }
        if terms == subscription.terms && subscription.state != State::Ended && !self.begins_anew(subscription) {
            return Err(ChangeRefused::Nothing);
        }
        match when {
            When::Now => self.at_once(subscription, plan, terms),
            When::PeriodEnd => self.at_period_end(subscription, plan, terms),
        }
    }

    /// The plan that is wanted.
    fn plan(&self, subscription: &Subscription, wish: &Wish) -> Option<&Plan> {
        let named = match wish.plan.as_str() {
            "" => self.catalogue.sold(&subscription.terms.plan),
            id => self.catalogue.plan(id),
        }?;
        match wish.interval {
            Some(interval) if named.interval != Some(interval) => self.catalogue.sibling(named, interval),
            Some(_) | None => Some(named),
        }
    }

    /// When the change is wanted.
    fn when(&self, subscription: &Subscription, wish: &Wish) -> Result<When, ChangeRefused> {
        let Some(date) = wish.date else {
            return Ok(wish.when);
        };
        let today = self.calendar.date(self.now);
        if date == today {
            return Ok(When::Now);
        }
        if subscription.period.is_some_and(|period| period.end == date) {
            return Ok(When::PeriodEnd);
        }
        let (reason, description) = if date < today {
            ("DATE_PAST", "the day is over")
        } else {
            (
                "DATE_UNAVAILABLE",
                "a change comes today, or on the day after the period's last",
            )
        };
        Err(ChangeRefused::Invalid(vec![Fault {
            field: "effective_date".to_owned(),
            reason,
            description: description.to_owned(),
        }]))
    }

    /// Whether what was paid for is over, so that a change begins a period.
    fn begins_anew(&self, subscription: &Subscription) -> bool {
        let today = self.calendar.date(self.now);
        let runs = subscription.period.is_some_and(|period| period.days_from(today) > 0);
        !(subscription.state == State::Trialing || runs && subscription.state != State::Ended)
    }

    fn at_once(&self, subscription: &Subscription, plan: &Plan, terms: Terms) -> Result<Decision, ChangeRefused> {
        let today = self.calendar.date(self.now);
        let mut next = subscription.succeed();
        next.terms = terms.clone();
        let lines = if subscription.state == State::Trialing && subscription.terms.plan == plan.key {
            // It goes on being free until its end.
            vec![]
        } else {
            let (period, lines) = self.purchase(subscription, plan, &terms, today)?;
            (next.period, next.state, next.end_time) = (Some(period), State::Active, None);
            next.reminder_time = None;
            lines
        };
        self.decision(next, plan, terms, lines, today, When::Now)
    }

    /// What is paid for from today on, and what that costs.
    fn purchase(
        &self,
        subscription: &Subscription,
        plan: &Plan,
        terms: &Terms,
        today: Date,
    ) -> Result<(Period, Vec<Line>), ChangeRefused> {
        let interval = plan.interval.ok_or(ChangeRefused::PlanNotForSale)?;
        let sale = Sale {
            plan,
            seats: &terms.seats,
        };
        let former = self.catalogue.sold(&subscription.terms.plan);
        let former = former.filter(|_| !self.begins_anew(subscription)).map(|plan| Sale {
            plan,
            seats: &subscription.terms.seats,
        });
        let fee = sale.fee(today).filter(|_| plan.key.id != subscription.terms.plan.id);
        let (period, mut lines) = match (former, subscription.period) {
            (Some(former), Some(period)) if former.plan.interval == plan.interval => {
                (period, former.exchange(sale, period, today)?)
            }
            (former, running) => {
                let period = Period::begin(today, interval);
                let unused = former
                    .zip(running)
                    .map(|(former, running)| former.unused(running, today));
                let mut lines = unused.transpose()?.unwrap_or_default();
                lines.extend(sale.whole(period)?);
                (period, lines)
            }
        };
        lines.extend(fee);
        Ok((period, lines))
    }

    fn at_period_end(&self, subscription: &Subscription, plan: &Plan, terms: Terms) -> Result<Decision, ChangeRefused> {
        let running = subscription.period.filter(|_| subscription.state == State::Active);
        let running = running.ok_or(ChangeRefused::State(subscription.state))?;
        let mut next = subscription.succeed();
        next.scheduled = Some(terms.clone());
        let (_, lines) = renewal(plan, &terms, &subscription.terms, running)?;
        self.decision(next, plan, terms, lines, running.end, When::PeriodEnd)
    }

    fn decision(
        &self,
        next: Subscription,
        plan: &Plan,
        terms: Terms,
        lines: Vec<Line>,
        effective: Date,
        when: When,
    ) -> Result<Decision, ChangeRefused> {
        if self.balance.minor_units != 0 && self.balance.currency != plan.currency {
            return Err(ChangeRefused::Currency);
        }
        Ok(Decision {
            next,
            terms,
            quote: Quote::new(lines, plan.currency, self.balance)?,
            effective,
            when,
        })
    }
}

/// The period after `running` and its lines; `terms` are seats of `plan`, and follow `former`.
///
/// # Errors
/// [`ChangeRefused`] when the plan has no periods, or an amount does not fit.
pub(crate) fn renewal(
    plan: &Plan,
    terms: &Terms,
    former: &Terms,
    running: Period,
) -> Result<(Period, Vec<Line>), ChangeRefused> {
    let interval = plan.interval.ok_or(ChangeRefused::PlanNotForSale)?;
    let period = running.next(interval);
    let sale = Sale {
        plan,
        seats: &terms.seats,
    };
    let mut lines = sale.whole(period)?;
    lines.extend(sale.fee(period.start).filter(|_| terms.plan.id != former.plan.id));
    Ok((period, lines))
}

/// The seats that are wanted, checked against what the plan offers.
fn seats(present: &Seats, plan: &Plan, wanted: &[(String, i64)]) -> Result<Seats, ChangeRefused> {
    let mut faults = vec![];
    let mut seats = Seats::new();
    if wanted.is_empty() {
        seats = present.clone();
        seats.retain(|product, _| plan.product(product).is_some());
    }
    for (row, (product, count)) in wanted.iter().enumerate() {
        let fault = |field: &str, reason, description: String| Fault {
            field: format!("seats[{row}].{field}"),
            reason,
            description,
        };
        match plan.product(product) {
            None => faults.push(fault(
                "product",
                "PRODUCT_UNKNOWN",
                "the plan has no such product".to_owned(),
            )),
            Some(_) if *count < 1 => {
                let text = "1 or more; leave out a product that you want no seats of";
                faults.push(fault("seats", "SEATS_OUT_OF_RANGE", text.to_owned()));
            }
            Some(_) if seats.insert(product.clone(), *count).is_some() => {
                faults.push(fault("product", "PRODUCT_TWICE", "was named before".to_owned()));
            }
            Some(_) => {}
        }
    }
    for offered in &plan.products {
        let count = seats.get(&offered.product).copied().unwrap_or_default();
        if !(offered.minimum..=offered.maximum).contains(&count) {
            let row = wanted.iter().position(|(product, _)| *product == offered.product);
            faults.push(Fault {
                field: row.map_or("seats".to_owned(), |row| format!("seats[{row}].seats")),
                reason: "SEATS_OUT_OF_RANGE",
                description: format!(
                    "the plan has {} to {} seats of {}",
                    offered.minimum, offered.maximum, offered.product
                ),
            });
        }
    }
    if seats.is_empty() && faults.is_empty() {
        faults.push(Fault {
            field: "seats".to_owned(),
            reason: "SEATS_REQUIRED",
            description: "the plan has none of the present products: say how many seats you want".to_owned(),
        });
    }
    if faults.is_empty() {
        Ok(seats)
    } else {
        Err(ChangeRefused::Invalid(faults))
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
