//! What changes cost, and which are refused.

use jiff::civil::date;
use proptest::prelude::*;
use types::{AccountId, Currency, TimeZone};

use super::*;

const PLANS: &str = r#"
        [[plans]]
        id = "small"
        version = 1
        name = "Small"
        currency = "EUR"
        interval = "month"
        one_time_fee = 5_000
        [plans.products]
        meeting = { seats = 10, price = 1_000, maximum = 500 }
        training = { seats = 5, minimum = 2, tiered = [{ up_to = 10, price = 2_000 }, { price = 1_500 }], maximum = 500 }

        [[plans]]
        id = "large"
        version = 3
        name = "Large"
        family = "large"
        currency = "EUR"
        interval = "month"
        [plans.products]
        meeting = { seats = 100, included = 7, price = 900, maximum = 500 }
        phone = { seats = 10, price = 333, maximum = 500 }
        training = { seats = 50, volume = [{ up_to = 20, price = 1_900 }, { price = 1_299 }], maximum = 500 }

        [[plans]]
        id = "large-yearly"
        version = 1
        name = "Large, paid yearly"
        family = "large"
        currency = "EUR"
        interval = "year"
        [plans.products]
        meeting = { seats = 100, price = 9_000 }

        [[plans]]
        id = "dollars"
        version = 1
        name = "Dollars"
        currency = "USD"
        interval = "month"
        [plans.products]
        meeting = { seats = 100, price = 9_000 }

        [[plans]]
        id = "free"
        version = 1
        name = "Free"
        currency = "EUR"
        trial_days = 30
        [plans.products]
        meeting = { seats = 10 }
    "#;

struct World {
    catalogue: Catalogue,
    calendar: Calendar,
    balance: Money,
}

impl World {
    fn new() -> Self {
        Self {
            catalogue: Catalogue::read(PLANS).unwrap(),
            calendar: Calendar::new(&TimeZone::utc()),
            balance: Money::zero(Currency::parse("EUR").unwrap()),
        }
    }

    /// A subscription whose period begins on `day`.
    fn subscription(&self, plan: &str, seats: &[(&str, i64)], day: Date) -> Subscription {
        let plan = self.catalogue.plan(plan).unwrap();
        let mut subscription = Subscription::start(AccountId::new(), plan, self.calendar.beginning(day));
        subscription.period = plan.interval.map(|interval| Period::begin(day, interval));
        if !seats.is_empty() {
            subscription.terms.seats = seats
                .iter()
                .map(|&(product, seats)| (product.to_owned(), seats))
                .collect();
        }
        subscription
    }

    fn decide(&self, subscription: &Subscription, wish: &Wish, day: Date) -> Result<Decision, ChangeRefused> {
        let scene = Scene {
            catalogue: &self.catalogue,
            calendar: &self.calendar,
            now: self.calendar.beginning(day),
            balance: self.balance,
        };
        scene.decide(subscription, wish)
    }
}

fn wish(plan: &str, seats: &[(&str, i64)]) -> Wish {
    Wish {
        plan: plan.to_owned(),
        seats: seats
            .iter()
            .map(|&(product, seats)| (product.to_owned(), seats))
            .collect(),
        ..Wish::default()
    }
}

fn amounts(decision: &Decision) -> Vec<i64> {
    decision
        .quote
        .lines
        .iter()
        .map(|line| line.amount.minor_units)
        .collect()
}

#[test]
fn seats_added_are_charged_for_the_days_that_are_left() {
    let world = World::new();
    let subscription = world.subscription("small", &[("meeting", 10), ("training", 5)], date(2026, 3, 1));
    let more = wish("", &[("meeting", 20), ("training", 5)]);
    let decision = world.decide(&subscription, &more, date(2026, 3, 11)).unwrap();
    // 21 of 31 days: 10,000 and 20,000 cents a month.
    assert_eq!(amounts(&decision), [-6_774, 13_548]);
    assert_eq!(decision.quote.total.minor_units, 6_774);
    assert_eq!(decision.next.period, subscription.period);
    assert_eq!(decision.next.version, subscription.version + 1);
}

#[test]
fn another_interval_begins_a_period_and_gives_the_rest_of_the_old_one_back() {
    let mut world = World::new();
    world.balance.minor_units = 1_000;
    let subscription = world.subscription("large", &[("meeting", 17)], date(2026, 4, 1));
    let yearly = wish("large-yearly", &[("meeting", 10)]);
    let decision = world.decide(&subscription, &yearly, date(2026, 4, 16)).unwrap();
    assert_eq!(amounts(&decision), [-4_500, 90_000]);
    let Quote {
        total,
        from_balance,
        due,
        ..
    } = decision.quote;
    assert_eq!(
        [total, from_balance, due].map(|money| money.minor_units),
        [85_500, 1_000, 84_500]
    );
    let period = decision.next.period.unwrap();
    assert_eq!((period.start, period.end), (date(2026, 4, 16), date(2027, 4, 16)));
}

#[test]
fn a_fee_is_charged_whole_and_once() {
    let world = World::new();
    let subscription = world.subscription("large", &[("meeting", 8), ("training", 2)], date(2026, 3, 1));
    let small = wish("small", &[("meeting", 8), ("training", 2)]);
    let decision = world.decide(&subscription, &small, date(2026, 3, 31)).unwrap();
    assert_eq!(decision.quote.lines.last().unwrap().amount.minor_units, 5_000);
    let more = wish("", &[("meeting", 9), ("training", 2)]);
    let decision = world.decide(&decision.next, &more, date(2026, 3, 31)).unwrap();
    assert_eq!(amounts(&decision), [-258, 290]);
}

#[test]
fn what_comes_at_the_period_s_end_costs_nothing_before() {
    let world = World::new();
    let subscription = world.subscription("small", &[("meeting", 10), ("training", 5)], date(2026, 3, 1));
    let fewer = Wish {
        when: When::PeriodEnd,
        ..wish("", &[("meeting", 4), ("training", 2)])
    };
    let decision = world.decide(&subscription, &fewer, date(2026, 3, 11)).unwrap();
    assert_eq!(decision.next.terms, subscription.terms);
    assert_eq!(decision.next.scheduled, Some(decision.terms.clone()));
    assert_eq!(
        (decision.effective, amounts(&decision)),
        (date(2026, 4, 1), vec![4_000, 4_000])
    );
    let again = world.decide(
        &decision.next,
        &wish("", &[("meeting", 4), ("training", 3)]),
        date(2026, 3, 12),
    );
    assert_eq!(again.unwrap_err(), ChangeRefused::Pending);
}

#[test]
fn another_interval_is_the_plan_of_the_family_that_has_it() {
    let (world, day) = (World::new(), date(2026, 3, 1));
    let subscription = world.subscription("large", &[("meeting", 100)], day);
    let decide = |plan: &str, interval| {
        let wish = Wish {
            interval: Some(interval),
            ..wish(plan, &[("meeting", 101)])
        };
        world
            .decide(&subscription, &wish, day)
            .map(|decision| decision.terms.plan.id)
    };
    let large = |id: &str| Ok(id.to_owned());
    assert_eq!(decide("", Interval::Month), large("large"));
    assert_eq!(decide("", Interval::Year), large("large-yearly"));
    assert_eq!(decide("large-yearly", Interval::Year), large("large-yearly"));
    assert_eq!(decide("large-yearly", Interval::Month), large("large"));
    assert_eq!(decide("small", Interval::Year), Err(ChangeRefused::PlanNotFound));
}

#[test]
fn a_change_comes_today_or_when_the_period_is_over() {
    let (world, today) = (World::new(), date(2026, 3, 11));
    let subscription = world.subscription("large", &[("meeting", 100)], date(2026, 3, 1));
    let decide = |day| {
        let wish = Wish {
            date: Some(day),
            ..wish("", &[("meeting", 90)])
        };
        match world.decide(&subscription, &wish, today) {
            Ok(decision) => Ok((decision.when, decision.effective)),
            Err(ChangeRefused::Invalid(faults)) => Err((faults[0].field.clone(), faults[0].reason)),
            Err(other) => panic!("{other:?}"),
        }
    };
    assert_eq!(decide(today), Ok((When::Now, today)));
    assert_eq!(decide(date(2026, 4, 1)), Ok((When::PeriodEnd, date(2026, 4, 1))));
    let refused = |reason| Err(("effective_date".to_owned(), reason));
    assert_eq!(decide(date(2026, 3, 10)), refused("DATE_PAST"));
    assert_eq!(decide(date(2026, 3, 12)), refused("DATE_UNAVAILABLE"));
    assert_eq!(decide(date(2026, 4, 2)), refused("DATE_UNAVAILABLE"));
}

#[test]
fn what_cannot_be_had_is_refused() {
    let mut world = World::new();
    let day = date(2026, 3, 1);
    let subscription = world.subscription("small", &[("meeting", 10), ("training", 5)], day);
    let refused = |world: &World, wish: Wish| world.decide(&subscription, &wish, day).unwrap_err();
    assert_eq!(refused(&world, wish("tiny", &[])), ChangeRefused::PlanNotFound);
    assert_eq!(refused(&world, wish("", &[])), ChangeRefused::Nothing);
    assert_eq!(
        refused(&world, wish("free", &[("meeting", 1)])),
        ChangeRefused::PlanNotForSale
    );
    assert_eq!(
        refused(&world, wish("dollars", &[("meeting", 1)])),
        ChangeRefused::Currency
    );
    world.balance.currency = Currency::parse("USD").unwrap();
    world.balance.minor_units = 1;
    assert_eq!(
        refused(&world, wish("large", &[("meeting", 1)])),
        ChangeRefused::Currency
    );
}

#[test]
fn seats_that_a_plan_does_not_offer_are_named_by_their_fields() {
    let (world, day) = (World::new(), date(2026, 3, 1));
    let subscription = world.subscription("small", &[("meeting", 10), ("training", 5)], day);
    let bad = [
        (
            [("meeting", 0), ("training", 2)],
            "seats[0].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        (
            [("meeting", -1), ("training", 2)],
            "seats[0].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        (
            [("meeting", i64::MIN), ("training", 2)],
            "seats[0].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        (
            [("training", 2), ("meeting", 501)],
            "seats[1].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        (
            [("training", 2), ("meeting", i64::MAX)],
            "seats[1].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        (
            [("meeting", 1), ("training", 1)],
            "seats[1].seats",
            "SEATS_OUT_OF_RANGE",
        ),
        ([("training", 2), ("training", 2)], "seats[1].product", "PRODUCT_TWICE"),
        ([("training", 2), ("phone", 2)], "seats[1].product", "PRODUCT_UNKNOWN"),
    ];
    for (seats, field, reason) in bad {
        let ChangeRefused::Invalid(faults) = world.decide(&subscription, &wish("", &seats), day).unwrap_err() else {
            panic!("{seats:?}")
        };
        let faults: Vec<_> = faults
            .iter()
            .map(|fault| (fault.field.as_str(), fault.reason))
            .collect();
        assert_eq!(faults[0], (field, reason), "{seats:?}");
    }
}

#[test]
fn a_state_that_allows_no_change_is_told() {
    let (world, day) = (World::new(), date(2026, 3, 1));
    let subscription = world.subscription("small", &[("meeting", 10), ("training", 5)], day);
    for state in [State::PastDue, State::Grace, State::Closed] {
        let subscription = Subscription {
            state,
            ..subscription.clone()
        };
        let answer = world.decide(&subscription, &wish("", &[("meeting", 1), ("training", 2)]), day);
        assert_eq!(answer.unwrap_err(), ChangeRefused::State(state));
    }
}

proptest! {
    /// Whatever is changed on whatever days of a period: every total is the sum of its lines, what is charged in the end
    /// is what the days cost that were had, to half a cent a line, and no cent of a balance comes from nowhere.
    #[test]
    fn no_money_appears_or_disappears(
        first in (2_i64..200, 1_i64..200),
        changes in proptest::collection::vec((0_i64..31, any::<bool>(), 2_i64..200, 1_i64..200), 1..12),
    ) {
        let mut world = World::new();
        let start = date(2026, 3, 1);
        let mut days: Vec<_> = changes;
        days.sort_by_key(|change| change.0);
        let seats = |training, meeting| [("meeting", meeting), ("training", training)];
        let mut subscription = world.subscription("large", &seats(first.0, first.1), start);
        let plan = |subscription: &Subscription| world_plan(&subscription.terms.plan.id);
        let mut exact = 0_i128;
        let mut since = 0;
        let (mut charged, mut lines, mut due) = (monthly(&plan(&subscription), &subscription), 0, 0);
        for (day, large, training, meeting) in days {
            let name = if large { "large" } else { "small" };
            let wish = wish(name, &seats(training, meeting));
            let today = start.saturating_add(jiff::ToSpan::days(day));
            let decision = match world.decide(&subscription, &wish, today) {
                Ok(decision) => decision,
                Err(refused) => {
                    prop_assert_eq!(refused, ChangeRefused::Nothing);
                    continue;
                }
            };
            let sum: i64 = amounts(&decision).iter().sum();
            prop_assert_eq!(decision.quote.total.minor_units, sum);
            let after = decision.quote.settle(world.balance).unwrap();
            let paid = decision.quote.due.minor_units;
            prop_assert_eq!(after.minor_units, world.balance.minor_units - sum + paid);
            prop_assert!(after.minor_units >= 0 && paid >= 0);
            prop_assert!(paid == 0 || after.minor_units == 0, "credits are used first");
            exact += i128::from(monthly(&plan(&subscription), &subscription)) * i128::from(day - since);
            since = day;
            let fees = decision.quote.lines.iter().filter(|line| line.product.is_empty());
            let fees: i64 = fees.map(|line| line.amount.minor_units).sum();
            charged += sum - fees;
            lines += i128::try_from(decision.quote.lines.len()).unwrap();
            due += paid;
            world.balance = after;
            subscription = decision.next;
        }
        exact += i128::from(monthly(&plan(&subscription), &subscription)) * i128::from(31 - since);
        // Each line is rounded by half a cent at most.
        let off = (i128::from(charged) * 31 - exact).abs();
        prop_assert!(2 * off <= 31 * lines, "{charged} charged, {exact}/31 had");
        prop_assert!(due >= 0);
    }

    /// There and back on one day costs nothing.
    #[test]
    fn a_round_trip_on_one_day_costs_nothing(
        day in 0_i64..31, from in (2_i64..500, 1_i64..500), to in (2_i64..500, 1_i64..500),
    ) {
        let world = World::new();
        let start = date(2026, 3, 1);
        let seats = |(training, meeting)| [("meeting", meeting), ("training", training)];
        let subscription = world.subscription("large", &seats(from), start);
        let today = start.saturating_add(jiff::ToSpan::days(day));
        if let Ok(there) = world.decide(&subscription, &wish("", &seats(to)), today) {
            let back = world.decide(&there.next, &wish("", &seats(from)), today).unwrap();
            let total = there.quote.total.plus(back.quote.total).unwrap();
            prop_assert_eq!(total.minor_units, 0);
        }
    }
}

fn world_plan(id: &str) -> Plan {
    Catalogue::read(PLANS).unwrap().plan(id).unwrap().clone()
}

fn monthly(plan: &Plan, subscription: &Subscription) -> i64 {
    let seats = subscription.terms.seats.iter();
    seats
        .map(|(product, seats)| plan.amount(product, *seats).unwrap().minor_units)
        .sum()
}
