//! `usher groups`: sets of people.

use prost_types::FieldMask;
use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::{
    CreateGroupRequest, DeleteGroupRequest, DeleteGroupResponse, Group, ListGroupsRequest, UpdateGroupRequest,
};

use crate::client::{Client, Connection, Extent, Lookup, Repeatable, repeat};
use crate::output::{Output, Record, time};

/// What to do.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
People are put into a group by `usher users add --group` and `usher users update --group`, and listed by it with
`usher users list --group`.")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the groups by name.
    #[command(after_help = "Examples:\n  usher groups list\n  usher groups list --name res --output csv")]
    List(List),
    /// Make a group without people.
    #[command(after_help = "Examples:\n  usher groups create Research --description \"Whoever finds things out\"")]
    Create(Create),
    /// Change a group's name or description.
    #[command(after_help = "Examples:\n  usher groups update Research --name \"Research and Development\"")]
    Update(Update),
    /// Delete a group; its people stay, in no group.
    #[command(after_help = "Examples:\n  usher groups delete Research")]
    Delete(Delete),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only those whose name begins with this.
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    name: String,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name.
    name: String,
    /// What it is for.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true).args(["name", "description"]))]
struct Update {
    /// The group, by name or id.
    group: String,
    /// Its new name.
    #[arg(long)]
    name: Option<String>,
    /// Its new description.
    #[arg(long)]
    description: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Delete {
    /// The group, by name or id.
    group: String,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(args) => list(&client, &output, &args).await,
        Command::Create(args) => create(&client, &output, args).await,
        Command::Update(args) => update(&client, &output, args).await,
        Command::Delete(args) => delete(&client, &output, &args).await,
    }
}

async fn list(client: &Client, output: &Output, args: &List) -> anyhow::Result<()> {
    let fetch = async |page_size, page_token| {
        let message = ListGroupsRequest {
            page_size,
            page_token,
            name_prefix: args.name.clone(),
        };
        let request = client.request(message).await?;
        let answer = GroupServiceClient::new(client.channel()).list_groups(request).await?;
        let answer = answer.into_inner();
        Ok((answer.groups, answer.next_page_token))
    };
    args.extent.print(output, fetch).await
}

async fn create(client: &Client, output: &Output, args: Create) -> anyhow::Result<()> {
    let message = CreateGroupRequest {
        request_id: args.repeatable.id(),
        name: args.name,
        description: args.description,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        Ok(GroupServiceClient::new(client.channel()).create_group(request).await?)
    });
    output.record(&answer.await?.into_inner().group.unwrap_or_default())
}

async fn update(client: &Client, output: &Output, args: Update) -> anyhow::Result<()> {
    let named = [
        ("name", args.name.is_some()),
        ("description", args.description.is_some()),
    ];
    let paths = named.into_iter().filter(|(_, is_named)| *is_named);
    let group = Group {
        id: Lookup(client).group_id(&args.group).await?,
        name: args.name.unwrap_or_default(),
        description: args.description.unwrap_or_default(),
        ..Group::default()
    };
    let message = UpdateGroupRequest {
        group: Some(group),
        update_mask: Some(FieldMask {
            paths: paths.map(|(path, _)| path.to_owned()).collect(),
        }),
    };
    let request = client.request(message).await?;
    let answer = GroupServiceClient::new(client.channel()).update_group(request).await?;
    output.record(&answer.into_inner().group.unwrap_or_default())
}

async fn delete(client: &Client, output: &Output, args: &Delete) -> anyhow::Result<()> {
    let message = DeleteGroupRequest {
        group_id: Lookup(client).group_id(&args.group).await?,
        etag: String::new(),
    };
    let request = client.request(message).await?;
    let answer = GroupServiceClient::new(client.channel()).delete_group(request).await?;
    output.record(&answer.into_inner())
}

impl Record for Group {
    const COLUMNS: &'static [&'static str] = &["id", "name", "users", "description", "made"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.user_count.to_string(),
            self.description.clone(),
            time(self.create_time.as_ref()),
        ]
    }
}

impl Record for DeleteGroupResponse {
    const COLUMNS: &'static [&'static str] = &["users_without_group"];

    fn cells(&self) -> Vec<String> {
        vec![self.user_count.to_string()]
    }
}
