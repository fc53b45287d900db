//! What is true of plans, subscriptions and money, without any I/O.

mod account;
mod advance;
mod billing_information;
mod calendar;
mod card_number;
mod catalogue;
mod change;
mod intent;
mod invoice;
mod line;
mod notice;
mod payment;
mod period;
mod plan;
mod price;
mod quote;
mod state;
mod subscription;
mod tax_id;

pub(crate) use account::Account;
pub(crate) use advance::{Passage, Step};
pub(crate) use billing_information::BillingInformation;
pub(crate) use calendar::Calendar;
pub(crate) use catalogue::{BUILT_IN, Catalogue};
pub(crate) use change::{ChangeRefused, Decision, Fault, Scene, When, Wish};
pub(crate) use intent::{Answer, Change, Intent, Surplus};
pub(crate) use invoice::{Invoice, InvoiceKind, InvoiceState};
pub(crate) use line::{Line, LineKind, Sale};
pub(crate) use notice::{of_change, of_invoice, of_late_payment};
pub(crate) use payment::{Charge, EventSeal, PaymentEvent, PaymentEventKind, SignedEvent};
pub(crate) use period::Period;
pub(crate) use plan::{Interval, Plan, PlanKey, PlanProduct};
pub(crate) use price::Price;
pub(crate) use quote::Quote;
pub(crate) use state::State;
pub(crate) use subscription::{SeatTotals, Seats, Subscription, Terms};
