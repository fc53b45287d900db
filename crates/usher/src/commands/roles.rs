//! `usher roles`: what roles there are, and who is given which.

use proto::access_v1::Permission;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::{
    AssignRoleResult, AssignRolesRequest, CreateRoleRequest, DeleteRoleRequest, DeleteRoleResponse, GetRoleRequest,
    RoleAssignment, RoleDefinition,
};

use crate::client::{Client, Connection, Extent, Lookup, Repeatable, RoleChoice, repeat};
use crate::complaint::reason_of;
use crate::exit::Exit;
use crate::output::{Output, Record, word};

/// What to do.
#[derive(Debug, clap::Args)]
#[command(after_help = "Only super admins see roles and assign them.")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the roles: those that every account has, then the account's own.
    #[command(after_help = "Examples:\n  usher roles list")]
    List(Extent),
    /// Show one role.
    #[command(after_help = "Examples:\n  usher roles show admin\n  usher roles show Helpdesk")]
    Show(Show),
    /// Make a role of the account's own.
    #[command(after_help = "Examples:\n  usher roles create Helpdesk --permission MANAGE_USERS")]
    Create(Create),
    /// Delete a role of the account's own.
    #[command(after_help = "Examples:\n  usher roles delete Helpdesk --replacement member")]
    Delete(Delete),
    /// Give people a role, in the place of the one they have.
    #[command(after_help = "Examples:\n  usher roles assign admin ada@example.com alan@example.com")]
    Assign(Assign),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The role, by name or id.
    role: String,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name.
    name: String,
    /// What it is for.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// What it grants, as `usher matrix` names it; several times for several.
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission)]
    permissions: Vec<Permission>,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
struct Delete {
    /// The role, by name or id.
    role: String,
    /// The role for those who hold it, by name or id; needed when somebody does.
    #[arg(long, value_name = "ROLE")]
    replacement: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Assign {
    /// The role, by name or id.
    role: String,
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    /// Do the good rows when others are bad; the exit code is 1 then.
    #[arg(long)]
    allow_partial: bool,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    let done = match args.command {
        Command::Assign(args) => return assign(&client, &output, args).await,
        Command::List(extent) => {
            let fetch = async |size, token| Lookup(&client).roles(size, token).await;
            extent.print(&output, fetch).await
        }
        Command::Show(args) => show(&client, &output, &args).await,
        Command::Create(args) => create(&client, &output, args).await,
        Command::Delete(args) => delete(&client, &output, args).await,
    };
    done.map(|()| Exit::Done)
}

async fn show(client: &Client, output: &Output, args: &Show) -> anyhow::Result<()> {
    let role_id = Lookup(client).role(&args.role).await?.id();
    let request = client.request(GetRoleRequest { role_id }).await?;
    let answer = RoleServiceClient::new(client.channel()).get_role(request).await?;
    output.record(&answer.into_inner().role.unwrap_or_default())
}

async fn create(client: &Client, output: &Output, args: Create) -> anyhow::Result<()> {
    let message = CreateRoleRequest {
        request_id: args.repeatable.id(),
        name: args.name,
        description: args.description,
        permissions: args.permissions.into_iter().map(Into::into).collect(),
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        Ok(RoleServiceClient::new(client.channel()).create_role(request).await?)
    });
    output.record(&answer.await?.into_inner().role.unwrap_or_default())
}

async fn delete(client: &Client, output: &Output, args: Delete) -> anyhow::Result<()> {
    let lookup = Lookup(client);
    let replacement = lookup.role_if_named(args.replacement.as_deref()).await?;
    let message = DeleteRoleRequest {
        role_id: lookup.role(&args.role).await?.id(),
        etag: String::new(),
        replacement_role: replacement.role.into(),
        replacement_custom_role_id: replacement.custom_role_id,
    };
    let request = client.request(message).await?;
    let answer = RoleServiceClient::new(client.channel()).delete_role(request).await?;
    output.record(&answer.into_inner())
}

async fn assign(client: &Client, output: &Output, args: Assign) -> anyhow::Result<Exit> {
    let lookup = Lookup(client);
    let RoleChoice { role, custom_role_id } = lookup.role(&args.role).await?;
    let ids = lookup.user_ids(&args.users).await?;
    let assignment = |user_id| RoleAssignment {
        user_id,
        role: role.into(),
        custom_role_id: custom_role_id.clone(),
    };
    let message = AssignRolesRequest {
        assignments: ids.into_iter().map(assignment).collect(),
        allow_partial: args.allow_partial,
    };
    let request = client.request(message).await?;
    let answer = RoleServiceClient::new(client.channel()).assign_roles(request).await?;
    let answer = answer.into_inner();
    output.answer(&answer, &answer.results)?;
    Ok(Exit::told(answer.results.iter().any(|row| row.error.is_some())))
}

/// A permission by its name, in any case, with `-` or `_`.
fn permission(text: &str) -> Result<Permission, String> {
    let name = text.to_ascii_uppercase().replace('-', "_");
    match Permission::from_str_name(&format!("PERMISSION_{name}")) {
        Some(permission) if permission != Permission::Unspecified => Ok(permission),
        Some(_) | None => Err("`usher matrix` tells what permissions there are".to_owned()),
    }
}

impl Record for RoleDefinition {
    const COLUMNS: &'static [&'static str] = &["id", "name", "built_in", "holders", "permissions", "description"];

    fn cells(&self) -> Vec<String> {
        let permissions = self.permissions();
        let permissions: Vec<_> = permissions
            .map(|permission| word(permission.as_str_name(), "PERMISSION_"))
            .collect();
        let holders = if self.built_in {
            String::new()
        } else {
            self.holder_count.to_string()
        };
        vec![
            self.id.clone(),
            self.name.clone(),
            if self.built_in { "yes" } else { "no" }.to_owned(),
            holders,
            permissions.join(" "),
            self.description.clone(),
        ]
    }
}

impl Record for DeleteRoleResponse {
    const COLUMNS: &'static [&'static str] = &["users_with_replacement"];

    fn cells(&self) -> Vec<String> {
        vec![self.replaced_count.to_string()]
    }
}

impl Record for AssignRoleResult {
    const COLUMNS: &'static [&'static str] = &["user_id", "outcome", "error"];

    fn cells(&self) -> Vec<String> {
        let outcome = if self.error.is_some() { "FAILED" } else { "ASSIGNED" };
        vec![self.user_id.clone(), outcome.to_owned(), reason_of(self.error.as_ref())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_named_as_the_matrix_names_it() {
        for text in ["MANAGE_USERS", "manage-users"] {
            assert_eq!(permission(text), Ok(Permission::ManageUsers));
        }
        for text in ["", "UNSPECIFIED", "FLY"] {
            assert!(permission(text).is_err(), "{text}");
        }
    }
}
