//! usher.identity.v1.RoleService.

use proto::identity::v1 as wire;
use proto::identity::v1::role_service_server::RoleService;
use proto::identity::v1::{
    AssignRolesRequest, AssignRolesResponse, CreateRoleRequest, CreateRoleResponse, DeleteRoleRequest,
    DeleteRoleResponse, GetRoleRequest, GetRoleResponse, ListRolesRequest, ListRolesResponse, UpdateRoleRequest,
    UpdateRoleResponse,
};
use tonic::{Request, Response, Status};
use types::{Permissions, Role, RoleId};

use super::convert;
use super::field::{read_page_size, read_request_id};
use super::mask::Mask;
use crate::app::{AnyRole, App, Assignment, Deletion};
use crate::domain::error::Error;
use crate::domain::fault::Violation;
use crate::domain::role::{OwnRole, RoleDraft, built_in_name};

/// Roles.
pub struct Roles(pub App);

#[tonic::async_trait]
impl RoleService for Roles {
    async fn create_role(&self, request: Request<CreateRoleRequest>) -> Result<Response<CreateRoleResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let request_id = read_request_id(&message.request_id)?;
        let draft = RoleDraft {
            name: Some(message.name),
            description: Some(message.description),
            permissions: Some(message.permissions.into_iter().map(convert::read_permission).collect()),
        };
        let role = self.0.create_role(&caller, caller.person()?, request_id, draft).await?;
        let role = Some(definition(AnyRole::Own(role, 0)));
        Ok(Response::new(CreateRoleResponse { role }))
    }

    async fn get_role(&self, request: Request<GetRoleRequest>) -> Result<Response<GetRoleResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let role = match read_id(&request.into_inner().role_id, "role_id")? {
            Named::BuiltIn(role) => AnyRole::BuiltIn(role),
            Named::Own(id) => self.0.get_role(&person, id).await?,
        };
        let role = Some(definition(role));
        Ok(Response::new(GetRoleResponse { role }))
    }

    async fn list_roles(&self, request: Request<ListRolesRequest>) -> Result<Response<ListRolesResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let ListRolesRequest { page_size, page_token } = request.into_inner();
        let size = read_page_size(page_size)?;
        let page = self.0.list_roles(&person, size, &page_token).await?;
        Ok(Response::new(ListRolesResponse {
            roles: page.roles.into_iter().map(definition).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn update_role(&self, request: Request<UpdateRoleRequest>) -> Result<Response<UpdateRoleResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let UpdateRoleRequest { role, update_mask } = request.into_inner();
        let role = role.unwrap_or_default();
        let id = read_own(&role.id, "role.id")?;
        let etag = role.etag.clone();
        let draft = read_draft(role, update_mask)?;
        self.0.update_role(&caller, *caller.person()?, id, etag, draft).await?;
        let role = Some(definition(self.0.get_role(caller.person()?, id).await?));
        Ok(Response::new(UpdateRoleResponse { role }))
    }

    async fn delete_role(&self, request: Request<DeleteRoleRequest>) -> Result<Response<DeleteRoleResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let deletion = Deletion {
            id: read_own(&message.role_id, "role_id")?,
            etag: message.etag,
            replacement: convert::read_role_wish(message.replacement_role, &message.replacement_custom_role_id),
        };
        let replaced = self.0.delete_role(&caller, *caller.person()?, deletion).await?;
        Ok(Response::new(DeleteRoleResponse {
            replaced_count: i64::try_from(replaced).unwrap_or(i64::MAX),
        }))
    }

    async fn assign_roles(
        &self,
        request: Request<AssignRolesRequest>,
    ) -> Result<Response<AssignRolesResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let ids: Vec<String> = message.assignments.iter().map(|row| row.user_id.clone()).collect();
        let read = |row: wire::RoleAssignment| Assignment {
            role: convert::read_role_wish(row.role, &row.custom_role_id),
            user_id: row.user_id,
        };
        let rows = message.assignments.into_iter().map(read).collect();
        let results = self
            .0
            .assign_roles(&caller, *caller.person()?, rows, message.allow_partial)
            .await?;
        let results = (0..)
            .zip(ids)
            .zip(results)
            .map(|((index, id), row)| result(index, id, row));
        Ok(Response::new(AssignRolesResponse {
            results: results.collect(),
        }))
    }
}

fn result(index: i32, user_id: String, row: Result<(), Violation>) -> wire::AssignRoleResult {
    wire::AssignRoleResult {
        index,
        user_id,
        error: row.err().and_then(|violation| convert::row_error(&[violation])),
    }
}

/// A role as an id names it.
enum Named {
    BuiltIn(Role),
    Own(RoleId),
}

fn read_id(text: &str, field: &'static str) -> Result<Named, Error> {
    let built_in = Role::BUILT_IN.into_iter().find(|role| role.as_str() == text);
    match (built_in, text.parse()) {
        (Some(role), _) => Ok(Named::BuiltIn(role)),
        (None, Ok(id)) => Ok(Named::Own(id)),
        (None, Err(_)) => Err(Error::IdMalformed { field }),
    }
}

fn read_own(text: &str, field: &'static str) -> Result<RoleId, Error> {
    match read_id(text, field)? {
        Named::BuiltIn(_) => Err(Error::RoleBuiltIn),
        Named::Own(id) => Ok(id),
    }
}

/// What a mask lets through; without one, what is not empty.
fn read_draft(role: wire::RoleDefinition, mask: Option<prost_types::FieldMask>) -> Result<RoleDraft, Error> {
    let mask = Mask::read(mask, &["name", "description", "permissions"])?;
    let (name, description) = (!role.name.is_empty(), !role.description.is_empty());
    let permissions = !role.permissions.is_empty();
    Ok(RoleDraft {
        name: mask.names("name", name).then_some(role.name),
        description: mask.names("description", description).then_some(role.description),
        permissions: mask
            .names("permissions", permissions)
            .then(|| role.permissions.into_iter().map(convert::read_permission).collect()),
    })
}

fn definition(role: AnyRole) -> wire::RoleDefinition {
    match role {
        AnyRole::BuiltIn(role) => wire::RoleDefinition {
            id: role.as_str().to_owned(),
            role: convert::role(role).into(),
            name: built_in_name(role).to_owned(),
            permissions: convert::permissions(Permissions::of(role, false)),
            built_in: true,
            ..wire::RoleDefinition::default()
        },
        AnyRole::Own(role, holders) => own(role, holders),
    }
}

fn own(role: OwnRole, holder_count: i64) -> wire::RoleDefinition {
    wire::RoleDefinition {
        id: role.id.to_string(),
        role: wire::Role::Custom.into(),
        name: role.name,
        description: role.description,
        permissions: convert::permissions(role.permissions),
        built_in: false,
        holder_count,
        etag: role.revision.to_string(),
        create_time: Some(convert::timestamp(role.create_time)),
        update_time: Some(convert::timestamp(role.update_time)),
    }
}
