//! E-mails about bills and seats: what a notice must be like, and who gets it.

use serde::{Deserialize, Serialize};
use types::{BillingNotice, Email};

use super::account::{Account, AccountState};
use super::user::User;

/// The longest id of a notice, in octets.
const MAX_ID: usize = 128;
/// The most products that one notice names.
const MAX_PRODUCTS: usize = 100;

/// A notice to one of its readers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillingMail {
    /// What it tells.
    pub notice: BillingNotice,
    /// The same for every repetition of the same mail, whoever has the post by then.
    pub send_key: String,
    /// The address, as it was typed.
    pub to: String,
    /// The reader's given name; empty for an address that is nobody's.
    pub given_name: String,
    /// The reader's family name; likewise.
    pub family_name: String,
    /// The reader's language; that of the billing contact for an address that is nobody's.
    pub language: String,
    /// The account's name.
    pub account_name: String,
}

impl BillingMail {
    /// The mails by which `contact` of `account` is told; none when the account is closed.
    pub fn of(notice: &BillingNotice, account: &Account, contact: &User) -> Vec<Self> {
        if account.state == AccountState::Closed {
            return vec![];
        }
        let own = Self {
            notice: notice.clone(),
            send_key: format!("bill:{}", notice.id),
            to: contact.address.clone(),
            given_name: contact.given_name.clone(),
            family_name: contact.family_name.clone(),
            language: contact.language.clone(),
            account_name: account.name.clone(),
        };
        let canonical = |address: &str| Email::parse(address).ok().map(|email| email.canonical().to_owned());
        let is_another = |address: &&String| canonical(address) != canonical(&contact.address);
        let copy = notice.copy_to.as_ref().filter(is_another).map(|address| Self {
            send_key: format!("bill:{}:copy", notice.id),
            to: address.clone(),
            given_name: String::new(),
            family_name: String::new(),
            ..own.clone()
        });
        [Some(own), copy].into_iter().flatten().collect()
    }
}

/// The field of a notice that is not as it must be.
pub fn fault(notice: &BillingNotice) -> Option<&'static str> {
    let id_fits = (1..=MAX_ID).contains(&notice.id.len()) && notice.id.bytes().all(|byte| byte.is_ascii_graphic());
    let is_malformed = |address: &String| Email::parse(address).is_err();
    let checks = [
        ("notice_id", !id_fits),
        ("invoice_number", notice.invoice_number.is_some_and(|number| number < 1)),
        ("amount", notice.amount.is_some_and(|amount| amount.minor_units < 0)),
        (
            "seats",
            notice.seats.len() > MAX_PRODUCTS || notice.seats.iter().any(|seats| seats.present.min(seats.seats) < 0),
        ),
        ("copy_to", notice.copy_to.as_ref().is_some_and(is_malformed)),
    ];
    checks.into_iter().find(|(_, wrong)| *wrong).map(|(field, _)| field)
}
