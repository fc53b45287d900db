//! usher.identity.internal.v1.ReportService.

use proto::identity::internal::v1::report_service_server::ReportService;
use proto::identity::internal::v1::{
    BatchGetHoldersRequest, BatchGetHoldersResponse, Holder, InvitationRow, ListInvitationRowsRequest,
    ListInvitationRowsResponse, ListUserRowsRequest, ListUserRowsResponse, UserRow,
};
use proto::identity::v1::ListUsersRequest;
use tonic::{Request, Response, Status};
use types::{PageSize, Permission};

use super::user_query::read_query;
use super::{convert, invitation};
use crate::app::{self, App};
use crate::domain::error::Error;
use crate::domain::holder;

/// What reports are made of.
pub struct Reports(pub App);

#[tonic::async_trait]
impl ReportService for Reports {
    async fn list_user_rows(
        &self,
        request: Request<ListUserRowsRequest>,
    ) -> Result<Response<ListUserRowsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let ListUsersRequest {
            page_size,
            page_token,
            filter,
            order_by,
            descending,
        } = request.into_inner().query.unwrap_or_default();
        let size = PageSize::parse(page_size).map_err(|_| Error::PageSizeInvalid)?;
        let query = read_query(person.account, filter, order_by, descending)?;
        let page = self.0.list_user_rows(&person, &query, size, &page_token);
        let (rows, next_page_token) = page.await?;
        let row = |row: app::UserRow| UserRow {
            user: Some(convert::user(row.user, &person)),
            group_name: row.group_name,
            settings_template_name: row.settings_template_name,
            custom_role_name: row.custom_role_name,
        };
        Ok(Response::new(ListUserRowsResponse {
            rows: rows.into_iter().map(row).collect(),
            next_page_token,
        }))
    }

    async fn list_invitation_rows(
        &self,
        request: Request<ListInvitationRowsRequest>,
    ) -> Result<Response<ListInvitationRowsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let query = request.into_inner().query.unwrap_or_default();
        let filter = invitation::read_filter(&query)?;
        let size = PageSize::parse(query.page_size).map_err(|_| Error::PageSizeInvalid)?;
        let page = self.0.list_invitation_rows(&person, &filter, size, &query.page_token);
        let (rows, next_page_token) = page.await?;
        let sees_roles = person.can(Permission::AssignRoles);
        Ok(Response::new(ListInvitationRowsResponse {
            rows: rows.into_iter().map(|row| invitation_row(row, sees_roles)).collect(),
            next_page_token,
        }))
    }

    async fn batch_get_holders(
        &self,
        request: Request<BatchGetHoldersRequest>,
    ) -> Result<Response<BatchGetHoldersResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let holders = self.0.batch_get_holders(&person, &request.into_inner().ids).await?;
        let holders = holders.into_iter().map(holder).collect();
        Ok(Response::new(BatchGetHoldersResponse { holders }))
    }
}

fn invitation_row(row: app::InvitationRow, sees_roles: bool) -> InvitationRow {
    let name = row.inviter.as_ref().map(holder::Holder::display_name);
    InvitationRow {
        invitation: Some(invitation::write(row.invitation, sees_roles)),
        inviter_name: name.unwrap_or_default(),
        inviter_email: row.inviter.map(|inviter| inviter.address).unwrap_or_default(),
    }
}

fn holder(holder: holder::Holder) -> Holder {
    Holder {
        id: holder.id,
        email: holder.address,
        given_name: holder.given_name,
        family_name: holder.family_name,
        user_state: holder.user_state.map(convert::user_state).unwrap_or_default().into(),
    }
}
