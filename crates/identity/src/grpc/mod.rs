//! The wire: translates, decides nothing.

mod access_service;
mod account_service;
mod admission_service;
mod audit_service;
mod authentication_service;
mod billing_contact_service;
mod convert;
mod field;
mod group_service;
mod invitation;
mod invitation_service;
mod mask;
mod role_service;
mod session_service;
mod status;
mod user_service;

use proto::identity::internal::v1::account_service_server::AccountServiceServer;
use proto::identity::internal::v1::admission_service_server::AdmissionServiceServer;
use proto::identity::internal::v1::authentication_service_server::AuthenticationServiceServer;
use proto::identity::v1::access_service_server::AccessServiceServer;
use proto::identity::v1::audit_service_server::AuditServiceServer;
use proto::identity::v1::billing_contact_service_server::BillingContactServiceServer;
use proto::identity::v1::group_service_server::GroupServiceServer;
use proto::identity::v1::invitation_service_server::InvitationServiceServer;
use proto::identity::v1::role_service_server::RoleServiceServer;
use proto::identity::v1::session_service_server::SessionServiceServer;
use proto::identity::v1::user_service_server::UserServiceServer;
use tonic::service::Routes;
use types::Mac;

use crate::app::App;

/// The packages served.
pub const PACKAGES: &[&str] = &["usher.identity.v1", "usher.identity.internal.v1"];

/// Every service of identity, with a limit on the size of messages.
pub fn routes(app: &App, grants: Mac, limit: usize) -> Routes {
    Routes::new(SessionServiceServer::new(session_service::Sessions(app.clone())).max_decoding_message_size(limit))
        .add_service(
            InvitationServiceServer::new(invitation_service::Invitations(app.clone())).max_decoding_message_size(limit),
        )
        .add_service(AuditServiceServer::new(audit_service::Audit(app.clone())).max_decoding_message_size(limit))
        .add_service(GroupServiceServer::new(group_service::Groups(app.clone())).max_decoding_message_size(limit))
        .add_service(AccessServiceServer::new(access_service::Access(app.clone())).max_decoding_message_size(limit))
        .add_service(
            BillingContactServiceServer::new(billing_contact_service::BillingContacts(app.clone()))
                .max_decoding_message_size(limit),
        )
        .add_service(RoleServiceServer::new(role_service::Roles(app.clone())).max_decoding_message_size(limit))
        .add_service(UserServiceServer::new(user_service::Users(app.clone())).max_decoding_message_size(limit))
        .add_service(
            AuthenticationServiceServer::new(authentication_service::Authentication(app.clone()))
                .max_decoding_message_size(limit),
        )
        .add_service(AccountServiceServer::new(account_service::Accounts(app.clone())).max_decoding_message_size(limit))
        .add_service(
            AdmissionServiceServer::new(admission_service::Admission {
                app: app.clone(),
                grants,
            })
            .max_decoding_message_size(limit),
        )
}
