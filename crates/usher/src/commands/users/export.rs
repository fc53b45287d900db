//! `usher users export`: everybody, in the columns that an import reads.

use std::io::{self, Write};

use proto::admin::v1::report_service_client::ReportServiceClient;
use proto::admin::v1::{StreamUsersReportRequest, UsersReportRow};
use proto::identity::v1::UserFilter;

use crate::client::{Client, Lookup, after, resume};
use crate::complaint::Problem;
use crate::output::{Format, Output, products, word};

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
group (by name), language, time_zone, welcome_email (none, so that importing the file invites nobody anew). Texts are as they
were typed, so that they come back as they were: a spreadsheet may take some for formulas. Deleted people are not in it.

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
    if output.format() == Format::Json {
        let text = "an export is CSV; `usher users list --all --output json` is JSON";
        return Err(Problem::BadInput(text.to_owned()).into());
    }
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
        file.write_record(cells(row))?;
    }
    Ok(file.flush()?)
}

fn cells(row: &UsersReportRow) -> [String; COLUMNS.len()] {
    let role = if row.custom_role_name.is_empty() {
        word(row.role().as_str_name(), "ROLE_")
    } else {
        row.custom_role_name.clone()
    };
    [
        row.email.clone(),
        row.given_name.clone(),
        row.family_name.clone(),
        role,
        products(&row.products),
        row.settings_template_name.clone(),
        row.group_name.clone(),
        row.language.clone(),
        row.time_zone.clone(),
        "none".to_owned(),
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
            "ada@example.com,\"Ada, \"\"Countess\"\"\",=Lovelace,SUPER_ADMIN,meeting|training,Quiet,Research,en,UTC,none\n"
        );
        row.role = Role::Custom.into();
        row.custom_role_name = "Helpdesk".into();
        assert!(written(&row).contains(",Helpdesk,"));
        row.role = Role::Unspecified.into();
        row.custom_role_name.clear();
        assert!(written(&row).contains(",=Lovelace,,"));
    }
}
