//! What the words of a mail can speak of.

use fluent_bundle::FluentArgs;
use jiff::tz::TimeZone;

use super::marks::Marks;
use crate::domain::{Bill, Content, SeatCount, one_line};

/// The variables of `content`, the same for every kind, with numbers as a language writes them. The link is none of them: it
/// stands alone.
pub(super) fn values(content: &Content, marks: &Marks) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    values.set("account", name(&content.account_name));
    values.set("given_name", name(&content.given_name));
    values.set("full_name", name(&content.reader_name()));
    values.set("reader_known", known(&content.given_name));
    values.set("person", name(&content.person_name));
    values.set("person_known", known(&content.person_name));
    if let Some(time) = content.expire_time {
        let time = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::MAX);
        // The reader's time zone is not known here.
        let time = time.to_zoned(TimeZone::UTC);
        values.set("weekday", time.weekday().to_monday_one_offset());
        values.set("day", time.day());
        values.set("month", time.month());
        values.set("year", time.year());
        values.set("time", time.strftime("%H:%M").to_string());
    }
    set_bill(&mut values, &content.bill, marks);
    values
}

/// The same with the seats of one product, for a row about them.
pub(super) fn row(content: &Content, count: &SeatCount, marks: &Marks) -> FluentArgs<'static> {
    let mut values = values(content, marks);
    values.set("product", name(&count.product_name));
    values.set("present", marks.write(&count.present.to_string()));
    values.set("seats", marks.write(&count.seats.to_string()));
    values
}

fn set_bill(values: &mut FluentArgs<'static>, bill: &Bill, marks: &Marks) {
    values.set("amount_known", yes_or_no(bill.amount.is_some()));
    values.set("date_known", yes_or_no(bill.date.is_some()));
    if let Some(number) = bill.invoice_number {
        values.set("number", number.to_string());
    }
    if let Some(amount) = bill.amount {
        values.set("currency", amount.currency.to_string());
        values.set("amount", marks.write(&amount.decimal()));
    }
    if let Some(date) = bill.date {
        values.set("day", date.day());
        values.set("month", date.month());
        values.set("year", date.year());
    }
}

/// A name as it stands in a sentence: on one line, and isolated if it is written from right to left, so that it does not
/// turn the words around it.
pub(super) fn name(text: &str) -> String {
    let name = one_line(text);
    if name.chars().any(is_right_to_left) {
        format!("\u{2068}{name}\u{2069}")
    } else {
        name
    }
}

fn known(name: &str) -> &'static str {
    yes_or_no(!one_line(name).is_empty())
}

const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// The blocks that Unicode keeps for scripts from right to left, and the mark that acts as one of their letters.
const fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{200f}' | '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_place() {
        let cases = [
            ("Ada", "Ada"),
            ("Łukasz O’Brien-名前", "Łukasz O’Brien-名前"),
            ("Ada\r\nBcc: eve", "Ada Bcc: eve"),
            ("Ada\u{202e}\u{2067}\u{200b}\0", "Ada"),
            ("עדה", "\u{2068}עדה\u{2069}"),
            ("آدا Ada", "\u{2068}آدا Ada\u{2069}"),
            ("\u{200f}Ada", "\u{2068}\u{200f}Ada\u{2069}"),
            ("\u{2069}עדה", "\u{2068}עדה\u{2069}"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(name(text), expected, "{text:?}");
        }
    }
}
