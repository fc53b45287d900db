//! The one place where what went wrong becomes a code, a reason and a sentence.

use chassis::{Refusal, internal};
use tonic::{Code, Status};

use crate::domain::closing::Blocker;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::sheet::SheetFault;
use crate::domain::welcome_email::TextFlaw;

/// The most flaws of texts that one answer names: an answer's details travel in headers, which are bounded.
const MAX_TEXT_FLAWS: usize = 10;

impl From<Error> for Status {
    #[expect(
        clippy::too_many_lines,
        reason = "one match over every error, so that none is forgotten"
    )]
    fn from(error: Error) -> Self {
        use Code::{
            Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, ResourceExhausted,
            Unauthenticated, Unavailable,
        };
        let text = error.to_string();
        let field =
            |code, reason, field: &str| Refusal::new(code, reason, text.clone()).field(field, reason, text.clone());
        let plain = |code, reason| Refusal::new(code, reason, text.clone());
        match error {
            Error::UsersCount => field(InvalidArgument, "USERS_COUNT", "users"),
            Error::UpdatesCount => field(InvalidArgument, "USERS_COUNT", "user_ids"),
            Error::HoldersCount => field(InvalidArgument, "HOLDERS_COUNT", "ids"),
            Error::RequestIdMalformed => field(InvalidArgument, "REQUEST_ID_MALFORMED", "request_id"),
            Error::RequestIdExpired => field(InvalidArgument, "REQUEST_ID_EXPIRED", "request_id"),
            Error::RequestIdReused => field(InvalidArgument, "REQUEST_ID_REUSED", "request_id"),
            Error::RoleAssignmentForbidden { field: path } => {
                field(PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN", &path)
            }
            Error::ImportNotFound => plain(NotFound, "IMPORT_NOT_FOUND"),
            Error::ImportMalformed => plain(InvalidArgument, "IMPORT_MALFORMED"),
            Error::UploadBroken => plain(Aborted, "UPLOAD_BROKEN"),
            Error::FileImported(id) => plain(AlreadyExists, "FILE_IMPORTED").metadata("import_id", id.to_string()),
            Error::File(fault) => refuse_file(&fault),
            Error::Rows(violations) => refuse(&violations),
            Error::Field(violation) => refuse(&[violation]),
            Error::IdMalformed { field: path } => field(InvalidArgument, "ID_MALFORMED", path),
            Error::GrantInvalid => plain(PermissionDenied, "GRANT_INVALID"),
            Error::GrantLapsed => plain(Aborted, "GRANT_LAPSED"),
            Error::MessageStale => plain(Aborted, "REQUEST_STALE"),
            Error::Contended => {
                plain(Aborted, "REQUEST_IN_PROGRESS").retry_after(std::time::Duration::from_millis(100))
            }
            Error::AccountNotFound(_) => Refusal::new(NotFound, "ACCOUNT_NOT_FOUND", "there is no such account"),
            Error::AccountNotClosable(blockers) => {
                let refusal = plain(FailedPrecondition, "ACCOUNT_NOT_CLOSABLE");
                blockers.iter().fold(refusal, |refusal, Blocker { obstacle, count }| {
                    refusal
                        .precondition(obstacle.as_str(), "account", format!("{count} of these"))
                        .metadata(obstacle.as_str(), count.to_string())
                })
            }
            Error::AccountNameMismatch => field(InvalidArgument, "ACCOUNT_NAME_MISMATCH", "account_name"),
            Error::UserNotFound => plain(NotFound, "USER_NOT_FOUND"),
            Error::UserNotActive => plain(FailedPrecondition, "USER_NOT_ACTIVE"),
            Error::UserNotSuspended => plain(FailedPrecondition, "USER_NOT_SUSPENDED"),
            Error::UserDeleted => plain(FailedPrecondition, "USER_DELETED"),
            Error::UserNotDeleted => plain(FailedPrecondition, "USER_NOT_DELETED"),
            Error::UserNeverJoined => plain(FailedPrecondition, "USER_NEVER_JOINED"),
            Error::AdministratorProtected => plain(PermissionDenied, "ADMINISTRATOR_PROTECTED"),
            Error::RoleNotFound => plain(NotFound, "ROLE_NOT_FOUND"),
            Error::RoleBuiltIn => plain(FailedPrecondition, "ROLE_BUILT_IN"),
            Error::RoleInUse => plain(FailedPrecondition, "ROLE_IN_USE"),
            Error::RoleLimitReached => plain(FailedPrecondition, "ROLE_LIMIT_REACHED"),
            Error::ChecksCount => field(InvalidArgument, "CHECKS_COUNT", "checks"),
            Error::PermissionRequired(permission) => {
                plain(PermissionDenied, "PERMISSION_REQUIRED").metadata("permission", permission.as_str())
            }
            Error::BillingContactHeld => field(FailedPrecondition, "BILLING_CONTACT_HELD", "user_id"),
            Error::BillingContactUnqualified => field(FailedPrecondition, "BILLING_CONTACT_UNQUALIFIED", "user_id"),
            Error::BillingContactOfferNotFound => plain(FailedPrecondition, "BILLING_CONTACT_OFFER_NOT_FOUND"),
            Error::AssignmentsCount => field(InvalidArgument, "ASSIGNMENTS_COUNT", "assignments"),
            Error::LastSuperAdmin => plain(FailedPrecondition, "LAST_SUPER_ADMIN"),
            Error::BillingContact => plain(FailedPrecondition, "BILLING_CONTACT"),
            Error::GroupNotFound => plain(NotFound, "GROUP_NOT_FOUND"),
            Error::GroupExists => field(AlreadyExists, "GROUP_EXISTS", "name"),
            Error::TemplateNotFound => plain(NotFound, "SETTINGS_TEMPLATE_NOT_FOUND"),
            Error::TemplateExists => field(AlreadyExists, "SETTINGS_TEMPLATE_EXISTS", "name"),
            Error::TemplateLimit => plain(FailedPrecondition, "SETTINGS_TEMPLATE_LIMIT"),
            Error::TemplateInUse { users, invitations } => plain(FailedPrecondition, "SETTINGS_TEMPLATE_IN_USE")
                .metadata("users", users.to_string())
                .metadata("invitations", invitations.to_string()),
            Error::ReplacementInvalid => field(InvalidArgument, "REPLACEMENT_INVALID", "replacement_template_id"),
            Error::WelcomeEmailNotFound => plain(NotFound, "EMAIL_TEMPLATE_NOT_FOUND"),
            Error::WelcomeEmailExists => field(AlreadyExists, "EMAIL_TEMPLATE_EXISTS", "welcome_email.name"),
            Error::WelcomeEmailLimit => plain(FailedPrecondition, "EMAIL_TEMPLATE_LIMIT"),
            Error::Texts(flaws) => refuse_texts(&flaws),
            Error::Settings(violations) => refuse(&violations),
            Error::EtagMismatch => plain(Aborted, "ETAG_MISMATCH"),
            Error::UpdateMaskInvalid => field(InvalidArgument, "UPDATE_MASK_INVALID", "update_mask"),
            Error::EmailTaken => field(AlreadyExists, "USER_EXISTS", "email"),
            Error::CredentialsInvalid => plain(Unauthenticated, "CREDENTIALS_INVALID"),
            Error::RateLimited { retry_after } => plain(ResourceExhausted, "RATE_LIMITED").retry_after(retry_after),
            Error::RefreshTokenInvalid => plain(Unauthenticated, "REFRESH_TOKEN_INVALID"),
            Error::SessionEnded => plain(Unauthenticated, "SESSION_ENDED"),
            Error::PasswordUnacceptable => Refusal::new(
                InvalidArgument,
                "PASSWORD_UNACCEPTABLE",
                "a password has 10 to 256 characters",
            )
            .field("password", "PASSWORD_UNACCEPTABLE", "10 to 256 characters"),
            Error::SignUpNotFound => plain(NotFound, "SIGN_UP_NOT_FOUND"),
            Error::SignUpExpired => plain(FailedPrecondition, "SIGN_UP_EXPIRED"),
            Error::SignUpCompleted => plain(FailedPrecondition, "SIGN_UP_COMPLETED"),
            Error::PasswordResetNotFound => plain(NotFound, "PASSWORD_RESET_NOT_FOUND"),
            Error::PasswordResetExpired => plain(FailedPrecondition, "PASSWORD_RESET_EXPIRED"),
            Error::PasswordResetEnded => plain(FailedPrecondition, "PASSWORD_RESET_ENDED"),
            Error::PasswordWrong => field(InvalidArgument, "PASSWORD_WRONG", "current_password"),
            Error::InvitationNotFound => plain(NotFound, "INVITATION_NOT_FOUND"),
            Error::InvitationSuperseded => plain(FailedPrecondition, "INVITATION_SUPERSEDED"),
            Error::InvitationExpired => plain(FailedPrecondition, "INVITATION_EXPIRED"),
            Error::InvitationRevoked => plain(FailedPrecondition, "INVITATION_REVOKED"),
            Error::InvitationNotPending => plain(FailedPrecondition, "INVITATION_NOT_PENDING"),
            Error::ResendTooSoon { retry_after } => {
                plain(ResourceExhausted, "RESEND_TOO_SOON").retry_after(retry_after)
            }
            Error::TransferNeedsSession => plain(FailedPrecondition, "TRANSFER_NEEDS_SESSION"),
            Error::FieldImmutable { field: path } => field(InvalidArgument, "FIELD_IMMUTABLE", &path),
            Error::FieldUnknown { field: path } => field(InvalidArgument, "FIELD_UNKNOWN", &path),
            Error::FilterInvalid { field: path } => field(InvalidArgument, "FILTER_INVALID", &path),
            Error::PageTokenInvalid => field(InvalidArgument, "PAGE_TOKEN_INVALID", "page_token"),
            Error::PageSizeInvalid => field(InvalidArgument, "PAGE_SIZE_INVALID", "page_size"),
            Error::ActionPrefixTooLong => field(InvalidArgument, "ACTION_PREFIX_TOO_LONG", "action_prefix"),
            Error::TimeRangeInvalid { field: path } => field(InvalidArgument, "TIME_RANGE_INVALID", path),
            Error::OrderByUnknown => field(InvalidArgument, "ORDER_BY_UNKNOWN", "order_by"),
            Error::CursorInvalid => field(InvalidArgument, "CURSOR_INVALID", "after"),
            Error::TooManyWatchers => {
                plain(ResourceExhausted, "TOO_MANY_WATCHERS").retry_after(std::time::Duration::from_secs(10))
            }
            Error::PermissionLost => plain(PermissionDenied, "PERMISSION_REQUIRED"),
            Error::AuditEventsCount => field(InvalidArgument, "AUDIT_EVENTS_COUNT", "events"),
            Error::AuditEventMalformed { field: path } => field(InvalidArgument, "AUDIT_EVENT_MALFORMED", &path),
            Error::AuditAccountUnknown => field(InvalidArgument, "AUDIT_ACCOUNT_UNKNOWN", "events"),
            Error::NoticeMalformed { field: path } => field(InvalidArgument, "NOTICE_MALFORMED", path),
            Error::NoticeAccountUnknown => field(InvalidArgument, "NOTICE_ACCOUNT_UNKNOWN", "account_id"),
            Error::PeerUnavailable { peer, detail } => {
                tracing::warn!(peer, detail, "a peer is out of reach");
                Refusal::new(
                    Unavailable,
                    "PEER_UNAVAILABLE",
                    "a part of the system is out of reach; try again",
                )
                .retry_after(std::time::Duration::from_secs(1))
            }
            Error::StorageUnavailable(source) => {
                tracing::warn!(error = &*source as &dyn std::error::Error, "storage is unavailable");
                Refusal::new(Unavailable, "UNAVAILABLE", "the system is busy; try again")
                    .retry_after(std::time::Duration::from_secs(1))
            }
            Error::Storage(_) | Error::Broken(_) => return internal(&error),
        }
        .into()
    }
}

/// A refusal that names every violation, with the code and reason of the first.
pub fn refuse(violations: &[Violation]) -> Refusal {
    let Some(first) = violations.first() else {
        return Refusal::new(Code::InvalidArgument, "ROW_MALFORMED", "the row is bad");
    };
    let (code, reason, sentence) = explain(first.fault);
    let refusal = Refusal::new(code, reason, format!("{}: {sentence}", first.field));
    violations.iter().fold(refusal, |refusal, violation| {
        let (_, reason, sentence) = explain(violation.fault);
        refusal.field(violation.field.clone(), reason, sentence)
    })
}

/// What is wrong with the texts of a welcome e-mail, by line and column.
fn refuse_texts(flaws: &[TextFlaw]) -> Refusal {
    const REASON: &str = "EMAIL_TEMPLATE_INVALID";
    let told = |flaw: &TextFlaw| format!("line {}, column {}: {}", flaw.line, flaw.column, flaw.problem);
    let Some(first) = flaws.first() else {
        return Refusal::new(Code::InvalidArgument, REASON, "the welcome e-mail is bad");
    };
    let sentence = format!("{}: {}", first.field, told(first));
    let refusal = Refusal::new(Code::InvalidArgument, REASON, sentence)
        .metadata("line", first.line.to_string())
        .metadata("column", first.column.to_string());
    let flaws = flaws.iter().take(MAX_TEXT_FLAWS);
    flaws.fold(refusal, |refusal, flaw| {
        refusal.field(flaw.field.clone(), REASON, told(flaw))
    })
}

/// What is wrong with a file, by its columns.
fn refuse_file(fault: &SheetFault) -> Refusal {
    let (reason, columns): (_, Vec<&str>) = match fault {
        SheetFault::Empty => ("FILE_EMPTY", vec![]),
        SheetFault::Binary => ("FILE_BINARY", vec![]),
        SheetFault::TooLarge => ("FILE_TOO_LARGE", vec![]),
        SheetFault::WithoutRows => ("FILE_WITHOUT_ROWS", vec![]),
        SheetFault::HeaderTooWide => ("HEADER_TOO_WIDE", vec![]),
        SheetFault::ColumnsUnknown(names) => ("COLUMN_UNKNOWN", names.iter().map(String::as_str).collect()),
        SheetFault::ColumnsRepeated(names) => ("COLUMN_REPEATED", names.iter().map(String::as_str).collect()),
        SheetFault::ColumnsMissing(columns) => ("COLUMN_MISSING", columns.iter().map(|it| it.name()).collect()),
    };
    let sentence = match columns.as_slice() {
        [] => fault.to_string(),
        names => format!("{fault}: {}", names.join(", ")),
    };
    let refusal = Refusal::new(Code::InvalidArgument, reason, sentence);
    columns
        .into_iter()
        .fold(refusal, |refusal, name| refusal.field(name, reason, fault.to_string()))
}

/// What a fault is called outside.
#[expect(
    clippy::too_many_lines,
    reason = "one match over every fault, so that none is forgotten"
)]
pub const fn explain(fault: Fault) -> (Code, &'static str, &'static str) {
    use Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};
    match fault {
        Fault::RowRagged => (InvalidArgument, "ROW_RAGGED", "a row has as many cells as the header"),
        Fault::RowTooLong => (
            InvalidArgument,
            "ROW_TOO_LONG",
            "a row has at most 64 KiB and 256 cells",
        ),
        Fault::QuoteUnbalanced => (
            InvalidArgument,
            "QUOTE_UNBALANCED",
            "the quotes in a row are out of balance",
        ),
        Fault::SeatsExhausted => (
            FailedPrecondition,
            "SEATS_EXHAUSTED",
            "there was no seat left of a product",
        ),
        Fault::RoleForbidden => (
            PermissionDenied,
            "ROLE_ASSIGNMENT_FORBIDDEN",
            "only those who assign roles may name one",
        ),
        Fault::EmailMissing => (InvalidArgument, "EMAIL_MISSING", "an e-mail address is required"),
        Fault::EmailTooLong => (
            InvalidArgument,
            "EMAIL_TOO_LONG",
            "an e-mail address has at most 254 octets",
        ),
        Fault::EmailCharacter => (
            InvalidArgument,
            "EMAIL_CHARACTER",
            "an e-mail address has no spaces, control or invisible characters",
        ),
        Fault::EmailMalformed => (InvalidArgument, "EMAIL_MALFORMED", "this is not an e-mail address"),
        Fault::EmailRepeated => (
            InvalidArgument,
            "EMAIL_REPEATED",
            "the same person stands in an earlier row",
        ),
        Fault::NameMissing => (InvalidArgument, "NAME_MISSING", "a name is required"),
        Fault::NameTooLong => (InvalidArgument, "NAME_TOO_LONG", "a name has at most 64 characters"),
        Fault::NameCharacter => (InvalidArgument, "NAME_CHARACTER", "a name has no control characters"),
        Fault::DescriptionTooLong => (
            InvalidArgument,
            "DESCRIPTION_TOO_LONG",
            "a description has at most 500 characters",
        ),
        Fault::DescriptionCharacter => (
            InvalidArgument,
            "DESCRIPTION_CHARACTER",
            "a description has no control characters but line feeds and tabs",
        ),
        Fault::StateUnknown => (InvalidArgument, "STATE_UNKNOWN", "there is no such state"),
        Fault::KindUnknown => (InvalidArgument, "KIND_UNKNOWN", "there is no such kind"),
        Fault::RoleUnknown => (InvalidArgument, "ROLE_UNKNOWN", "there is no such role"),
        Fault::RoleConflict => (
            InvalidArgument,
            "ROLE_CONFLICT",
            "a built-in role and a role of the account's own exclude each other",
        ),
        Fault::RoleNotFound => (NotFound, "ROLE_NOT_FOUND", "the account has no such role"),
        Fault::PermissionsExceedOwn => (
            PermissionDenied,
            "PERMISSIONS_EXCEED_OWN",
            "nobody gives or takes a role that grants more than they may do themselves",
        ),
        Fault::RoleNameTaken => (AlreadyExists, "ROLE_NAME_TAKEN", "there is a role of this name"),
        Fault::PermissionUnknown => (InvalidArgument, "PERMISSION_UNKNOWN", "there is no such permission"),
        Fault::PermissionNotGrantable => (
            InvalidArgument,
            "PERMISSION_NOT_GRANTABLE",
            "this permission comes with the billing contact's post, and with no role",
        ),
        Fault::UserNotFound => (NotFound, "USER_NOT_FOUND", "there is no such user"),
        Fault::UserDeleted => (FailedPrecondition, "USER_DELETED", "the user is deleted"),
        Fault::UserRepeated => (
            InvalidArgument,
            "USER_REPEATED",
            "the same user stands in an earlier row",
        ),
        Fault::LastSuperAdmin => (
            FailedPrecondition,
            "LAST_SUPER_ADMIN",
            "an account has at least one super admin",
        ),
        Fault::BillingContact => (
            FailedPrecondition,
            "BILLING_CONTACT",
            "the billing contact hands over the post first",
        ),
        Fault::AdministratorProtected => (
            PermissionDenied,
            "ADMINISTRATOR_PROTECTED",
            "an administrator is changed by those who assign roles",
        ),
        Fault::UserNotActive => (
            FailedPrecondition,
            "USER_NOT_ACTIVE",
            "only those who can log in are suspended",
        ),
        Fault::UserNotSuspended => (
            FailedPrecondition,
            "USER_NOT_SUSPENDED",
            "only those who are suspended are reactivated",
        ),
        Fault::ChangeContradictory => (
            InvalidArgument,
            "CHANGE_CONTRADICTORY",
            "another part of the change has no meaning beside this one",
        ),
        Fault::ChangeEmpty => (InvalidArgument, "CHANGE_EMPTY", "nothing is asked for"),
        Fault::ProductsContradictory => (
            InvalidArgument,
            "PRODUCTS_CONTRADICTORY",
            "products are either set, or added and removed",
        ),
        Fault::LanguageUnknown => (
            InvalidArgument,
            "LANGUAGE_UNKNOWN",
            "this is not a language tag such as de or pt-BR",
        ),
        Fault::TimeZoneUnknown => (
            InvalidArgument,
            "TIME_ZONE_UNKNOWN",
            "this is not a time zone such as Europe/Berlin",
        ),
        Fault::ProductUnknown => (InvalidArgument, "PRODUCT_UNKNOWN", "there is no such product"),
        Fault::ProductRepeated => (
            InvalidArgument,
            "PRODUCT_REPEATED",
            "a person holds one seat of a product",
        ),
        Fault::IdMalformed => (InvalidArgument, "ID_MALFORMED", "this is not an id of the right kind"),
        Fault::SettingUnknown => (InvalidArgument, "SETTING_UNKNOWN", "there is no such setting"),
        Fault::SettingValueInvalid => (
            InvalidArgument,
            "SETTING_VALUE_INVALID",
            "the setting's definition does not allow this value",
        ),
        Fault::SettingLevelInvalid => (
            InvalidArgument,
            "SETTING_LEVEL_INVALID",
            "the setting's definition does not name this level",
        ),
        Fault::SettingLocked => (
            FailedPrecondition,
            "SETTING_LOCKED",
            "the account has locked this setting",
        ),
        Fault::SettingLockAmbiguous => (
            InvalidArgument,
            "SETTING_LOCK_AMBIGUOUS",
            "this is to be locked and unlocked",
        ),
        Fault::TemplateNotFound => (
            NotFound,
            "SETTINGS_TEMPLATE_NOT_FOUND",
            "the account has no such settings template",
        ),
        Fault::GroupNotFound => (NotFound, "GROUP_NOT_FOUND", "the account has no such group"),
        Fault::TranslationsCount => (
            InvalidArgument,
            "TRANSLATIONS_COUNT",
            "a welcome e-mail has 1 to 20 translations",
        ),
        Fault::LanguageRepeated => (
            InvalidArgument,
            "LANGUAGE_REPEATED",
            "an earlier translation is in this language",
        ),
        Fault::EmailTemplateNotFound => (
            NotFound,
            "EMAIL_TEMPLATE_NOT_FOUND",
            "the account has no such welcome e-mail",
        ),
        Fault::UserExists => (AlreadyExists, "USER_EXISTS", "this person is in the account already"),
        Fault::InvitationExists => (
            AlreadyExists,
            "INVITATION_EXISTS",
            "this person is invited to the account already",
        ),
    }
}

#[cfg(test)]
mod tests {
    use chassis::reason;

    use super::*;

    #[test]
    fn the_first_violation_names_the_code_and_all_are_told() {
        let violations = [
            Violation::new(Fault::UserExists, "users[1].email"),
            Violation::new(Fault::NameMissing, "users[2].given_name"),
        ];
        let status: Status = Error::Rows(violations.to_vec()).into();
        assert_eq!(
            (status.code(), reason(&status).as_deref()),
            (Code::AlreadyExists, Some("USER_EXISTS"))
        );
        let details = tonic_types::StatusExt::get_error_details(&status);
        let fields: Vec<_> = details
            .bad_request()
            .unwrap()
            .field_violations
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(fields, ["users[1].email", "users[2].given_name"]);
    }

    #[test]
    fn nothing_from_inside_is_told_outside() {
        let status: Status = Error::Broken("users.role holds something else".into()).into();
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("users.role"));
        let status: Status = Error::PeerUnavailable {
            peer: "licensing",
            detail: "10.0.0.1 refused".into(),
        }
        .into();
        assert!(!status.message().contains("10.0.0.1"));
    }
}
