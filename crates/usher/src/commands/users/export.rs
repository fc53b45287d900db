//! `usher users export`: everybody, in the columns that an import reads.

use std::borrow::Cow;
use std::io::{self, Write};

use proto::admin::v1::report_service_client::ReportServiceClient;
use proto::admin::v1::{StreamUsersReportRequest, UsersReportRow};
use proto::identity::v1::UserFilter;
use types::cell;

use crate::client::{Client, Lookup, after, resume};
use crate::output::{Output, products, word};

/// What an import reads, in this order.
const COLUMNS: [&str; 10] = [
    "email",
    "given_name",
    "family_name",
    "role",
    "products",
    "settings_template",
    "group",
    "language",
    "time_zone",
    "welcome_email",
];

/// Whom to export.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The columns: email, given_name, family_name, role (empty unless you see roles), products (joined by |), settings_template and
group (by name), language, time_zone, welcome_email (none, so that importing the file invites nobody anew). A text that a
spreadsheet would take for a formula gets a single quote before it, which the import takes away again. Deleted people are not
in it.

Examples:
  usher users export > people.csv
  usher users export --group Research > research.csv")]
pub(super) struct Args {
    /// Only those in this group, by name or id.
    #[arg(long, default_value = "", hide_default_value = true)]
    group: String,
}

/// Writes everybody to standard output as they come.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    output.refuse_json("an export is CSV; `usher users list --all --output json` is JSON")?;
    let filter = UserFilter {
        group_id: Lookup(client).group_id(&args.group).await?,
        ..UserFilter::default()
    };
    let open = async |resume_token| {
        let message = StreamUsersReportRequest {
            resume_token,
            filter: Some(filter.clone()),
            ..StreamUsersReportRequest::default()
        };
        let request = client.request(message).await?;
        let answer = ReportServiceClient::new(client.patient_channel())
            .stream_users_report(request)
            .await?;
        Ok(answer.into_inner())
    };
    let mut file = csv::Writer::from_writer(io::stdout());
    file.write_record(COLUMNS)?;
    resume(String::new(), open, |chunk| {
        write(&mut file, &chunk.rows)?;
        Ok(after(chunk.resume_token))
    })
    .await?;
    Ok(file.flush()?)
}

fn write(file: &mut csv::Writer<impl Write>, rows: &[UsersReportRow]) -> anyhow::Result<()> {
    for row in rows {
        file.write_record(cells(row).map(Cow::into_owned))?;
    }
    Ok(file.flush()?)
}

/// Each as no spreadsheet takes it for a formula, and as an import reads it as it was.
fn cells(row: &UsersReportRow) -> [Cow<'_, str>; COLUMNS.len()] {
    let role = if row.custom_role_name.is_empty() {
        word(row.role().as_str_name(), "ROLE_")
    } else {
        row.custom_role_name.clone()
    };
    [
        cell(&row.email),
        cell(&row.given_name),
        cell(&row.family_name),
        cell(&role).into_owned().into(),
        products(&row.products).into(),
        cell(&row.settings_template_name),
        cell(&row.group_name),
        row.language.as_str().into(),
        row.time_zone.as_str().into(),
        "none".into(),
    ]
}

#[cfg(test)]
mod tests {
    use proto::identity::v1::Role;

    use super::*;

    #[test]
    fn a_row_has_what_an_import_reads() {
        let mut row = UsersReportRow {
            email: "ada@example.com".into(),
            given_name: "Ada, \"Countess\"".into(),
            family_name: "=Lovelace".into(),
            role: Role::SuperAdmin.into(),
            products: vec!["meeting".into(), "training".into()],
            settings_template_name: "Quiet".into(),
            group_name: "Research".into(),
            language: "en".into(),
            time_zone: "UTC".into(),
            ..UsersReportRow::default()
        };
        let written = |row: &UsersReportRow| {
            let mut file = csv::Writer::from_writer(Vec::new());
            write(&mut file, std::slice::from_ref(row)).unwrap();
            String::from_utf8(file.into_inner().unwrap()).unwrap()
        };
        assert_eq!(
            written(&row),
            "ada@example.com,\"Ada, \"\"Countess\"\"\",'=Lovelace,SUPER_ADMIN,meeting|training,Quiet,Research,en,UTC,none\n"
        );
        row.role = Role::Custom.into();
        row.custom_role_name = "Helpdesk".into();
        assert!(written(&row).contains(",Helpdesk,"));
        row.role = Role::Unspecified.into();
        row.custom_role_name.clear();
        assert!(written(&row).contains(",'=Lovelace,,"));
    }
}
