//! Mails and deliveries as the API speaks of them.

use proto::notification::internal::v1 as internal;
use proto::notification::v1 as api;
use types::{AccountId, Email, InvitationId, MailId, PageSize, Timestamp};

use super::wording;
use crate::app::Changes;
use crate::domain::{
    BillDraft, Delivery, Draft, Filter, GrantedProduct, KeptMail, Kind, Link, MailKey, SeatCount, State, Suppression,
    Violation, Wanted,
};
use crate::error::Error;

/// The most invitations that are asked about at once.
const MAX_INVITATIONS: usize = 1_000;

/// One mail that is ordered.
pub(super) fn draft(mail: internal::Mail) -> Draft {
    let kind = kind_from(mail.kind());
    Draft {
        send_key: mail.send_key,
        account_id: mail.account_id,
        invitation_id: mail.invitation_id,
        kind,
        to: mail.to,
        language: mail.language,
        given_name: mail.given_name,
        family_name: mail.family_name,
        account_name: mail.account_name,
        person_name: mail.person_name,
        link: Link::new(mail.link),
        expire_time: mail.expire_time.and_then(time_from),
        products: mail.products.into_iter().map(product).collect(),
        bill: mail.bill.map(bill),
        wording: mail.wording.map(wording::key),
        resent: mail.resent,
        trace_parent: mail.trace_parent,
    }
}

fn bill(bill: internal::Bill) -> BillDraft {
    let seats = bill.seats.into_iter().map(|count| SeatCount {
        product_name: count.product_name,
        present: count.present,
        seats: count.seats,
    });
    BillDraft {
        invoice_number: bill.invoice_number,
        amount: bill.amount,
        currency: bill.currency,
        date: bill.date,
        seats: seats.collect(),
    }
}

/// A product that is granted.
pub(super) fn product(product: internal::GrantedProduct) -> GrantedProduct {
    GrantedProduct {
        name: product.name,
        guide_url: product.guide_url,
    }
}

/// The keys of mails that are cancelled.
pub(super) fn keys(request: internal::CancelMailsRequest) -> Result<Vec<MailKey>, Error> {
    let mut violations = Vec::new();
    let mut keys = Vec::with_capacity(request.keys.len());
    for (index, key) in request.keys.into_iter().enumerate() {
        if key.send_key.is_empty() {
            violations.push(violation(&format!("keys[{index}].send_key"), "a key is required"));
        }
        match key.account_id.parse() {
            Ok(account_id) => keys.push(MailKey {
                account_id,
                send_key: key.send_key,
            }),
            Err(error) => violations.push(violation(&format!("keys[{index}].account_id"), error)),
        }
    }
    if violations.is_empty() {
        Ok(keys)
    } else {
        Err(Error::MailMalformed(violations))
    }
}

/// An address that the list is asked about.
pub(super) fn address(text: &str) -> Result<Email, Error> {
    Email::parse(text).map_err(|error| Error::AddressMalformed(violation("address", error)))
}

/// An entry of the list of addresses that take no mail.
pub(super) fn suppression(suppression: Suppression) -> internal::Suppression {
    internal::Suppression {
        address: suppression.address,
        reason: suppression.reason,
        delivery_id: suppression.mail_id.to_string(),
        create_time: Some(chassis::timestamp(suppression.create_time)),
    }
}

/// Which deliveries are listed, and how many at a time.
pub(super) fn list(request: &api::ListDeliveriesRequest) -> Result<(Filter, PageSize), Error> {
    let size = PageSize::parse(request.page_size).map_err(|error| malformed("page_size", error))?;
    let state =
        api::delivery::State::try_from(request.state).map_err(|_| malformed("state", "no state has this number"))?;
    let invitation = match request.invitation_id.as_str() {
        "" => None,
        id => Some(
            id.parse()
                .map_err(|error| Error::IdMalformed(vec![violation("invitation_id", error)]))?,
        ),
    };
    Ok((
        Filter {
            state: state_from(state),
            invitation,
        },
        size,
    ))
}

/// The e-mail that is asked about.
pub(super) fn mail_id(field: &str, id: &str) -> Result<MailId, Error> {
    id.parse()
        .map_err(|error| Error::IdMalformed(vec![violation(field, error)]))
}

/// The mail that is waited for.
pub(super) fn wanted(request: &api::WaitForMailRequest) -> Result<Wanted, Error> {
    let recipient = Email::parse(&request.recipient);
    let recipient = recipient.map_err(|error| Error::AddressMalformed(violation("recipient", error)))?;
    let kind = api::delivery::Kind::try_from(request.kind).map_err(|_| malformed("kind", "no kind has this number"))?;
    let after = match request.after.as_str() {
        "" => None,
        id => Some(mail_id("after", id)?),
    };
    Ok(Wanted {
        recipient,
        kind: kind_from(kind),
        after,
    })
}

/// A mail with what is in it.
pub(super) fn kept_mail(mail: KeptMail) -> api::WaitForMailResponse {
    api::WaitForMailResponse {
        links: mail.links(),
        delivery: Some(delivery(mail.delivery)),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
    }
}

/// A part of a watch.
pub(super) fn changes(changes: Changes) -> api::WatchDeliveriesResponse {
    api::WatchDeliveriesResponse {
        deliveries: deliveries(changes.deliveries),
        since: Some(chassis::timestamp(changes.since)),
    }
}

/// From when on a watch tells what has changed.
pub(super) fn since(request: &api::WatchDeliveriesRequest) -> Result<Option<Timestamp>, Error> {
    let read = |time| time_from(time).ok_or_else(|| malformed("since", "a time is expected"));
    request.since.map(read).transpose()
}

/// Which invitations of which account are asked about.
pub(super) fn batch(request: &internal::BatchGetDeliveriesRequest) -> Result<(AccountId, Vec<InvitationId>), Error> {
    let ids = &request.invitation_ids;
    if ids.len() > MAX_INVITATIONS {
        let problem = format!("at most {MAX_INVITATIONS} ids are expected");
        return Err(Error::IdMalformed(vec![violation("invitation_ids", problem)]));
    }
    let mut violations = Vec::new();
    let account = request.account_id.parse();
    if let Err(error) = account {
        violations.push(violation("account_id", error));
    }
    let mut invitations = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        match id.parse() {
            Ok(id) => invitations.push(id),
            Err(error) => violations.push(violation(&format!("invitation_ids[{index}]"), error)),
        }
    }
    match account {
        Ok(account) if violations.is_empty() => Ok((account, invitations)),
        Ok(_) | Err(_) => Err(Error::IdMalformed(violations)),
    }
}

/// Deliveries, in their order.
pub(super) fn deliveries(deliveries: Vec<Delivery>) -> Vec<api::Delivery> {
    deliveries.into_iter().map(delivery).collect()
}

/// One delivery.
pub(super) fn delivery(delivery: Delivery) -> api::Delivery {
    api::Delivery {
        id: delivery.id.to_string(),
        invitation_id: delivery.invitation.map(|id| id.to_string()).unwrap_or_default(),
        kind: kind(delivery.kind).into(),
        to: delivery.to,
        state: state(delivery.state).into(),
        reason: delivery.reason,
        attempts: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
        message_id: delivery.message_id,
        create_time: Some(chassis::timestamp(delivery.create_time)),
        update_time: Some(chassis::timestamp(delivery.update_time)),
        send_time: delivery.send_time.map(chassis::timestamp),
        next_attempt_time: delivery.next_attempt_time.map(chassis::timestamp),
    }
}

const fn kind(kind: Kind) -> api::delivery::Kind {
    match kind {
        Kind::Welcome => api::delivery::Kind::Welcome,
        Kind::Transfer => api::delivery::Kind::Transfer,
        Kind::SignUp => api::delivery::Kind::SignUp,
        Kind::SignUpKnown => api::delivery::Kind::SignUpKnown,
        Kind::PasswordReset => api::delivery::Kind::PasswordReset,
        Kind::PasswordChanged => api::delivery::Kind::PasswordChanged,
        Kind::TransferJoined => api::delivery::Kind::TransferJoined,
        Kind::TransferLeft => api::delivery::Kind::TransferLeft,
        Kind::TransferDeclined => api::delivery::Kind::TransferDeclined,
        Kind::TransferStayed => api::delivery::Kind::TransferStayed,
        Kind::BillingContactOffered => api::delivery::Kind::BillingContactOffered,
        Kind::BillingContactChanged => api::delivery::Kind::BillingContactChanged,
        Kind::AccountClosed => api::delivery::Kind::AccountClosed,
        Kind::InvoiceIssued => api::delivery::Kind::InvoiceIssued,
        Kind::CreditNoteIssued => api::delivery::Kind::CreditNoteIssued,
        Kind::PaymentFailed => api::delivery::Kind::PaymentFailed,
        Kind::SubscriptionGrace => api::delivery::Kind::SubscriptionGrace,
        Kind::SubscriptionCancelled => api::delivery::Kind::SubscriptionCancelled,
        Kind::SubscriptionEnded => api::delivery::Kind::SubscriptionEnded,
        Kind::TrialEnding => api::delivery::Kind::TrialEnding,
        Kind::SeatsDecreasing => api::delivery::Kind::SeatsDecreasing,
        Kind::SeatsOverLimit => api::delivery::Kind::SeatsOverLimit,
    }
}

const fn kind_from(kind: api::delivery::Kind) -> Option<Kind> {
    match kind {
        api::delivery::Kind::Unspecified => None,
        api::delivery::Kind::Welcome => Some(Kind::Welcome),
        api::delivery::Kind::Transfer => Some(Kind::Transfer),
        api::delivery::Kind::SignUp => Some(Kind::SignUp),
        api::delivery::Kind::SignUpKnown => Some(Kind::SignUpKnown),
        api::delivery::Kind::PasswordReset => Some(Kind::PasswordReset),
        api::delivery::Kind::PasswordChanged => Some(Kind::PasswordChanged),
        api::delivery::Kind::TransferJoined => Some(Kind::TransferJoined),
        api::delivery::Kind::TransferLeft => Some(Kind::TransferLeft),
        api::delivery::Kind::TransferDeclined => Some(Kind::TransferDeclined),
        api::delivery::Kind::TransferStayed => Some(Kind::TransferStayed),
        api::delivery::Kind::BillingContactOffered => Some(Kind::BillingContactOffered),
        api::delivery::Kind::BillingContactChanged => Some(Kind::BillingContactChanged),
        api::delivery::Kind::AccountClosed => Some(Kind::AccountClosed),
        api::delivery::Kind::InvoiceIssued => Some(Kind::InvoiceIssued),
        api::delivery::Kind::CreditNoteIssued => Some(Kind::CreditNoteIssued),
        api::delivery::Kind::PaymentFailed => Some(Kind::PaymentFailed),
        api::delivery::Kind::SubscriptionGrace => Some(Kind::SubscriptionGrace),
        api::delivery::Kind::SubscriptionCancelled => Some(Kind::SubscriptionCancelled),
        api::delivery::Kind::SubscriptionEnded => Some(Kind::SubscriptionEnded),
        api::delivery::Kind::TrialEnding => Some(Kind::TrialEnding),
        api::delivery::Kind::SeatsDecreasing => Some(Kind::SeatsDecreasing),
        api::delivery::Kind::SeatsOverLimit => Some(Kind::SeatsOverLimit),
    }
}

const fn state(state: State) -> api::delivery::State {
    match state {
        State::Queued => api::delivery::State::Queued,
        State::Sending => api::delivery::State::Sending,
        State::Retrying => api::delivery::State::Retrying,
        State::Sent => api::delivery::State::Sent,
        State::Bounced => api::delivery::State::Bounced,
        State::Failed => api::delivery::State::Failed,
        State::Suppressed => api::delivery::State::Suppressed,
        State::Cancelled => api::delivery::State::Cancelled,
    }
}

const fn state_from(state: api::delivery::State) -> Option<State> {
    match state {
        api::delivery::State::Unspecified => None,
        api::delivery::State::Queued => Some(State::Queued),
        api::delivery::State::Sending => Some(State::Sending),
        api::delivery::State::Retrying => Some(State::Retrying),
        api::delivery::State::Sent => Some(State::Sent),
        api::delivery::State::Bounced => Some(State::Bounced),
        api::delivery::State::Failed => Some(State::Failed),
        api::delivery::State::Suppressed => Some(State::Suppressed),
        api::delivery::State::Cancelled => Some(State::Cancelled),
    }
}

/// The years 1 to 9999, as the type's own comments say.
pub(super) fn time_from(time: prost_types::Timestamp) -> Option<Timestamp> {
    let in_range =
        (-62_135_596_800..=253_402_300_799).contains(&time.seconds) && (0..1_000_000_000).contains(&time.nanos);
    in_range.then(|| Timestamp::from_micros(time.seconds * 1_000_000 + i64::from(time.nanos) / 1_000))
}

fn malformed(field: &str, problem: impl ToString) -> Error {
    Error::ListMalformed(violation(field, problem))
}

fn violation(field: &str, problem: impl ToString) -> Violation {
    Violation {
        field: field.to_owned(),
        problem: problem.to_string(),
    }
}
