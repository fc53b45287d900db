//! Notification: sending e-mails.

use chassis::{Actor, Channel, Signer};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::{CancelMailsRequest, EnqueueMailsRequest, GrantedProduct, Mail, MailKey};
use proto::notification::v1::delivery::Kind as WireKind;
use types::InvitationId;

use super::Refused;
use crate::domain::catalogue::Catalogue;
use crate::domain::invitation::{FIRST_GENERATION, Kind};
use crate::domain::message::{CancelMail, InvitationMail, Notice, NoticeKind};

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

    /// Cancels e-mails about invitations, whether they are queued yet or not.
    ///
    /// # Errors
    /// As [`Self::enqueue`].
    pub async fn cancel(&self, mails: Vec<CancelMail>) -> Result<(), Refused> {
        let key = |mail: CancelMail| MailKey {
            account_id: mail.account_id.to_string(),
            send_key: send_key(mail.invitation_id, mail.generation),
        };
        let message = CancelMailsRequest {
            keys: mails.into_iter().map(key).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, "notification")?;
        self.mails.clone().cancel_mails(request).await?;
        Ok(())
    }

    async fn order(&self, mails: Vec<Mail>) -> Result<(), Refused> {
        let request = self
            .signer
            .request(EnqueueMailsRequest { mails }, &Actor::Service, "notification")?;
        self.mails.clone().enqueue_mails(request).await?;
        Ok(())
    }
}

/// The same for every repetition of the same e-mail.
fn send_key(invitation: InvitationId, generation: u32) -> String {
    format!("{invitation}:{generation}")
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
        send_key: send_key(mail.invitation_id, mail.generation),
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
        resent: mail.generation > FIRST_GENERATION,
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
        resent: false,
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
