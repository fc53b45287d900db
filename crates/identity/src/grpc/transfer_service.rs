//! usher.identity.v1.TransferService.

use proto::identity::v1 as wire;
use proto::identity::v1::preview_transfer_response::Blocker;
use proto::identity::v1::transfer_service_server::TransferService;
use proto::identity::v1::{
    AcceptTransferRequest, AcceptTransferResponse, PreviewTransferRequest, PreviewTransferResponse,
};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{App, Described, Preview};
use crate::domain::error::Error;

/// Moving to another account.
pub struct Transfers(pub App);

#[tonic::async_trait]
impl TransferService for Transfers {
    async fn preview_transfer(
        &self,
        request: Request<PreviewTransferRequest>,
    ) -> Result<Response<PreviewTransferResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let preview = self.0.preview_transfer(&person, &request.into_inner().token).await?;
        Ok(Response::new(write(preview)))
    }

    async fn accept_transfer(
        &self,
        request: Request<AcceptTransferRequest>,
    ) -> Result<Response<AcceptTransferResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let token = request.into_inner().token;
        let tokens = self.0.accept_transfer(&caller, caller.person()?, &token).await?;
        Ok(Response::new(AcceptTransferResponse {
            tokens: Some(convert::tokens(tokens)),
        }))
    }
}

fn write(preview: Preview) -> PreviewTransferResponse {
    PreviewTransferResponse {
        gains: Some(membership(preview.gains)),
        losses: Some(membership(preview.losses)),
        resets_own_settings: preview.resets_own_settings,
        blockers: preview.blockers.into_iter().map(blocker).collect(),
        expire_time: Some(convert::timestamp(preview.expire_time)),
    }
}

fn membership(described: Described) -> wire::Membership {
    let Described {
        account_name,
        membership,
        names,
    } = described;
    wire::Membership {
        account_name,
        products: membership.products,
        role: convert::role(membership.role).into(),
        custom_role_name: names.role.unwrap_or_default(),
        group_name: names.group.unwrap_or_default(),
        settings_template_name: names.settings_template.unwrap_or_default(),
        language: membership.language,
        time_zone: membership.time_zone,
    }
}

/// The refusal that accepting would meet.
fn blocker(error: Error) -> Blocker {
    let status = Status::from(error);
    Blocker {
        reason: chassis::reason(&status).unwrap_or_default(),
        description: status.message().to_owned(),
    }
}
