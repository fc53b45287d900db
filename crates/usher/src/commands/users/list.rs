//! `usher users list` and `usher users show`.

use clap::ValueEnum;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{GetPersonRequest, ListPeopleRequest, Person};
use proto::identity::v1::{UserFilter, UserOrder, user};
use proto::notification::v1::Delivery;

use crate::client::{Client, Extent, Lookup};
use crate::output::{Output, Record, products, time, word};

/// Whom to list.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher users list
  usher users list --text lovel --state invited --sort name
  usher users list --group Research --all --output csv
  usher users list --product training --all --output json | jq -r '.[].user.email'")]
pub(super) struct Args {
    /// Only those whose given name, family name, full name or address begins with this.
    #[arg(long, default_value = "", hide_default_value = true)]
    text: String,
    /// Only those in this state; several times for several. Without it, all but the deleted.
    #[arg(long = "state", value_enum)]
    states: Vec<State>,
    /// Only those of this built-in role (`member`, `admin`, `super-admin`), or with any role of the account's own (`custom`).
    #[arg(long = "role", value_enum)]
    roles: Vec<Role>,
    /// Only those who hold, or are to hold, a seat of this product.
    #[arg(long, default_value = "", hide_default_value = true)]
    product: String,
    /// Only those in this group, by name or id.
    #[arg(long, default_value = "", hide_default_value = true)]
    group: String,
    /// What to sort by.
    #[arg(long, value_enum, default_value_t = Sort::Added)]
    sort: Sort,
    /// Turn the order round.
    #[arg(long)]
    descending: bool,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Invited,
    Active,
    Suspended,
    Deleted,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    Member,
    Admin,
    SuperAdmin,
    Custom,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Added,
    Name,
    Email,
}

/// Whom to show.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  usher users show ada@example.com\n  usher users show usr_… --output json")]
pub(super) struct Show {
    /// The person, by address or id.
    user: String,
}

/// Lists people.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    let (extent, descending) = (args.extent, args.descending);
    let order = UserOrder::from(args.sort);
    let filter = filter(client, args).await?;
    let fetch = async |page_size, page_token| {
        let message = ListPeopleRequest {
            page_size,
            page_token,
            filter: Some(filter.clone()),
            order_by: order.into(),
            descending,
        };
        let request = client.request(message).await?;
        let answer = PeopleServiceClient::new(client.channel()).list_people(request).await?;
        let answer = answer.into_inner();
        Ok((answer.people, answer.next_page_token))
    };
    extent.print(output, fetch).await
}

async fn filter(client: &Client, args: Args) -> anyhow::Result<UserFilter> {
    let states = args.states.into_iter().map(|state| user::State::from(state).into());
    let roles = args.roles.into_iter();
    Ok(UserFilter {
        states: states.collect(),
        roles: roles.map(|role| proto::identity::v1::Role::from(role).into()).collect(),
        product: args.product,
        group_id: Lookup(client).group_id(&args.group).await?,
        text: args.text,
    })
}

/// Shows one person.
pub(super) async fn show(client: &Client, output: &Output, args: &Show) -> anyhow::Result<()> {
    let user_id = Lookup(client).user_id(&args.user).await?;
    let request = client.request(GetPersonRequest { user_id }).await?;
    let answer = PeopleServiceClient::new(client.channel()).get_person(request).await?;
    output.record(&answer.into_inner().person.unwrap_or_default())
}

impl From<State> for user::State {
    fn from(state: State) -> Self {
        match state {
            State::Invited => Self::Invited,
            State::Active => Self::Active,
            State::Suspended => Self::Suspended,
            State::Deleted => Self::Deleted,
        }
    }
}

impl From<Role> for proto::identity::v1::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
            Role::SuperAdmin => Self::SuperAdmin,
            Role::Custom => Self::Custom,
        }
    }
}

impl From<Sort> for UserOrder {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Added => Self::CreateTime,
            Sort::Name => Self::Name,
            Sort::Email => Self::Email,
        }
    }
}

impl Record for Person {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "email",
        "given_name",
        "family_name",
        "state",
        "role",
        "products",
        "group_id",
        "language",
        "time_zone",
        "welcome_email",
        "added",
    ];

    fn cells(&self) -> Vec<String> {
        let user = self.user.clone().unwrap_or_default();
        let delivery = |delivery: &Delivery| word(delivery.state().as_str_name(), "STATE_");
        vec![
            user.id.clone(),
            user.email.clone(),
            user.given_name.clone(),
            user.family_name.clone(),
            word(user.state().as_str_name(), "STATE_"),
            word(user.role().as_str_name(), "ROLE_"),
            products(&self.products),
            user.group_id.clone(),
            user.language.clone(),
            user.time_zone.clone(),
            self.delivery.as_ref().map(delivery).unwrap_or_default(),
            time(user.create_time.as_ref()),
        ]
    }
}
