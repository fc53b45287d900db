//! usher.identity.v1.GroupService.

use proto::identity::v1::group_service_server::GroupService;
use proto::identity::v1::{
    CreateGroupRequest, CreateGroupResponse, DeleteGroupRequest, DeleteGroupResponse, GetGroupRequest,
    GetGroupResponse, Group as Message, ListGroupsRequest, ListGroupsResponse, UpdateGroupRequest, UpdateGroupResponse,
};
use tonic::{Request, Response, Status};

use super::mask::Mask;
use super::{convert, field};
use crate::app::{App, NewGroup, origin};
use crate::domain::error::Error;
use crate::domain::group::{Group, GroupChange};

/// Making, changing and deleting groups.
pub struct Groups(pub App);

#[tonic::async_trait]
impl GroupService for Groups {
    async fn create_group(
        &self,
        request: Request<CreateGroupRequest>,
    ) -> Result<Response<CreateGroupResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let message = request.into_inner();
        let origin = origin(&caller, &message.request_id);
        let new = NewGroup {
            request_id: field::read_request_id(&message.request_id)?,
            name: field::read_name("name", &message.name)?,
            description: field::read_description("description", &message.description)?,
        };
        let group = self.0.create_group(caller.person()?, origin, new).await?;
        Ok(Response::new(CreateGroupResponse {
            group: Some(write(group)),
        }))
    }

    async fn get_group(&self, request: Request<GetGroupRequest>) -> Result<Response<GetGroupResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let id = field::read_id("group_id", &request.into_inner().group_id)?;
        let group = self.0.get_group(&person, id).await?;
        Ok(Response::new(GetGroupResponse {
            group: Some(write(group)),
        }))
    }

    async fn list_groups(&self, request: Request<ListGroupsRequest>) -> Result<Response<ListGroupsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let prefix = field::read_prefix("name_prefix", &message.name_prefix)?;
        let size = field::read_page_size(message.page_size)?;
        let page = self.0.list_groups(&person, prefix, size, &message.page_token).await?;
        Ok(Response::new(ListGroupsResponse {
            groups: page.groups.into_iter().map(write).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn update_group(
        &self,
        request: Request<UpdateGroupRequest>,
    ) -> Result<Response<UpdateGroupResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let UpdateGroupRequest { group, update_mask } = request.into_inner();
        let group = group.unwrap_or_default();
        let id = field::read_id("group.id", &group.id)?;
        let change = read_change(&group, &Mask::read(update_mask, &["name", "description"])?)?;
        let origin = origin(&caller, "");
        let group = self
            .0
            .update_group(caller.person()?, origin, id, group.etag, change)
            .await?;
        Ok(Response::new(UpdateGroupResponse {
            group: Some(write(group)),
        }))
    }

    async fn delete_group(
        &self,
        request: Request<DeleteGroupRequest>,
    ) -> Result<Response<DeleteGroupResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let DeleteGroupRequest { group_id, etag } = request.into_inner();
        let id = field::read_id("group_id", &group_id)?;
        let origin = origin(&caller, "");
        let user_count = self.0.delete_group(caller.person()?, origin, id, etag).await?;
        Ok(Response::new(DeleteGroupResponse { user_count }))
    }
}

fn read_change(group: &Message, mask: &Mask) -> Result<GroupChange, Error> {
    let name = mask.names("name", !group.name.is_empty());
    let description = mask.names("description", !group.description.is_empty());
    Ok(GroupChange {
        name: name.then(|| field::read_name("group.name", &group.name)).transpose()?,
        description: description
            .then(|| field::read_description("group.description", &group.description))
            .transpose()?,
    })
}

fn write(group: Group) -> Message {
    Message {
        id: group.id.to_string(),
        name: group.name,
        description: group.description,
        user_count: group.user_count,
        etag: group.revision.to_string(),
        create_time: Some(convert::timestamp(group.create_time)),
        update_time: Some(convert::timestamp(group.update_time)),
    }
}
