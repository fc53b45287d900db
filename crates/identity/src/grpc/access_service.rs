//! usher.identity.v1.AccessService.

use chassis::Person;
use proto::identity::v1 as wire;
use proto::identity::v1::access_service_server::AccessService;
use proto::identity::v1::{
    CheckAccessRequest, CheckAccessResponse, ExplainAccessRequest, ExplainAccessResponse, GetCapabilityMatrixRequest,
    GetCapabilityMatrixResponse,
};
use tonic::{Request, Response, Status};
use types::{CAPABILITIES, Capability, Permission};

use super::convert;
use crate::app::{App, Check};
use crate::domain::access::Reason;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};

/// Who may do what.
pub struct Access(pub App);

#[tonic::async_trait]
impl AccessService for Access {
    async fn get_capability_matrix(
        &self,
        _: Request<GetCapabilityMatrixRequest>,
    ) -> Result<Response<GetCapabilityMatrixResponse>, Status> {
        let capabilities = CAPABILITIES.iter().map(capability).collect();
        Ok(Response::new(GetCapabilityMatrixResponse { capabilities }))
    }

    async fn check_access(
        &self,
        request: Request<CheckAccessRequest>,
    ) -> Result<Response<CheckAccessResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let checks = request.into_inner().checks.into_iter().enumerate();
        let checks =
            checks.map(|(index, check)| read(&person, &check.user_id, check.permission, &format!("checks[{index}].")));
        let reasons = self
            .0
            .check_access(&person, &checks.collect::<Result<Vec<_>, _>>()?)
            .await?;
        let decisions = reasons.into_iter().map(decision).collect();
        Ok(Response::new(CheckAccessResponse { decisions }))
    }

    async fn explain_access(
        &self,
        request: Request<ExplainAccessRequest>,
    ) -> Result<Response<ExplainAccessResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let ExplainAccessRequest { user_id, permission } = request.into_inner();
        let check = read(&person, &user_id, permission, "")?;
        let explained = self.0.explain_access(&person, check).await?;
        let sees_roles = person.can(Permission::AssignRoles);
        let grantor = |(id, display_name): (types::UserId, String)| wire::Grantor {
            user_id: id.to_string(),
            display_name,
        };
        Ok(Response::new(ExplainAccessResponse {
            decision: Some(decision(explained.reason)),
            role: match sees_roles {
                true => convert::role(explained.role).into(),
                false => wire::Role::Unspecified.into(),
            },
            custom_role_id: match explained.custom_role_id {
                Some(id) if sees_roles => id.to_string(),
                Some(_) | None => String::new(),
            },
            licensed_products: explained.licensed_products,
            grantors: explained.grantors.into_iter().map(grantor).collect(),
        }))
    }
}

fn read(person: &Person, user_id: &str, permission: i32, path: &str) -> Result<Check, Error> {
    let refuse = |fault, field: &str| Error::Field(Violation::new(fault, format!("{path}{field}")));
    let user_id = match user_id {
        "" => person.user,
        text => text.parse().map_err(|_| refuse(Fault::IdMalformed, "user_id"))?,
    };
    let permission = convert::read_permission(permission);
    Ok(Check {
        user_id,
        permission: permission.ok_or_else(|| refuse(Fault::PermissionUnknown, "permission"))?,
    })
}

fn capability(row: &Capability) -> wire::Capability {
    let grant = |granted| match granted {
        true => wire::capability::Grant::Yes.into(),
        false => wire::capability::Grant::No.into(),
    };
    // The billing contact is an admin at least, and may be a super admin.
    let billing_contact = if row.super_admin && !row.admin && !row.billing_contact {
        wire::capability::Grant::AsRole.into()
    } else {
        grant(row.admin || row.billing_contact)
    };
    wire::Capability {
        permission: chassis::write_permission(row.permission).into(),
        description: row.sentence.to_owned(),
        license_required: row.needs_license,
        attendee: grant(row.attendee),
        member: grant(row.member),
        admin: grant(row.admin),
        super_admin: grant(row.super_admin),
        billing_contact,
    }
}

fn decision(reason: Reason) -> wire::AccessDecision {
    let wire = match reason {
        Reason::AccountClosed => wire::AccessReason::AccountClosed,
        Reason::UserDeleted => wire::AccessReason::UserDeleted,
        Reason::UserSuspended => wire::AccessReason::UserSuspended,
        Reason::UserInvited => wire::AccessReason::UserInvited,
        Reason::BillingContactRequired => wire::AccessReason::BillingContactRequired,
        Reason::RoleMissing => wire::AccessReason::RoleMissing,
        Reason::LicenseMissing => wire::AccessReason::LicenseMissing,
        Reason::BillingContact => wire::AccessReason::BillingContact,
        Reason::Role => wire::AccessReason::Role,
    };
    wire::AccessDecision {
        allowed: reason.allows(),
        reason: wire.into(),
    }
}
