//! The examples of the README, which people have reckoned by hand.

use jiff::civil::Date;
use types::{AccountId, TimeZone, Timestamp};

use super::*;
use crate::domain::{BUILT_IN, LineKind};

const README: &str = include_str!("../../../README.md");
/// What the head of the table begins with.
const HEAD: &str = "| zone | period begins |";

fn terms(catalogue: &Catalogue, cell: &str) -> Terms {
    let (plan, seats) = cell.split_once(' ').unwrap();
    Terms {
        plan: catalogue.plan(plan).unwrap().key.clone(),
        seats: [("meeting".to_owned(), seats.parse().unwrap())].into(),
    }
}

/// Given back, charged, and the total.
fn reckon(cells: &[&str]) -> [i64; 3] {
    let catalogue = Catalogue::read(BUILT_IN).unwrap();
    let calendar = Calendar::new(&TimeZone::parse(cells[0]).unwrap());
    let start: Date = cells[1].parse().unwrap();
    let now: jiff::Timestamp = cells[2].parse().unwrap();
    let (from, to) = (terms(&catalogue, cells[3]), terms(&catalogue, cells[4]));
    let plan = catalogue.sold(&from.plan).unwrap();
    let mut subscription = Subscription::start(AccountId::new(), plan, calendar.beginning(start));
    subscription.period = plan.interval.map(|interval| Period::begin(start, interval));
    subscription.terms = from;
    let scene = Scene {
        catalogue: &catalogue,
        calendar: &calendar,
        now: Timestamp::from_micros(now.as_microsecond()),
        balance: Money::zero(plan.currency),
    };
    let wish = Wish {
        plan: to.plan.id,
        seats: to.seats.into_iter().collect(),
        ..Wish::default()
    };
    let quote = scene.decide(&subscription, &wish).unwrap().quote;
    let sum = |kind| {
        let lines = quote.lines.iter().filter(|line| line.kind == kind);
        lines.map(|line| line.amount.minor_units).sum()
    };
    [sum(LineKind::Unused), sum(LineKind::Seats), quote.total.minor_units]
}

#[test]
fn the_readme_s_examples_are_right() {
    let rows = README.lines().skip_while(|line| !line.starts_with(HEAD)).skip(2);
    let mut count = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let expected: Vec<i64> = cells[5..8].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(reckon(&cells).as_slice(), expected, "{row}");
        count += 1;
    }
    assert_eq!(count, 12, "the table was found");
}
