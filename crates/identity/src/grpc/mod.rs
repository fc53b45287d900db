//! The wire: translates, decides nothing.

mod access_service;
mod account_service;
mod audit_service;
mod authentication_service;
mod billing_contact_service;
mod change;
mod change_service;
mod convert;
mod field;
mod group_service;
mod import;
mod import_service;
mod internal_audit_service;
mod invitation;
mod invitation_service;
mod mask;
mod notice_service;
mod password_service;
mod report_service;
mod role_service;
mod session_service;
mod setting;
mod settings_service;
mod settings_template_service;
mod sign_up_service;
mod status;
mod transfer_service;
mod user_query;
mod user_service;
mod welcome_email_service;

use proto::admin::v1::import_service_server::ImportServiceServer;
use proto::identity::internal::v1::account_service_server::AccountServiceServer as InternalAccountServiceServer;
use proto::identity::internal::v1::audit_service_server::AuditServiceServer as InternalAuditServiceServer;
use proto::identity::internal::v1::authentication_service_server::AuthenticationServiceServer;
use proto::identity::internal::v1::change_service_server::ChangeServiceServer;
use proto::identity::internal::v1::notice_service_server::NoticeServiceServer;
use proto::identity::internal::v1::report_service_server::ReportServiceServer;
use proto::identity::internal::v1::sign_up_service_server::SignUpServiceServer;
use proto::identity::v1::access_service_server::AccessServiceServer;
use proto::identity::v1::account_service_server::AccountServiceServer;
use proto::identity::v1::audit_service_server::AuditServiceServer;
use proto::identity::v1::billing_contact_service_server::BillingContactServiceServer;
use proto::identity::v1::group_service_server::GroupServiceServer;
use proto::identity::v1::invitation_service_server::InvitationServiceServer;
use proto::identity::v1::password_service_server::PasswordServiceServer;
use proto::identity::v1::role_service_server::RoleServiceServer;
use proto::identity::v1::session_service_server::SessionServiceServer;
use proto::identity::v1::settings_service_server::SettingsServiceServer;
use proto::identity::v1::settings_template_service_server::SettingsTemplateServiceServer;
use proto::identity::v1::transfer_service_server::TransferServiceServer;
use proto::identity::v1::user_service_server::UserServiceServer;
use proto::identity::v1::welcome_email_service_server::WelcomeEmailServiceServer;
use tonic::service::Routes;
use types::Mac;

use crate::app::App;

/// The packages served.
pub const PACKAGES: &[&str] = &["usher.identity.v1", "usher.identity.internal.v1"];

/// Every service of identity, with a limit on the size of messages.
pub fn routes(app: &App, grants: Mac, limit: usize) -> Routes {
    macro_rules! served {
        ($server:ident, $service:expr) => {
            $server::new($service).max_decoding_message_size(limit)
        };
    }
    Routes::new(served!(SessionServiceServer, session_service::Sessions(app.clone())))
        .add_service(served!(AccessServiceServer, access_service::Access(app.clone())))
        .add_service(served!(AccountServiceServer, account_service::Accounts(app.clone())))
        .add_service(served!(AuditServiceServer, audit_service::Audit(app.clone())))
        .add_service(served!(
            BillingContactServiceServer,
            billing_contact_service::BillingContacts(app.clone())
        ))
        .add_service(served!(GroupServiceServer, group_service::Groups(app.clone())))
        .add_service(served!(ImportServiceServer, import_service::Imports(app.clone())))
        .add_service(served!(
            InvitationServiceServer,
            invitation_service::Invitations(app.clone())
        ))
        .add_service(served!(PasswordServiceServer, password_service::Passwords(app.clone())))
        .add_service(served!(RoleServiceServer, role_service::Roles(app.clone())))
        .add_service(served!(SettingsServiceServer, settings_service::Settings(app.clone())))
        .add_service(served!(
            SettingsTemplateServiceServer,
            settings_template_service::SettingsTemplates(app.clone())
        ))
        .add_service(served!(TransferServiceServer, transfer_service::Transfers(app.clone())))
        .add_service(served!(UserServiceServer, user_service::Users(app.clone())))
        .add_service(served!(
            WelcomeEmailServiceServer,
            welcome_email_service::WelcomeEmails(app.clone())
        ))
        .add_service(served!(
            InternalAccountServiceServer,
            account_service::Accounts(app.clone())
        ))
        .add_service(served!(
            InternalAuditServiceServer,
            internal_audit_service::AuditAppending(app.clone())
        ))
        .add_service(served!(
            AuthenticationServiceServer,
            authentication_service::Authentication(app.clone())
        ))
        .add_service(served!(
            ChangeServiceServer,
            change_service::Changes {
                app: app.clone(),
                grants,
            }
        ))
        .add_service(served!(NoticeServiceServer, notice_service::Notices(app.clone())))
        .add_service(served!(ReportServiceServer, report_service::Reports(app.clone())))
        .add_service(served!(SignUpServiceServer, sign_up_service::SignUps(app.clone())))
}
