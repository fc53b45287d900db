//! Notification: sending e-mails, and what they may say.

use chassis::{Actor, Channel, Signer};
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::internal::v1::wording_flaw::Field;
use proto::notification::internal::v1::wording_service_client::WordingServiceClient;
use proto::notification::internal::v1::{
    Bill, CancelMailsRequest, EnqueueMailsRequest, GrantedProduct, Mail, MailKey, RenderWordingRequest,
    Sample as WireSample, SeatCount, Translation as WireTranslation, Wording, WordingFlaw, WordingKey,
};
use proto::notification::v1::delivery::Kind as WireKind;
use types::{AccountId, InvitationId};

use super::{Refused, unavailable};
use crate::domain::billing_mail::BillingMail;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Error;
use crate::domain::invitation::{FIRST_GENERATION, Kind};
use crate::domain::message::{CancelMail, InvitationMail, Notice, NoticeKind};
use crate::domain::welcome_email::{Rendered, Sample, TextFlaw, Translation, WelcomeEmailVersion};

const NAME: &str = "notification";

/// An e-mail about an invitation with its link: exists on the way only.
pub struct Letter {
    /// What is to be told.
    pub mail: InvitationMail,
    /// The link by which to accept; secret.
    pub accept_link: String,
    /// The trace of the request that it comes from; empty for none.
    pub trace_parent: String,
}

/// A notice with its link: exists on the way only.
pub struct NoticeLetter {
    /// What is to be told.
    pub notice: Notice,
    /// The link, secret; empty where there is none.
    pub link: String,
    /// The trace of the request that it comes from; empty for none.
    pub trace_parent: String,
}

/// An e-mail about bills and seats.
pub struct BillingLetter {
    /// What is to be told.
    pub mail: BillingMail,
    /// The trace of the request that it comes from; empty for none.
    pub trace_parent: String,
}

/// An account's own words: what a version of a welcome e-mail says.
pub struct Words {
    /// Which version.
    pub key: WelcomeEmailVersion,
    /// The account whose words they are.
    pub account_id: AccountId,
    /// The words.
    pub translations: Vec<Translation>,
}

/// A client of notification; cheap to clone.
#[derive(Clone)]
pub struct Notification {
    mails: MailServiceClient<Channel>,
    wordings: WordingServiceClient<Channel>,
    signer: Signer,
}

impl Notification {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            mails: MailServiceClient::new(channel.clone()),
            wordings: WordingServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Queues e-mails about invitations; one that was queued before is not queued again. All are in the same words of an
    /// account's own, or in the system's.
    ///
    /// # Errors
    /// [`Refused`]; doing it again is harmless.
    pub async fn enqueue(
        &self,
        letters: &[Letter],
        words: Option<Words>,
        catalogue: &Catalogue,
    ) -> Result<(), Refused> {
        let mails = letters.iter().map(|letter| wire(letter, catalogue)).collect();
        self.order(mails, words.map(wording).into_iter().collect()).await
    }

    /// Writes what an account would like to say to a sample reader. Texts stand in `field` of the request.
    ///
    /// # Errors
    /// [`Error::Texts`] with everything that is wrong with them; when notification is out of reach.
    pub async fn render(&self, translations: &[Translation], sample: &Sample, field: &str) -> Result<Rendered, Error> {
        let message = RenderWordingRequest {
            translations: translations.iter().map(translation).collect(),
            sample: Some(wire_sample(sample)),
        };
        let request = self.signer.request(message, &Actor::Service, NAME);
        let request = request.map_err(unavailable(NAME))?;
        let answer = self.wordings.clone().render_wording(request).await;
        let answer = answer.map_err(unavailable(NAME))?.into_inner();
        if !answer.flaws.is_empty() {
            return Err(Error::Texts(
                answer.flaws.into_iter().map(|it| flaw(it, field)).collect(),
            ));
        }
        Ok(Rendered {
            language: answer.language,
            subject: answer.subject,
            text: answer.text,
            html: answer.html,
        })
    }

    /// Queues notices.
    ///
    /// # Errors
    /// As [`Self::enqueue`].
    pub async fn enqueue_notices(&self, notices: Vec<NoticeLetter>) -> Result<(), Refused> {
        self.order(notices.into_iter().map(wire_notice).collect(), vec![]).await
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
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        self.mails.clone().cancel_mails(request).await?;
        Ok(())
    }

    /// Queues e-mails about bills and seats.
    ///
    /// # Errors
    /// As [`Self::enqueue`].
    pub async fn enqueue_billing_mails(&self, letters: &[BillingLetter], catalogue: &Catalogue) -> Result<(), Refused> {
        let mails = letters
            .iter()
            .map(|letter| wire_billing_mail(letter, catalogue))
            .collect();
        self.order(mails, vec![]).await
    }

    async fn order(&self, mails: Vec<Mail>, wordings: Vec<Wording>) -> Result<(), Refused> {
        let message = EnqueueMailsRequest { mails, wordings };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        self.mails.clone().enqueue_mails(request).await?;
        Ok(())
    }
}

/// The same for every repetition of the same e-mail.
fn send_key(invitation: InvitationId, generation: u32) -> String {
    format!("{invitation}:{generation}")
}

/// An account's own words on the wire.
fn wording(words: Words) -> Wording {
    Wording {
        key: Some(key(words.key)),
        account_id: words.account_id.to_string(),
        translations: words.translations.iter().map(translation).collect(),
    }
}

fn key(version: WelcomeEmailVersion) -> WordingKey {
    WordingKey {
        id: version.id.to_string(),
        version: version.version,
    }
}

fn translation(translation: &Translation) -> WireTranslation {
    WireTranslation {
        language: translation.language.clone(),
        subject: translation.subject.clone(),
        body: translation.body.clone(),
    }
}

fn wire_sample(sample: &Sample) -> WireSample {
    let product = |(name, guide_url): &(String, String)| GrantedProduct {
        name: name.clone(),
        guide_url: guide_url.clone(),
    };
    WireSample {
        language: sample.language.clone(),
        given_name: sample.given_name.clone(),
        family_name: sample.family_name.clone(),
        account_name: sample.account_name.clone(),
        person_name: sample.inviter_name.clone(),
        link: sample.link.clone(),
        expire_time: Some(chassis::timestamp(sample.expire_time)),
        products: sample.products.iter().map(product).collect(),
    }
}

fn flaw(flaw: WordingFlaw, field: &str) -> TextFlaw {
    let index = flaw.translation;
    let text = match flaw.field() {
        Field::Subject => ".subject",
        Field::Body => ".body",
        Field::Unspecified => "",
    };
    TextFlaw {
        field: format!("{field}[{index}]{text}"),
        line: flaw.line,
        column: flaw.column,
        problem: flaw.problem,
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
        bill: None,
        wording: mail.welcome_email.map(key),
        resent: mail.generation > FIRST_GENERATION,
        trace_parent: letter.trace_parent.clone(),
    }
}

fn wire_notice(letter: NoticeLetter) -> Mail {
    let NoticeLetter {
        notice,
        link,
        trace_parent,
    } = letter;
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
        bill: None,
        wording: None,
        trace_parent,
    }
}

fn wire_billing_mail(letter: &BillingLetter, catalogue: &Catalogue) -> Mail {
    let BillingLetter { mail, trace_parent } = letter;
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
        trace_parent: trace_parent.clone(),
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
        NoticeKind::TransferDeclined => WireKind::TransferDeclined,
        NoticeKind::TransferStayed => WireKind::TransferStayed,
        NoticeKind::BillingContactOffered => WireKind::BillingContactOffered,
        NoticeKind::BillingContactChanged => WireKind::BillingContactChanged,
        NoticeKind::AccountClosed => WireKind::AccountClosed,
    }
}
