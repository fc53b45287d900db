//! The invitations report: who was invited by whom, what became of it, and whether the e-mail arrived.

use std::borrow::Cow;
use std::collections::HashMap;

use proto::admin::v1::{InvitationsReportRow, StreamInvitationsReportRequest, StreamInvitationsReportResponse};
use proto::identity::internal::v1::InvitationRow;
use proto::identity::v1::ListInvitationsRequest;
use proto::notification::v1::Delivery;
use tonic::Status;
use types::cell;

use super::Format;
use super::cell::{time, word, words};
use super::chunks::Report;
use super::sheet::Sheet;
use crate::caller::From;
use crate::clients::{Identity, Notification};

/// How many invitations a chunk has.
const ROWS: i32 = 500;

const SHEET: Sheet<14> = Sheet([
    "invitation_id",
    "kind",
    "state",
    "email",
    "inviter_id",
    "inviter_email",
    "inviter_name",
    "products",
    "send_count",
    "create_time",
    "expire_time",
    "answer_time",
    "delivery_state",
    "delivery_reason",
]);

/// The invitations of an account.
pub struct InvitationsReport {
    /// Knows the invitations.
    pub identity: Identity,
    /// Knows the e-mails.
    pub notification: Notification,
    /// How to write it.
    pub format: Format,
    /// Which invitations it is about.
    pub asked: StreamInvitationsReportRequest,
}

impl Report for InvitationsReport {
    type Chunk = StreamInvitationsReportResponse;

    async fn chunk(&self, from: &From, token: &str) -> Result<(Self::Chunk, String), Status> {
        let query = ListInvitationsRequest {
            page_size: ROWS,
            page_token: token.to_owned(),
            states: self.asked.states.clone(),
            kind: self.asked.kind,
            email_prefix: self.asked.email_prefix.clone(),
        };
        let page = self.identity.invitation_rows(from, query).await?;
        let ids = page
            .rows
            .iter()
            .filter_map(|row| Some(row.invitation.as_ref()?.id.clone()));
        let mut mails = self.notification.deliveries(from, ids.collect()).await?;
        let rows: Vec<_> = page.rows.into_iter().map(|found| row(found, &mut mails)).collect();
        let resume_token = page.next_page_token;
        let chunk = match self.format {
            Format::Rows => StreamInvitationsReportResponse {
                rows,
                csv: Vec::new(),
                resume_token: resume_token.clone(),
            },
            Format::Csv => StreamInvitationsReportResponse {
                rows: Vec::new(),
                csv: SHEET.write(token.is_empty(), rows.iter().map(line))?,
                resume_token: resume_token.clone(),
            },
        };
        Ok((chunk, resume_token))
    }
}

fn row(found: InvitationRow, mails: &mut HashMap<String, Delivery>) -> InvitationsReportRow {
    let invitation = found.invitation.unwrap_or_default();
    let mail = mails.remove(&invitation.id).unwrap_or_default();
    InvitationsReportRow {
        invitation_id: invitation.id,
        kind: invitation.kind,
        state: invitation.state,
        email: invitation.email,
        inviter_id: invitation.inviter_id,
        inviter_email: found.inviter_email,
        inviter_name: found.inviter_name,
        products: invitation.products,
        send_count: invitation.send_count,
        create_time: invitation.create_time,
        expire_time: invitation.expire_time,
        answer_time: invitation.answer_time,
        delivery_state: mail.state,
        delivery_reason: mail.reason,
    }
}

fn line(row: &InvitationsReportRow) -> [Cow<'_, str>; 14] {
    [
        Cow::from(&row.invitation_id),
        word(row.kind().as_str_name(), "KIND_"),
        word(row.state().as_str_name(), "STATE_"),
        cell(&row.email),
        Cow::from(&row.inviter_id),
        cell(&row.inviter_email),
        cell(&row.inviter_name),
        words(&row.products),
        Cow::from(row.send_count.to_string()),
        time(row.create_time.as_ref()),
        time(row.expire_time.as_ref()),
        time(row.answer_time.as_ref()),
        word(row.delivery_state().as_str_name(), "STATE_"),
        cell(&row.delivery_reason),
    ]
}

#[cfg(test)]
mod tests {
    use proto::identity::v1::{Invitation, invitation};
    use proto::notification::v1::delivery;

    use super::*;

    #[test]
    fn an_invitation_is_a_line_of_plain_cells() {
        let found = InvitationRow {
            invitation: Some(Invitation {
                id: "inv_1".into(),
                kind: invitation::Kind::Transfer.into(),
                state: invitation::State::Pending.into(),
                email: "-eve@example.com".into(),
                inviter_id: "usr_1".into(),
                products: vec!["meeting".into()],
                send_count: 2,
                ..Invitation::default()
            }),
            inviter_email: "olivia@example.com".into(),
            inviter_name: "=Olivia Owner".into(),
        };
        let mail = Delivery {
            state: delivery::State::Bounced.into(),
            reason: "@550 no such user".into(),
            ..Delivery::default()
        };
        let row = row(found, &mut HashMap::from([("inv_1".to_owned(), mail)]));
        let expected = [
            "inv_1",
            "TRANSFER",
            "PENDING",
            "'-eve@example.com",
            "usr_1",
            "olivia@example.com",
            "'=Olivia Owner",
            "meeting",
            "2",
            "",
            "",
            "",
            "BOUNCED",
            "'@550 no such user",
        ];
        assert_eq!(line(&row), expected);
    }
}
