//! Telling identity what accounts' billing contacts are to know.

use proto::identity::internal::v1::notice_service_client::NoticeServiceClient;
use proto::identity::internal::v1::{NoticeSeats, NotifyBillingContactRequest};
use proto::notification::v1::delivery::Kind;
use serde::Deserialize;
use serde_json::Value;
use tonic::Status;
use types::{BillingNotice, BillingNoticeKind, Currency, Money, SeatCount};

use crate::audit::Told;
use crate::caller::Actor;
use crate::channel::Channel;
use crate::signer::Signer;

/// The service that knows the people.
const AUDIENCE: &str = "identity";

/// The way to accounts' billing contacts; cheap to clone.
#[derive(Clone, Debug)]
pub struct BillingContacts {
    client: NoticeServiceClient<Channel>,
    signer: Signer,
}

impl BillingContacts {
    /// Tells identity, through `channel`.
    #[must_use]
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            client: NoticeServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Tells a notice as an outbox keeps it; again is harmless.
    pub async fn tell_kept(&self, payload: &Value) -> Told {
        match BillingNotice::deserialize(payload) {
            Ok(notice) => self.tell(notice).await.map_or_else(Told::from, |()| Told::Done),
            Err(_) => Told::Never("the payload cannot be read".to_owned()),
        }
    }

    async fn tell(&self, notice: BillingNotice) -> Result<(), Status> {
        let request = self
            .signer
            .request(write_billing_notice(notice), &Actor::Service, AUDIENCE)?;
        self.client.clone().notify_billing_contact(request).await.map(drop)
    }
}

/// A notice as it goes to identity.
#[must_use]
pub fn write_billing_notice(notice: BillingNotice) -> NotifyBillingContactRequest {
    let seats = notice.seats.into_iter().map(|count| NoticeSeats {
        product: count.product,
        present: count.present,
        seats: count.seats,
    });
    NotifyBillingContactRequest {
        notice_id: notice.id,
        account_id: notice.account_id.to_string(),
        kind: billing_mail_kind(notice.kind).into(),
        invoice_number: notice.invoice_number.unwrap_or_default(),
        amount: notice.amount.map(|amount| amount.minor_units).unwrap_or_default(),
        currency: notice
            .amount
            .map(|amount| amount.currency.to_string())
            .unwrap_or_default(),
        date: notice.date.map(|date| date.to_string()).unwrap_or_default(),
        seats: seats.collect(),
        copy_to: notice.copy_to.unwrap_or_default(),
    }
}

/// A notice as it came to identity, read as far as it can be.
///
/// # Errors
/// The field that is none.
pub fn read_billing_notice(request: NotifyBillingContactRequest) -> Result<BillingNotice, &'static str> {
    let kind = KINDS.iter().find(|(_, kind)| *kind == request.kind());
    let amount = match request.currency.as_str() {
        "" => None,
        currency => Some(Money {
            minor_units: request.amount,
            currency: Currency::parse(currency).map_err(|_| "currency")?,
        }),
    };
    let date = match request.date.as_str() {
        "" => None,
        date => Some(date.parse().map_err(|_| "date")?),
    };
    let seats = request.seats.into_iter().map(|seats| SeatCount {
        product: seats.product,
        present: seats.present,
        seats: seats.seats,
    });
    Ok(BillingNotice {
        account_id: request.account_id.parse().map_err(|_| "account_id")?,
        kind: kind.ok_or("kind")?.0,
        invoice_number: Some(request.invoice_number).filter(|number| *number != 0),
        amount,
        date,
        seats: seats.collect(),
        copy_to: Some(request.copy_to).filter(|address| !address.is_empty()),
        id: request.notice_id,
    })
}

/// What an e-mail is called that tells a notice.
#[must_use]
pub const fn billing_mail_kind(kind: BillingNoticeKind) -> Kind {
    KINDS[kind as usize].1
}

/// In the order of the notices' own kinds.
const KINDS: [(BillingNoticeKind, Kind); 9] = [
    (BillingNoticeKind::InvoiceIssued, Kind::InvoiceIssued),
    (BillingNoticeKind::CreditNoteIssued, Kind::CreditNoteIssued),
    (BillingNoticeKind::PaymentFailed, Kind::PaymentFailed),
    (BillingNoticeKind::SubscriptionGrace, Kind::SubscriptionGrace),
    (BillingNoticeKind::SubscriptionCancelled, Kind::SubscriptionCancelled),
    (BillingNoticeKind::SubscriptionEnded, Kind::SubscriptionEnded),
    (BillingNoticeKind::TrialEnding, Kind::TrialEnding),
    (BillingNoticeKind::SeatsDecreasing, Kind::SeatsDecreasing),
    (BillingNoticeKind::SeatsOverLimit, Kind::SeatsOverLimit),
];

#[cfg(test)]
mod tests {
    use types::AccountId;

    use super::*;

    fn notice(kind: BillingNoticeKind) -> BillingNotice {
        BillingNotice {
            invoice_number: Some(7),
            amount: Some(Money {
                minor_units: 1_250,
                currency: Currency::parse("EUR").unwrap(),
            }),
            date: Some("2026-08-03".parse().unwrap()),
            seats: vec![SeatCount {
                product: "meeting".to_owned(),
                present: 5,
                seats: 3,
            }],
            copy_to: Some("bills@example.com".to_owned()),
            ..BillingNotice::new("ivc_1", AccountId::new(), kind)
        }
    }

    #[test]
    fn a_notice_reads_as_it_was_written_with_much_to_say_or_little() {
        for (row, (kind, mail)) in KINDS.into_iter().enumerate() {
            assert_eq!((kind as usize, billing_mail_kind(kind)), (row, mail));
            for notice in [notice(kind), BillingNotice::new("sub_1:4", AccountId::new(), kind)] {
                assert_eq!(read_billing_notice(write_billing_notice(notice.clone())), Ok(notice));
            }
        }
    }

    #[test]
    fn the_field_that_is_none_is_named() {
        type Spoil = fn(&mut NotifyBillingContactRequest);
        let cases: [(&str, Spoil); 6] = [
            ("account_id", |request| request.account_id = "usr_1".into()),
            ("kind", |request| request.kind = Kind::Unspecified.into()),
            ("kind", |request| request.kind = Kind::Welcome.into()),
            ("kind", |request| request.kind = 99),
            ("currency", |request| request.currency = "euro".into()),
            ("date", |request| request.date = "2026-02-30".into()),
        ];
        for (field, spoil) in cases {
            let mut request = write_billing_notice(notice(BillingNoticeKind::InvoiceIssued));
            spoil(&mut request);
            assert_eq!(read_billing_notice(request), Err(field));
        }
    }
}
