//! Notification: sending e-mails.

use chassis::{Actor, Channel, Signer};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::{Bill, EnqueueMailsRequest, GrantedProduct, Mail, SeatCount};
use proto::notification::v1::delivery::Kind as WireKind;

use super::Refused;
use crate::domain::billing_mail::BillingMail;
use crate::domain::catalogue::Catalogue;
use crate::domain::invitation::Kind;
use crate::domain::message::{InvitationMail, Notice, NoticeKind};

/// An e-mail about an invitation with its link: exists on the way only.
pub struct Letter {
    /// What is to be told.
    pub mail: InvitationMail,
    /// The link by which to accept; secret.
    pub accept_link: String,
}

/// A client of notification; cheap to clone.
#[derive(Clone)]
pub struct Notification {
    mails: MailServiceClient<Channel>,
    signer: Signer,
}

impl Notification {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            mails: MailServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Queues e-mails about invitations; one that was queued before is not queued again.
    ///
    /// # Errors
    /// [`Refused`]; doing it again is harmless.
    pub async fn enqueue(&self, letters: &[Letter], catalogue: &Catalogue) -> Result<(), Refused> {
        self.order(letters.iter().map(|letter| wire(letter, catalogue)).collect())
            .await
    }

    /// Queues notices with their links, which are secret, and empty where there is none.
    ///
    /// # Errors
    /// As [`Self::enqueue`].
    pub async fn enqueue_notices(&self, notices: Vec<(Notice, String)>) -> Result<(), Refused> {
        self.order(notices.into_iter().map(wire_notice).collect()).await
    }

    /// Queues e-mails about bills and seats.
    ///
    /// # Errors
    /// As [`Self::enqueue`].
    pub async fn enqueue_billing_mails(&self, mails: &[BillingMail], catalogue: &Catalogue) -> Result<(), Refused> {
        self.order(mails.iter().map(|mail| wire_billing_mail(mail, catalogue)).collect())
            .await
    }

    async fn order(&self, mails: Vec<Mail>) -> Result<(), Refused> {
        let request = self.signer.request(
            EnqueueMailsRequest {
                mails,
                wordings: Vec::new(),
            },
            &Actor::Service,
            "notification",
        )?;
        self.mails.clone().enqueue_mails(request).await?;
        Ok(())
    }
}

fn wire(letter: &Letter, catalogue: &Catalogue) -> Mail {
    let mail = &letter.mail;
    let mut products: Vec<GrantedProduct> = mail
        .products
        .iter()
        .filter_map(|id| catalogue.products.get(id))
        .map(|product| GrantedProduct {
            name: product.name.clone(),
            guide_url: product.guide_url.clone(),
        })
        .collect();
    products.sort_by(|a, b| a.name.cmp(&b.name));
    let kind = match mail.kind {
        Kind::Join => WireKind::Welcome,
        Kind::Transfer => WireKind::Transfer,
    };
    Mail {
        send_key: format!("{}:{}", mail.invitation_id, mail.generation),
        account_id: mail.account_id.to_string(),
        invitation_id: mail.invitation_id.to_string(),
        kind: kind.into(),
        to: mail.to.clone(),
        given_name: mail.given_name.clone(),
        family_name: mail.family_name.clone(),
        language: mail.language.clone(),
        account_name: mail.account_name.clone(),
        person_name: mail.inviter_name.clone(),
        link: letter.accept_link.clone(),
        expire_time: Some(chassis::timestamp(mail.expire_time)),
        products,
        bill: None,
        wording: None,
    }
}

fn wire_notice((notice, link): (Notice, String)) -> Mail {
    Mail {
        send_key: notice.send_key,
        account_id: notice.account_id.map(|id| id.to_string()).unwrap_or_default(),
        invitation_id: String::new(),
        kind: kind(notice.kind).into(),
        to: notice.to,
        given_name: notice.given_name,
        family_name: notice.family_name,
        language: notice.language,
        account_name: notice.account_name,
        person_name: notice.person_name,
        link,
        expire_time: notice.expire_time.map(chassis::timestamp),
        products: Vec::new(),
        bill: None,
        wording: None,
    }
}

fn wire_billing_mail(mail: &BillingMail, catalogue: &Catalogue) -> Mail {
    let notice = &mail.notice;
    let name = |id: &String| catalogue.products.get(id).map_or(id, |product| &product.name).clone();
    let mut seats: Vec<SeatCount> = notice
        .seats
        .iter()
        .map(|count| SeatCount {
            product_name: name(&count.product),
            present: count.present,
            seats: count.seats,
        })
        .collect();
    seats.sort_by(|a, b| a.product_name.cmp(&b.product_name));
    Mail {
        send_key: mail.send_key.clone(),
        account_id: notice.account_id.to_string(),
        kind: chassis::billing_mail_kind(notice.kind).into(),
        to: mail.to.clone(),
        given_name: mail.given_name.clone(),
        family_name: mail.family_name.clone(),
        language: mail.language.clone(),
        account_name: mail.account_name.clone(),
        bill: Some(Bill {
            invoice_number: notice.invoice_number.unwrap_or_default(),
            amount: notice.amount.map(|amount| amount.minor_units).unwrap_or_default(),
            currency: notice
                .amount
                .map(|amount| amount.currency.to_string())
                .unwrap_or_default(),
            date: notice.date.map(|date| date.to_string()).unwrap_or_default(),
            seats,
        }),
        ..Mail::default()
    }
}

const fn kind(kind: NoticeKind) -> WireKind {
    match kind {
        NoticeKind::SignUp => WireKind::SignUp,
        NoticeKind::SignUpKnown => WireKind::SignUpKnown,
        NoticeKind::PasswordReset => WireKind::PasswordReset,
        NoticeKind::PasswordChanged => WireKind::PasswordChanged,
        NoticeKind::TransferJoined => WireKind::TransferJoined,
        NoticeKind::TransferLeft => WireKind::TransferLeft,
        NoticeKind::BillingContactOffered => WireKind::BillingContactOffered,
        NoticeKind::BillingContactChanged => WireKind::BillingContactChanged,
        NoticeKind::AccountClosed => WireKind::AccountClosed,
    }
}
