//! `usher users add`.

use std::str::FromStr;

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{AddUserResult, AddUsersRequest, AddUsersResponse, NewUser, SeatCount, add_user_result};

use super::options::Options;
use crate::client::{Client, Lookup, Repeatable, repeat};
use crate::complaint::reason_of;
use crate::exit::Exit;
use crate::output::{Format, Output, Record, word};

/// Whom to add.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Sent again with the same --request-id, it does nothing and answers the same.

Examples:
  usher users add --email ada@example.com --given-name Ada --family-name Lovelace --product training
  usher users add --user \"Ada Lovelace <ada@example.com>\" --user \"van Rossum, Guido <guido@example.com>\" \\
      --product meeting --product training --group Research --language de --time-zone Europe/Berlin
  usher users add --user \"Alan Turing <alan@example.com>\" --product webinar --validate-only")]
pub(super) struct Args {
    /// The person's address.
    #[arg(long, required_unless_present = "users", requires_all = ["given_name", "family_name"])]
    email: Option<String>,
    /// The person's given name.
    #[arg(long, requires = "email")]
    given_name: Option<String>,
    /// The person's family name.
    #[arg(long, requires = "email")]
    family_name: Option<String>,
    /// A person, as `Given Family <mail>` (the first word is the given name) or `Family, Given <mail>`; several times for
    /// several.
    #[arg(long = "user", id = "users", value_name = "PERSON")]
    users: Vec<Addressed>,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    repeatable: Repeatable,
    /// Tell what would happen, seats included, and change nothing.
    #[arg(long)]
    validate_only: bool,
    /// Let the good rows in when others are bad; the exit code is 1 then.
    #[arg(long)]
    allow_partial: bool,
}

/// A name and an address in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Addressed {
    given_name: String,
    family_name: String,
    email: String,
}

impl FromStr for Addressed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "`Given Family <mail>` or `Family, Given <mail>` is expected";
        let (name, email) = text
            .trim()
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'))
            .ok_or(FORM)?;
        let name = name.trim();
        let (given, family) = match name.split_once(',') {
            Some((family, given)) => (given, family),
            None => name.split_once(char::is_whitespace).ok_or(FORM)?,
        };
        Ok(Self {
            given_name: given.trim().to_owned(),
            family_name: family.trim().to_owned(),
            email: email.trim().to_owned(),
        })
    }
}

/// Adds them.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<Exit> {
    let message = AddUsersRequest {
        users: people(args.email, args.given_name, args.family_name, args.users),
        options: Some(args.options.resolve(&Lookup(client)).await?),
        request_id: args.repeatable.id(),
        validate_only: args.validate_only,
        allow_partial: args.allow_partial,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        Ok(PeopleServiceClient::new(client.channel()).add_users(request).await?)
    });
    let answer: AddUsersResponse = answer.await?.into_inner();
    output.answer(&answer, &answer.results)?;
    if output.format() == Format::Table && !answer.seats.is_empty() {
        output.write("\n")?;
        output.rows(&answer.seats)?;
    }
    let failed = |row: &AddUserResult| row.outcome() == add_user_result::Outcome::Failed;
    Ok(Exit::told(answer.results.iter().any(failed)))
}

fn people(
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    users: Vec<Addressed>,
) -> Vec<NewUser> {
    let one = email.map(|email| Addressed {
        given_name: given_name.unwrap_or_default(),
        family_name: family_name.unwrap_or_default(),
        email,
    });
    let user = |person: Addressed| NewUser {
        given_name: person.given_name,
        family_name: person.family_name,
        email: person.email,
        options: None,
    };
    one.into_iter().chain(users).map(user).collect()
}

impl Record for AddUserResult {
    const COLUMNS: &'static [&'static str] = &["email", "outcome", "user_id", "invitation_id", "error"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.email.clone(),
            word(self.outcome().as_str_name(), "OUTCOME_"),
            self.user_id.clone(),
            self.invitation_id.clone(),
            reason_of(self.error.as_ref()),
        ]
    }
}

impl Record for SeatCount {
    const COLUMNS: &'static [&'static str] = &["product", "requested", "available"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.product.clone(),
            self.requested.to_string(),
            self.available.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_in_both_forms() {
        let table = [
            ("Ada Lovelace <ada@example.com>", Some(("Ada", "Lovelace"))),
            ("  Ada   Lovelace  < ada@example.com > ", Some(("Ada", "Lovelace"))),
            ("Guido van Rossum <ada@example.com>", Some(("Guido", "van Rossum"))),
            (
                "Garcia Lopez, Ana Maria <ada@example.com>",
                Some(("Ana Maria", "Garcia Lopez")),
            ),
            ("Ada <ada@example.com>", None),
            ("ada@example.com", None),
            ("Ada Lovelace ada@example.com", None),
            ("", None),
        ];
        for (text, name) in table {
            let expected = name.map(|(given, family)| Addressed {
                given_name: given.into(),
                family_name: family.into(),
                email: "ada@example.com".into(),
            });
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
