//! The lines of quotes and invoices, and how they arise.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use types::{Money, MoneyError};

use super::{Period, Plan, PlanKey, Seats};

/// One amount and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) plan: PlanKey,
    /// Empty for a fee.
    pub(crate) product: String,
    pub(crate) seats: i64,
    /// The first day it is for, and the day after the last one.
    pub(crate) start: Date,
    pub(crate) end: Date,
    /// Whole minor units; below zero for what is given back.
    pub(crate) amount: Money,
}

/// What an amount is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum LineKind {
    /// Seats, for the days named.
    Seats,
    /// The same given back: days that were charged and will not be used.
    Unused,
    /// What entering a plan costs once.
    OneTimeFee,
}

/// Seats of a plan: what is sold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sale<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) seats: &'a Seats,
}

impl Sale<'_> {
    /// A whole period.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when an amount does not fit.
    pub(crate) fn whole(self, period: Period) -> Result<Vec<Line>, MoneyError> {
        let products = self.seats.keys().map(String::as_str);
        self.lines(LineKind::Seats, products, period, period.start)
    }

    /// The fee for entering the plan, if it has one; never prorated.
    pub(crate) fn fee(self, day: Date) -> Option<Line> {
        (self.plan.one_time_fee != 0).then(|| Line {
            kind: LineKind::OneTimeFee,
            plan: self.plan.key.clone(),
            product: String::new(),
            seats: 0,
            start: day,
            end: day,
            amount: self.plan.money(self.plan.one_time_fee),
        })
    }

    /// What is given back when the rest of `period` from `day` on is not used.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when an amount does not fit.
    pub(crate) fn unused(self, period: Period, day: Date) -> Result<Vec<Line>, MoneyError> {
        let products = self.seats.keys().map(String::as_str);
        self.lines(LineKind::Unused, products, period, day)
    }

    /// What it costs to have `next` in place of this for the rest of `period` from `day` on: what was charged for those days
    /// is given back, what the new seats cost is charged. Products for which nothing changes have no lines.
    ///
    /// # Errors
    /// [`MoneyError`] when an amount does not fit, or the currencies differ.
    pub(crate) fn exchange(self, next: Self, period: Period, day: Date) -> Result<Vec<Line>, MoneyError> {
        let all: BTreeSet<&str> = self.seats.keys().chain(next.seats.keys()).map(String::as_str).collect();
        let changes =
            |product: &&str| self.plan.key != next.plan.key || self.seats.get(*product) != next.seats.get(*product);
        let products: Vec<&str> = all.into_iter().filter(changes).collect();
        let mut lines = self.lines(LineKind::Unused, products.iter().copied(), period, day)?;
        lines.extend(next.lines(LineKind::Seats, products.iter().copied(), period, day)?);
        Ok(lines)
    }

    /// A line a product that costs anything: its days of the period from `day` on, rounded by itself.
    fn lines<'p>(
        self,
        kind: LineKind,
        products: impl Iterator<Item = &'p str>,
        period: Period,
        day: Date,
    ) -> Result<Vec<Line>, MoneyError> {
        let (left, days) = (period.days_from(day), period.days());
        let sign = if kind == LineKind::Unused { -1 } else { 1 };
        let mut lines = vec![];
        for product in products {
            let seats = self.seats.get(product).copied().unwrap_or_default();
            let amount = self.plan.amount(product, seats)?.portion(left, days)?.times(sign)?;
            if amount.minor_units != 0 {
                lines.push(Line {
                    kind,
                    plan: self.plan.key.clone(),
                    product: product.to_owned(),
                    seats,
                    start: day.max(period.start),
                    end: period.end,
                    amount,
                });
            }
        }
        Ok(lines)
    }
}
