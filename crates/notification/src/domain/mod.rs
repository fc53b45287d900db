//! What is true of e-mails: what an order must hold, how often a mail is tried, what may be told of it.

mod bill;
mod cancellation;
mod claim;
mod content;
mod delivery;
mod kept_mail;
mod letter;
mod link;
mod mail;
mod nearest;
mod order;
mod reason;
mod refusal;
mod retry;
mod state;
mod suppression;
mod traffic;
mod wording;

pub(crate) use bill::{Bill, BillDraft, SeatCount};
pub(crate) use cancellation::MailKey;
pub(crate) use claim::{Claim, OBSOLETE};
pub(crate) use content::{Content, GrantedProduct};
pub(crate) use delivery::{Delivery, Filter, Position};
pub(crate) use kept_mail::{KeptMail, Wanted};
pub(crate) use letter::{Letter, Written};
pub(crate) use link::Link;
pub(crate) use mail::{Kind, Mail};
pub(crate) use nearest::nearest;
pub(crate) use order::{Draft, MAX_MAILS, Order, Violation};
pub(crate) use reason::{is_formatting, one_line};
pub(crate) use refusal::{Refusal, Step};
pub(crate) use retry::{Failure, RetryPolicy, Verdict};
pub(crate) use state::State;
pub(crate) use suppression::Suppression;
pub(crate) use traffic::{Lane, Traffic};
pub(crate) use wording::{Field, Flaw, Translation, Translations, Wording, WordingKey};
