//! `usher users update`.

use prost_types::FieldMask;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::product_change::List;
use proto::admin::v1::{BatchUpdateUsersRequest, ProductChange, UserChange};
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{UpdateUserRequest, User};

use super::outcome::some_failed;
use crate::client::{Client, Lookup, Repeatable, repeat};
use crate::complaint::Problem;
use crate::exit::Exit;
use crate::output::{Output, Record, time, word};

/// What the method that changes names cannot do.
const BATCH: [&str; 8] = [
    "role",
    "product",
    "add_product",
    "remove_product",
    "no_products",
    "request_id",
    "validate_only",
    "allow_partial",
];

/// Whom to change, and how. What is left out stays as it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Either everybody is changed or nobody, but for --allow-partial. A name is changed for one person at a time, at once, and not
together with roles or products.

Examples:
  usher users update ada@example.com --group Research --language de
  usher users update ada@example.com alan@example.com --add-product webinar
  usher users update ada@example.com --no-products
  usher users update ada@example.com --role admin
  usher users update ada@example.com --family-name King",
    group = clap::ArgGroup::new("change").required(true).multiple(true)
)]
pub(super) struct Args {
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    /// The given name of one person.
    #[arg(long, group = "change", conflicts_with_all = BATCH)]
    given_name: Option<String>,
    /// The family name of one person.
    #[arg(long, group = "change", conflicts_with_all = BATCH)]
    family_name: Option<String>,
    /// `member`, `admin`, `super-admin`, or a role of the account's own by name or id.
    #[arg(long, group = "change")]
    role: Option<String>,
    /// A group, by name or id; the empty text takes them out of theirs.
    #[arg(long, group = "change")]
    group: Option<String>,
    /// A settings template, by name or id; the empty text is the system default.
    #[arg(long, group = "change")]
    template: Option<String>,
    /// The language they read (BCP 47).
    #[arg(long, group = "change")]
    language: Option<String>,
    /// Where they are (IANA).
    #[arg(long, group = "change")]
    time_zone: Option<String>,
    /// A product that they hold a seat of from now on, and of no others; several times for several.
    #[arg(long, group = "change", conflicts_with_all = ["add_product", "remove_product"])]
    product: Vec<String>,
    /// Free all their seats.
    #[arg(long, group = "change", conflicts_with_all = ["product", "add_product", "remove_product"])]
    no_products: bool,
    /// A product to add; several times for several.
    #[arg(long, value_name = "PRODUCT", group = "change")]
    add_product: Vec<String>,
    /// A product to remove; several times for several.
    #[arg(long, value_name = "PRODUCT", group = "change")]
    remove_product: Vec<String>,
    #[command(flatten)]
    batch: Batch,
}

/// How a change of several users is made.
#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    #[command(flatten)]
    pub(crate) repeatable: Repeatable,
    /// Tell what would happen, seats included, and change nothing.
    #[arg(long)]
    pub(crate) validate_only: bool,
    /// Change the good rows when others are bad; the exit code is 1 then.
    #[arg(long)]
    pub(crate) allow_partial: bool,
}

/// Changes them.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<Exit> {
    if args.given_name.is_some() || args.family_name.is_some() {
        return rename(client, output, args).await;
    }
    let lookup = Lookup(client);
    let products = products(&args);
    let role = lookup.role_if_named(args.role.as_deref()).await?;
    let mut change = UserChange {
        role: role.role.into(),
        custom_role_id: role.custom_role_id,
        language: args.language.unwrap_or_default(),
        time_zone: args.time_zone.unwrap_or_default(),
        products,
        ..UserChange::default()
    };
    if let Some(group) = &args.group {
        change.group_id = Some(lookup.group_id(group).await?);
    }
    if let Some(template) = &args.template {
        change.settings_template_id = Some(lookup.template_id(template).await?);
    }
    batch(client, output, &args.users, change, args.batch).await
}

/// Makes one change to several users.
pub(super) async fn batch(
    client: &Client,
    output: &Output,
    users: &[String],
    change: UserChange,
    batch: Batch,
) -> anyhow::Result<Exit> {
    let message = BatchUpdateUsersRequest {
        user_ids: Lookup(client).user_ids(users).await?,
        change: Some(change),
        request_id: batch.repeatable.id(),
        validate_only: batch.validate_only,
        allow_partial: batch.allow_partial,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut people = PeopleServiceClient::new(client.channel());
        Ok(people.batch_update_users(request).await?)
    });
    let answer = answer.await?.into_inner();
    output.answer(&answer, &answer.results)?;
    Ok(Exit::told(some_failed(&answer.results)))
}

fn products(args: &Args) -> Option<ProductChange> {
    let set = (args.no_products || !args.product.is_empty()).then(|| List {
        products: args.product.clone(),
    });
    let change = ProductChange {
        set,
        add: args.add_product.clone(),
        remove: args.remove_product.clone(),
    };
    (change != ProductChange::default()).then_some(change)
}

/// Changes one user by the method that changes names.
async fn rename(client: &Client, output: &Output, args: Args) -> anyhow::Result<Exit> {
    let [user] = &args.users[..] else {
        let text = "a name is changed for one person at a time";
        return Err(Problem::BadInput(text.to_owned()).into());
    };
    let lookup = Lookup(client);
    let mut user = User {
        id: lookup.user_id(user).await?,
        ..User::default()
    };
    let mut paths = Vec::new();
    let fields = [
        ("given_name", args.given_name, &mut user.given_name),
        ("family_name", args.family_name, &mut user.family_name),
        ("language", args.language, &mut user.language),
        ("time_zone", args.time_zone, &mut user.time_zone),
    ];
    for (path, value, field) in fields {
        if let Some(value) = value {
            *field = value;
            paths.push(path.to_owned());
        }
    }
    if let Some(group) = &args.group {
        user.group_id = lookup.group_id(group).await?;
        paths.push("group_id".to_owned());
    }
    if let Some(template) = &args.template {
        user.settings_template_id = lookup.template_id(template).await?;
        paths.push("settings_template_id".to_owned());
    }
    let message = UpdateUserRequest {
        user: Some(user),
        update_mask: Some(FieldMask { paths }),
    };
    let request = client.request(message).await?;
    let answer = UserServiceClient::new(client.channel()).update_user(request).await?;
    output.record(&answer.into_inner().user.unwrap_or_default())?;
    Ok(Exit::Done)
}

impl Record for User {
    const COLUMNS: &'static [&'static str] = &["id", "email", "given_name", "family_name", "state", "updated"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.email.clone(),
            self.given_name.clone(),
            self.family_name.clone(),
            word(self.state().as_str_name(), "STATE_"),
            time(self.update_time.as_ref()),
        ]
    }
}
