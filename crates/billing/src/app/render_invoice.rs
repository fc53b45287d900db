//! An invoice as a page to read, print and keep.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use types::Timestamp;

use crate::domain::{BillingInformation, Calendar, Catalogue, Invoice, InvoiceKind, InvoiceState, Line, LineKind};

const TEMPLATE: &str = include_str!("../../templates/invoice.html");

/// Fills the page in; everything that somebody typed is escaped.
///
/// # Errors
/// When the template and this do not fit together.
pub(super) fn render(
    invoice: &Invoice,
    calendar: &Calendar,
    catalogue: &Catalogue,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("invoice", TEMPLATE)?;
    let quote = &invoice.document.quote;
    let sums = [
        ("Total", quote.total),
        ("Paid from the balance", quote.from_balance),
        ("Added to the balance", quote.credited),
        ("To be paid", quote.due),
    ];
    let sums = sums.map(|(name, money)| context! { name => name, value => money.decimal() });
    let lines = quote.lines.iter().map(|line| row(line, catalogue));
    let page = context! {
        title => title(invoice),
        currency => quote.total.currency.to_string(),
        bill_to => address(&invoice.document.bill_to),
        facts => facts(invoice, calendar),
        lines => lines.collect::<Vec<_>>(),
        sums => sums.to_vec(),
    };
    environment.get_template("invoice")?.render(page)
}

fn title(invoice: &Invoice) -> String {
    let kind = match invoice.kind {
        InvoiceKind::Invoice => "Invoice",
        InvoiceKind::CreditNote => "Credit note",
    };
    match invoice.number {
        Some(number) => format!("{kind} {number}"),
        None => format!("Draft of an {}", kind.to_lowercase()),
    }
}

fn address(to: &BillingInformation) -> Vec<String> {
    let city = [&to.postal_code, &to.city].map(String::as_str).join(" ");
    let mut lines = vec![to.company.clone()];
    lines.extend(to.address_lines.iter().cloned());
    lines.extend([city.trim().to_owned(), to.region.clone(), to.country.clone()]);
    lines.retain(|line| !line.is_empty());
    lines
}

fn facts(invoice: &Invoice, calendar: &Calendar) -> Vec<Value> {
    let to = &invoice.document.bill_to;
    let day = |time: Option<Timestamp>| time.map(|time| calendar.date(time).to_string()).unwrap_or_default();
    let state = match invoice.state {
        InvoiceState::Draft => "draft",
        InvoiceState::Open => "to be paid",
        InvoiceState::Paid => "paid",
        InvoiceState::Void => "taken back",
    };
    let facts = [
        ("Issued", day(invoice.issue_time)),
        ("State", state.to_owned()),
        ("Paid", day(invoice.pay_time)),
        ("Tax id", to.tax_id.clone()),
        ("Purchase order", to.purchase_order.clone()),
        ("Reference", invoice.id.to_string()),
        (
            "Corrects",
            invoice.corrects.map(|id| id.to_string()).unwrap_or_default(),
        ),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    facts
        .map(|(name, value)| context! { name => name, value => value })
        .collect()
}

fn row(line: &Line, catalogue: &Catalogue) -> Value {
    let plan = catalogue
        .sold(&line.plan)
        .map_or(line.plan.id.as_str(), |plan| plan.name.as_str());
    let what = match line.kind {
        LineKind::Seats => format!("{} × {}, {plan}", line.seats, line.product),
        LineKind::Unused => format!("Not used: {} × {}, {plan}", line.seats, line.product),
        LineKind::OneTimeFee => format!("Once: {plan}"),
    };
    let last = line.end.yesterday().unwrap_or(line.end);
    let days = if line.start < line.end {
        format!("{} to {last}", line.start)
    } else {
        line.start.to_string()
    };
    context! { what => what, days => days, amount => line.amount.decimal() }
}
