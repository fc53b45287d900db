//! Notification: sending e-mails.

use chassis::{Actor, Channel, Signer};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::{EnqueueMailsRequest, GrantedProduct, InvitationMail as WireMail};
use proto::notification::v1::delivery::Kind as WireKind;

use super::Refused;
use crate::domain::catalogue::Catalogue;
use crate::domain::invitation::Kind;
use crate::domain::message::InvitationMail;

/// An e-mail with its link: exists on the way only.
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

    /// Queues e-mails; one that was queued before is not queued again.
    ///
    /// # Errors
    /// [`Refused`]; doing it again is harmless.
    pub async fn enqueue(&self, letters: &[Letter], catalogue: &Catalogue) -> Result<(), Refused> {
        let mails = letters.iter().map(|letter| wire(letter, catalogue)).collect();
        let request = self
            .signer
            .request(EnqueueMailsRequest { mails }, &Actor::Service, "notification")?;
        self.mails.clone().enqueue_mails(request).await?;
        Ok(())
    }
}

fn wire(letter: &Letter, catalogue: &Catalogue) -> WireMail {
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
    WireMail {
        send_key: format!("{}:{}", mail.invitation_id, mail.generation),
        account_id: mail.account_id.to_string(),
        invitation_id: mail.invitation_id.to_string(),
        kind: kind.into(),
        to: mail.to.clone(),
        given_name: mail.given_name.clone(),
        family_name: mail.family_name.clone(),
        language: mail.language.clone(),
        account_name: mail.account_name.clone(),
        inviter_name: mail.inviter_name.clone(),
        accept_link: letter.accept_link.clone(),
        expire_time: Some(prost_types::Timestamp {
            seconds: mail.expire_time.seconds(),
            nanos: mail.expire_time.subsec_nanos(),
        }),
        products,
    }
}
