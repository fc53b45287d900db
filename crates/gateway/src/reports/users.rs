//! The users report: everybody in the account, with their seats.

use std::borrow::Cow;
use std::collections::HashMap;

use proto::admin::v1::{StreamUsersReportResponse, UsersReportRow};
use proto::identity::internal::v1::UserRow;
use proto::identity::v1::{ListUsersRequest, UserFilter};
use tonic::Status;
use types::cell;

use super::Format;
use super::cell::{time, word, words};
use super::chunks::Report;
use super::sheet::Sheet;
use crate::caller::From;
use crate::clients::{Identity, Licensing};

/// How many users a chunk has.
const ROWS: i32 = 500;

const SHEET: Sheet<17> = Sheet([
    "user_id",
    "email",
    "given_name",
    "family_name",
    "state",
    "role",
    "custom_role_name",
    "group_id",
    "group_name",
    "settings_template_id",
    "settings_template_name",
    "products",
    "language",
    "time_zone",
    "create_time",
    "update_time",
    "invitation_state",
]);

/// The users of an account.
pub struct UsersReport {
    /// Knows the users.
    pub identity: Identity,
    /// Knows their seats.
    pub licensing: Licensing,
    /// How to write it.
    pub format: Format,
    /// Which users it is about.
    pub filter: Option<UserFilter>,
}

impl Report for UsersReport {
    type Chunk = StreamUsersReportResponse;

    async fn chunk(&self, from: &From, token: &str) -> Result<(Self::Chunk, String), Status> {
        let query = ListUsersRequest {
            page_size: ROWS,
            page_token: token.to_owned(),
            filter: self.filter.clone(),
            ..ListUsersRequest::default()
        };
        let page = self.identity.user_rows(from, query).await?;
        let ids = page.rows.iter().filter_map(|row| Some(row.user.as_ref()?.id.clone()));
        let mut seats = self.licensing.holdings(from, ids.collect()).await?;
        let rows: Vec<_> = page.rows.into_iter().map(|found| row(found, &mut seats)).collect();
        let resume_token = page.next_page_token;
        let chunk = match self.format {
            Format::Rows => StreamUsersReportResponse {
                rows,
                csv: Vec::new(),
                resume_token: resume_token.clone(),
            },
            Format::Csv => StreamUsersReportResponse {
                rows: Vec::new(),
                csv: SHEET.write(token.is_empty(), rows.iter().map(line))?,
                resume_token: resume_token.clone(),
            },
        };
        Ok((chunk, resume_token))
    }
}

fn row(found: UserRow, seats: &mut HashMap<String, Vec<String>>) -> UsersReportRow {
    let user = found.user.unwrap_or_default();
    UsersReportRow {
        products: seats.remove(&user.id).unwrap_or_default(),
        user_id: user.id,
        email: user.email,
        given_name: user.given_name,
        family_name: user.family_name,
        state: user.state,
        role: user.role,
        custom_role_name: found.custom_role_name,
        group_id: user.group_id,
        group_name: found.group_name,
        settings_template_id: user.settings_template_id,
        settings_template_name: found.settings_template_name,
        language: user.language,
        time_zone: user.time_zone,
        create_time: user.create_time,
        update_time: user.update_time,
        invitation_state: user.invitation.map(|invitation| invitation.state).unwrap_or_default(),
    }
}

fn line(row: &UsersReportRow) -> [Cow<'_, str>; 17] {
    [
        Cow::from(&row.user_id),
        cell(&row.email),
        cell(&row.given_name),
        cell(&row.family_name),
        word(row.state().as_str_name(), "STATE_"),
        word(row.role().as_str_name(), "ROLE_"),
        cell(&row.custom_role_name),
        Cow::from(&row.group_id),
        cell(&row.group_name),
        Cow::from(&row.settings_template_id),
        cell(&row.settings_template_name),
        words(&row.products),
        Cow::from(&row.language),
        Cow::from(&row.time_zone),
        time(row.create_time.as_ref()),
        time(row.update_time.as_ref()),
        word(row.invitation_state().as_str_name(), "STATE_"),
    ]
}

#[cfg(test)]
mod tests {
    use proto::identity::v1::{Invitation, Role, User, invitation, user};

    use super::*;

    #[test]
    fn a_user_is_a_line_of_plain_cells() {
        let found = UserRow {
            user: Some(User {
                id: "usr_1".into(),
                email: "=ada@example.com".into(),
                given_name: "=HYPERLINK(\"http://x\")".into(),
                family_name: "Lovelace".into(),
                state: user::State::Active.into(),
                role: Role::Custom.into(),
                group_id: "grp_1".into(),
                settings_template_id: "tpl_1".into(),
                language: "de".into(),
                time_zone: "Etc/GMT-1".into(),
                invitation: Some(Invitation {
                    state: invitation::State::Accepted.into(),
                    ..Invitation::default()
                }),
                ..User::default()
            }),
            group_name: "-staff".into(),
            settings_template_name: "@quiet".into(),
            custom_role_name: "+helpers".into(),
        };
        let mut seats = HashMap::from([("usr_1".to_owned(), vec!["meeting".to_owned(), "training".to_owned()])]);
        let row = row(found, &mut seats);
        let expected = [
            "usr_1",
            "'=ada@example.com",
            "'=HYPERLINK(\"http://x\")",
            "Lovelace",
            "ACTIVE",
            "CUSTOM",
            "'+helpers",
            "grp_1",
            "'-staff",
            "tpl_1",
            "'@quiet",
            "meeting training",
            "de",
            "Etc/GMT-1",
            "",
            "",
            "ACCEPTED",
        ];
        assert_eq!(line(&row), expected);
    }
}
