//! The demo account: an owner with a plan, and three people, so that there is something to see.
//!
//! Every step bears repetition, so that a start that was cut short is made good by the next one with the same [`Secrets`].

mod file;
mod renewal;
mod secrets;
mod showcase;
mod welcome;

use anyhow::Context;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{AddUsersRequest, NewUser, UserOptions};
use proto::identity::internal::v1::CreateAccountRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{ListSeatPoolsRequest, SeatPool};

use crate::client::{Gateway, Tokens};
use crate::operator::Operator;
use crate::until::until;

pub use self::file::DevFile;
pub(crate) use self::file::remove;
pub(crate) use self::secrets::Secrets;
pub(crate) use self::showcase::Showcase;

/// Who owns the demo account.
const OWNER_EMAIL: &str = "owner@example.com";
/// What the demo account is called.
const ACCOUNT_NAME: &str = "Demo";

const PLAN: &str = "team-monthly";
const PRODUCTS: [&str; 2] = ["meeting", "training"];
const PEOPLE: [(&str, &str, &str); 3] = [
    ("Ada", "Lovelace", "ada@example.com"),
    ("Alan", "Turing", "alan@example.com"),
    ("Grace", "Hopper", "grace@example.com"),
];

/// The demo account, there now if it was not before.
pub(crate) struct Demo {
    account_id: String,
    owner: Tokens,
}

/// Makes the account and adds the people, unless an earlier start did.
pub(crate) async fn prepare(operator: &Operator, gateway: &Gateway, secrets: &Secrets) -> anyhow::Result<Demo> {
    let created = operator.create_account(account(secrets)).await;
    let account_id = created.context("the demo account cannot be made")?.account_id;
    let owner = log_in(gateway, secrets).await?;
    until("the demo account's seats", async || {
        let pools = seat_pools(gateway, &owner).await?;
        let has_seats = |product| pools.iter().any(|pool| pool.product == product && pool.seats > 0);
        Ok(PRODUCTS.into_iter().all(has_seats))
    })
    .await?;
    add_people(gateway, &owner, secrets).await?;
    Ok(Demo { account_id, owner })
}

/// Logs the owner in.
async fn log_in(gateway: &Gateway, secrets: &Secrets) -> anyhow::Result<Tokens> {
    let tokens = gateway.log_in(OWNER_EMAIL, &secrets.owner_password).await;
    tokens.context("the demo account's owner cannot log in")
}

async fn seat_pools(gateway: &Gateway, owner: &Tokens) -> anyhow::Result<Vec<SeatPool>> {
    let request = owner.request(ListSeatPoolsRequest {})?;
    let answer = SeatServiceClient::new(gateway.channel()).list_seat_pools(request).await;
    Ok(answer?.into_inner().seat_pools)
}

async fn add_people(gateway: &Gateway, owner: &Tokens, secrets: &Secrets) -> anyhow::Result<()> {
    let request = owner.request(people(secrets))?;
    match PeopleServiceClient::new(gateway.channel()).add_users(request).await {
        Ok(_) => Ok(()),
        // Requests are remembered for a week: what is older has been done, or people have since been added by hand. And
        // another version of this program may have added others.
        Err(status) if matches!(reason(&status).as_str(), "REQUEST_ID_EXPIRED" | "REQUEST_ID_REUSED") => Ok(()),
        Err(status) => Err(status).context("the demo people cannot be added"),
    }
}

fn reason(status: &tonic::Status) -> String {
    chassis::reason(status).unwrap_or_default()
}

fn account(secrets: &Secrets) -> CreateAccountRequest {
    CreateAccountRequest {
        request_id: secrets.account_request_id.clone(),
        name: ACCOUNT_NAME.to_owned(),
        plan: PLAN.to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        given_name: "Olivia".to_owned(),
        family_name: "Owner".to_owned(),
        email: OWNER_EMAIL.to_owned(),
        password: secrets.owner_password.clone(),
    }
}

fn people(secrets: &Secrets) -> AddUsersRequest {
    let user = |(given_name, family_name, email): (&str, &str, &str)| NewUser {
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        email: email.to_owned(),
        options: None,
    };
    let options = UserOptions {
        products: PRODUCTS.map(str::to_owned).to_vec(),
        ..UserOptions::default()
    };
    AddUsersRequest {
        request_id: secrets.people_request_id.clone(),
        users: PEOPLE.into_iter().map(user).collect(),
        options: Some(options),
        validate_only: false,
        allow_partial: false,
    }
}
