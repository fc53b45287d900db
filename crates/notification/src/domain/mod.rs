//! What is true of e-mails: what an order must hold, how often a mail is tried, what may be told of it.

mod bill;
mod content;
mod delivery;
mod letter;
mod link;
mod mail;
mod nearest;
mod order;
mod reason;
mod retry;
mod wording;

pub(crate) use bill::{Bill, BillDraft, SeatCount};
pub(crate) use content::{Content, GrantedProduct};
pub(crate) use delivery::{Delivery, Filter, Position};
pub(crate) use letter::{Letter, Written};
pub(crate) use link::Link;
pub(crate) use mail::{Kind, Mail, State};
pub(crate) use nearest::nearest;
pub(crate) use order::{Draft, MAX_MAILS, Order, Violation};
pub(crate) use reason::{is_formatting, one_line};
pub(crate) use retry::{Failure, RetryPolicy, Verdict};
pub(crate) use wording::{Field, Flaw, Translation, Translations, Wording, WordingKey};
