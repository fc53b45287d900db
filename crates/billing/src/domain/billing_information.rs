//! Whom invoices are addressed to, and how they are paid.

use serde::{Deserialize, Serialize};
use types::Email;

use super::{Fault, card_number, tax_id};

/// The most lines of an address before its city.
const MAX_ADDRESS_LINES: usize = 3;

/// What stands on an account's invoices. All of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BillingInformation {
    pub(crate) company: String,
    pub(crate) address_lines: Vec<String>,
    pub(crate) city: String,
    pub(crate) postal_code: String,
    pub(crate) region: String,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    pub(crate) tax_id: String,
    pub(crate) invoice_email: String,
    pub(crate) purchase_order: String,
    /// What the payment provider calls the way to pay.
    pub(crate) payment_method: String,
}

impl BillingInformation {
    /// The fields' names.
    pub(crate) const FIELDS: [&'static str; 10] = [
        "company",
        "address_lines",
        "city",
        "postal_code",
        "region",
        "country",
        "tax_id",
        "invoice_email",
        "purchase_order",
        "payment_method",
    ];

    /// The same with the named fields as they are in `other`.
    pub(crate) fn merge(mut self, other: Self, fields: &[String]) -> Self {
        for field in fields {
            match field.as_str() {
                "company" => self.company.clone_from(&other.company),
                "address_lines" => self.address_lines.clone_from(&other.address_lines),
                "city" => self.city.clone_from(&other.city),
                "postal_code" => self.postal_code.clone_from(&other.postal_code),
                "region" => self.region.clone_from(&other.region),
                "country" => self.country.clone_from(&other.country),
                "tax_id" => self.tax_id.clone_from(&other.tax_id),
                "invoice_email" => self.invoice_email.clone_from(&other.invoice_email),
                "purchase_order" => self.purchase_order.clone_from(&other.purchase_order),
                _ => self.payment_method.clone_from(&other.payment_method),
            }
        }
        self
    }

    /// What is wrong with it, field by field.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.texts().into_iter().filter_map(fault_of_text).collect();
        let mut add = |field: &str, reason, description: &str| {
            faults.push(Fault {
                field: field.to_owned(),
                reason,
                description: description.to_owned(),
            });
        };
        if self.address_lines.len() > MAX_ADDRESS_LINES {
            add("address_lines", "TOO_LONG", "at most 3 lines");
        }
        let two_letters = self.country.len() == 2 && self.country.bytes().all(|octet| octet.is_ascii_uppercase());
        if !(self.country.is_empty() || two_letters) {
            add(
                "country",
                "COUNTRY_UNKNOWN",
                "two capital letters (ISO 3166-1), such as DE",
            );
        } else if !(self.tax_id.is_empty() || tax_id::is_well_formed(&self.country, &self.tax_id)) {
            add(
                "tax_id",
                "TAX_ID_MALFORMED",
                "this is not how the country writes tax ids, such as DE123456789",
            );
        }
        if !self.invoice_email.is_empty() && Email::parse(&self.invoice_email).is_err() {
            add("invoice_email", "EMAIL_MALFORMED", "this is no e-mail address");
        }
        faults
    }

    /// Each text with its field and the most characters it may have.
    fn texts(&self) -> Vec<(String, &str, usize)> {
        let plain = [
            ("company", &self.company, 128),
            ("city", &self.city, 64),
            ("postal_code", &self.postal_code, 16),
            ("region", &self.region, 64),
            ("country", &self.country, 2),
            ("tax_id", &self.tax_id, 32),
            ("invoice_email", &self.invoice_email, 254),
            ("purchase_order", &self.purchase_order, 64),
            ("payment_method", &self.payment_method, 128),
        ];
        let plain = plain.map(|(field, text, most)| (field.to_owned(), text.as_str(), most));
        let lines = self.address_lines.iter().enumerate();
        let lines = lines.map(|(row, line)| (format!("address_lines[{row}]"), line.as_str(), 128));
        plain.into_iter().chain(lines).collect()
    }
}

fn fault_of_text((field, text, most): (String, &str, usize)) -> Option<Fault> {
    let (reason, description) = if text.chars().count() > most {
        ("TOO_LONG", format!("at most {most} characters"))
    } else if text.chars().any(char::is_control) {
        (
            "CONTROL_CHARACTER",
            "no line breaks or other control characters".to_owned(),
        )
    } else if field != "invoice_email" && card_number::is_in(text) {
        // In an address, digits that fit by chance are part of an id; what is no address is refused for that.
        let text = "this looks like a card number: give the reference that the payment provider has for it";
        ("CARD_NUMBER", text.to_owned())
    } else {
        return None;
    };
    Some(Fault {
        field,
        reason,
        description,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut BillingInformation)) -> Vec<(String, &'static str)> {
        let mut information = BillingInformation {
            company: "Ada & Söhne GmbH".to_owned(),
            address_lines: vec!["Hauptstraße 1".to_owned()],
            country: "DE".to_owned(),
            tax_id: "DE123456789".to_owned(),
            invoice_email: "bills@example.com".to_owned(),
            payment_method: "pm_1N4b0".to_owned(),
            ..BillingInformation::default()
        };
        change(&mut information);
        let faults = information.faults().into_iter();
        faults.map(|fault| (fault.field, fault.reason)).collect()
    }

    #[test]
    fn what_is_wrong_is_named_field_by_field() {
        assert_eq!(faults(|_| {}), []);
        assert_eq!(BillingInformation::default().faults(), []);
        let one = |field: &str, reason| vec![(field.to_owned(), reason)];
        assert_eq!(faults(|it| it.company = "x".repeat(129)), one("company", "TOO_LONG"));
        assert_eq!(faults(|it| it.city = "A\nB".into()), one("city", "CONTROL_CHARACTER"));
        assert_eq!(
            faults(|it| it.country = "Germany".into()).last().unwrap().1,
            "COUNTRY_UNKNOWN"
        );
        assert_eq!(
            faults(|it| it.tax_id = "DE12345678".into()),
            one("tax_id", "TAX_ID_MALFORMED")
        );
        assert_eq!(faults(|it| it.country = "FR".into()), one("tax_id", "TAX_ID_MALFORMED"));
        assert_eq!(
            faults(|it| it.invoice_email = "bills".into()),
            one("invoice_email", "EMAIL_MALFORMED")
        );
        assert_eq!(
            faults(|it| it.address_lines = vec![String::new(); 4]),
            one("address_lines", "TOO_LONG")
        );
        let card = "4111 1111-1111 1111";
        assert_eq!(
            faults(|it| it.payment_method = card.into()),
            one("payment_method", "CARD_NUMBER")
        );
        assert_eq!(
            faults(|it| it.purchase_order = card.into()),
            one("purchase_order", "CARD_NUMBER")
        );
        assert_eq!(
            faults(|it| it.address_lines = vec![card.into()]),
            one("address_lines[0]", "CARD_NUMBER")
        );
        let address = "bills-4111-1111-1111-1111@example.com";
        assert_eq!(faults(|it| it.invoice_email = address.into()), vec![]);
    }

    #[test]
    fn only_the_fields_that_are_named_change() {
        let present = BillingInformation {
            company: "A".to_owned(),
            city: "B".to_owned(),
            ..BillingInformation::default()
        };
        let wanted = BillingInformation {
            company: "C".to_owned(),
            ..BillingInformation::default()
        };
        let merged = present.clone().merge(wanted.clone(), &["company".to_owned()]);
        assert_eq!((merged.company.as_str(), merged.city.as_str()), ("C", "B"));
        let all = BillingInformation::FIELDS.map(str::to_owned);
        assert_eq!(present.merge(wanted.clone(), &all), wanted);
    }
}
