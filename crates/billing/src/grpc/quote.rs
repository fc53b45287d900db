//! Quotes as the API shows them.

use jiff::civil::Date;
use proto::billing::v1 as api;

use crate::domain::{Line, LineKind, Quote};

/// Lines and their sum.
pub(super) fn quote(quote: Quote) -> api::Quote {
    api::Quote {
        currency: quote.total.currency.to_string(),
        total: quote.total.minor_units,
        from_balance: quote.from_balance.minor_units,
        due: quote.due.minor_units,
        credited: quote.credited.minor_units,
        lines: quote.lines.into_iter().map(line).collect(),
    }
}

/// A day (ISO 8601).
pub(super) fn date(date: Date) -> String {
    date.to_string()
}

fn line(line: Line) -> api::Line {
    let kind = match line.kind {
        LineKind::Seats => api::line::Kind::Seats,
        LineKind::Unused => api::line::Kind::Unused,
        LineKind::OneTimeFee => api::line::Kind::OneTimeFee,
    };
    api::Line {
        kind: kind.into(),
        plan: line.plan.id,
        plan_version: line.plan.version,
        product: line.product,
        seats: line.seats,
        start_date: date(line.start),
        end_date: date(line.end),
        amount: line.amount.minor_units,
    }
}
