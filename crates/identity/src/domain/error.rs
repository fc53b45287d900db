//! Everything that identity can refuse, and everything that can go wrong.

use types::{AccountId, ImportId};

use super::closing::Blocker;
use super::fault::Violation;
use super::sheet::SheetFault;
use super::welcome_email::TextFlaw;

/// Why a use case did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// 0 or more than 1,000 users.
    #[error("a request adds 1 to 1,000 users")]
    UsersCount,
    /// 0 or more than 1,000 users to change.
    #[error("a request changes 1 to 1,000 users")]
    UpdatesCount,
    /// More than 1,000 holders are asked for.
    #[error("at most 1,000 holders are asked for at once")]
    HoldersCount,
    /// The request id is not a UUID.
    #[error("the request id is not a UUID")]
    RequestIdMalformed,
    /// The request id is older than requests are remembered.
    #[error("the request id is too old")]
    RequestIdExpired,
    /// The request id was used for another content.
    #[error("the request id was used before, for something else")]
    RequestIdReused,
    /// Somebody who may not see roles names one.
    #[error("only a super admin may name a role")]
    RoleAssignmentForbidden {
        /// Where.
        field: String,
    },
    /// Rows are bad.
    #[error("{} of the rows' fields are bad", .0.len())]
    Rows(Vec<Violation>),
    /// Fields of a request are bad.
    #[error("a field is bad")]
    Field(Violation),
    /// There is no such import in the caller's account.
    #[error("there is no such import")]
    ImportNotFound,
    /// The pieces of a file do not come as they should.
    #[error("a file comes as its options, and then its octets in pieces of up to 1 MiB")]
    ImportMalformed,
    /// The file did not arrive whole.
    #[error("the file did not arrive whole")]
    UploadBroken,
    /// The same file was imported with the same options.
    #[error("this file was imported before with the same options")]
    FileImported(ImportId),
    /// A file cannot be imported.
    #[error("the file cannot be imported")]
    File(#[from] SheetFault),
    /// An id is not one.
    #[error("{field} is not an id")]
    IdMalformed {
        /// Where.
        field: &'static str,
    },
    /// The grant was not made by licensing for this request.
    #[error("the grant does not fit the request")]
    GrantInvalid,
    /// The reservation cannot be used any more.
    #[error("the reservation has lapsed")]
    GrantLapsed,
    /// The message is older than it may be.
    #[error("the message came too late")]
    MessageStale,
    /// Another request got in between; the same again may succeed.
    #[error("another request got in between")]
    Contended,
    /// There is no such account.
    #[error("account {0} does not exist")]
    AccountNotFound(AccountId),
    /// Something keeps the account from being closed.
    #[error("something is in the way of closing the account")]
    AccountNotClosable(Vec<Blocker>),
    /// The name given is not the account's.
    #[error("this is not the account's name")]
    AccountNameMismatch,
    /// There is no such user in the caller's account.
    #[error("there is no such user")]
    UserNotFound,
    /// The user is invited, or suspended already.
    #[error("the user is not active")]
    UserNotActive,
    /// The user can log in, or has not joined yet.
    #[error("the user is not suspended")]
    UserNotSuspended,
    /// The user is deleted.
    #[error("the user is deleted")]
    UserDeleted,
    /// There is nothing to restore.
    #[error("the user is not deleted")]
    UserNotDeleted,
    /// The user was deleted before they accepted their invitation.
    #[error("the user was deleted before they joined; invite them again")]
    UserNeverJoined,
    /// An administrator is changed by those who assign roles only.
    #[error("an administrator is changed by a super admin")]
    AdministratorProtected,
    /// There is no such role in the caller's account.
    #[error("there is no such role")]
    RoleNotFound,
    /// A role that every account has is to be changed or deleted.
    #[error("every account has this role; it can be neither changed nor deleted")]
    RoleBuiltIn,
    /// Somebody holds the role, or is invited with it.
    #[error("somebody holds the role or is invited with it; name a replacement")]
    RoleInUse,
    /// The account has as many roles of its own as it may.
    #[error("an account has at most 100 roles of its own")]
    RoleLimitReached,
    /// 0 or more than 1,000 assignments.
    #[error("a request has 1 to 1,000 assignments")]
    AssignmentsCount,
    /// 0 or more than 1,000 questions about access.
    #[error("a request asks 1 to 1,000 questions")]
    ChecksCount,
    /// What the caller asks for takes a permission that they do not have.
    #[error("this takes the permission {0}")]
    PermissionRequired(types::Permission),
    /// The post is offered to whoever holds it.
    #[error("the user is the billing contact already")]
    BillingContactHeld,
    /// The post is offered to somebody who cannot have it.
    #[error("the billing contact is an active admin or super admin")]
    BillingContactUnqualified,
    /// Nothing is offered to the caller, or by them.
    #[error("there is no such offer")]
    BillingContactOfferNotFound,
    /// The account would be left without a super admin.
    #[error("an account has at least one super admin")]
    LastSuperAdmin,
    /// The account would be left without a billing contact.
    #[error("the billing contact hands over the post first")]
    BillingContact,
    /// There is no such group in the caller's account.
    #[error("there is no such group")]
    GroupNotFound,
    /// Another group of the account has the name.
    #[error("a group of the account has this name")]
    GroupExists,
    /// There is no such settings template in the caller's account.
    #[error("there is no such settings template")]
    TemplateNotFound,
    /// Another settings template of the account has the name.
    #[error("a settings template of the account has this name")]
    TemplateExists,
    /// The account has as many settings templates as it may.
    #[error("an account has at most 1,000 settings templates")]
    TemplateLimit,
    /// Somebody has the settings template that is to be deleted.
    #[error("{users} users and {invitations} invitations have this settings template: name what they get instead")]
    TemplateInUse {
        /// How many users have it.
        users: i64,
        /// How many pending invitations to transfer promise it.
        invitations: i64,
    },
    /// A settings template is to take its own place.
    #[error("a settings template cannot replace itself")]
    ReplacementInvalid,
    /// There is no such welcome e-mail in the caller's account.
    #[error("there is no such welcome e-mail")]
    WelcomeEmailNotFound,
    /// Another welcome e-mail of the account has the name.
    #[error("a welcome e-mail of the account has this name")]
    WelcomeEmailExists,
    /// The account has as many welcome e-mails as it may.
    #[error("an account has at most 100 welcome e-mails")]
    WelcomeEmailLimit,
    /// Texts of a welcome e-mail are bad.
    #[error("a welcome e-mail cannot be sent like this")]
    Texts(Vec<TextFlaw>),
    /// Settings are bad or locked.
    #[error("{} of the settings are refused", .0.len())]
    Settings(Vec<Violation>),
    /// It was changed since the caller has seen it.
    #[error("it was changed since its etag was read")]
    EtagMismatch,
    /// The mask names what cannot be changed.
    #[error("the mask names something that cannot be changed")]
    UpdateMaskInvalid,
    /// The address belongs to a user.
    #[error("the address belongs to a user")]
    EmailTaken,
    /// Address or password are wrong.
    #[error("address or password are wrong")]
    CredentialsInvalid,
    /// Too many attempts.
    #[error("too many attempts")]
    RateLimited {
        /// When to try again.
        retry_after: std::time::Duration,
    },
    /// The refresh token is unknown, used, expired or its session is over.
    #[error("the refresh token is not good")]
    RefreshTokenInvalid,
    /// The session is over, or its user is not active.
    #[error("the session has ended")]
    SessionEnded,
    /// The password is too short or too long.
    #[error("the password is too short or too long")]
    PasswordUnacceptable,
    /// The token belongs to no sign-up.
    #[error("there is no such sign-up")]
    SignUpNotFound,
    /// The sign-up was not completed in time.
    #[error("the sign-up has expired")]
    SignUpExpired,
    /// The sign-up has made its account.
    #[error("the account was made before; log in")]
    SignUpCompleted,
    /// The token belongs to no password reset.
    #[error("there is no such password reset")]
    PasswordResetNotFound,
    /// The link was not used in time.
    #[error("the link to a new password has expired")]
    PasswordResetExpired,
    /// The link was used, or the password changed since, or the user is not active.
    #[error("the link to a new password does not work any more")]
    PasswordResetEnded,
    /// What was said to be the password is not.
    #[error("this is not the present password")]
    PasswordWrong,
    /// The token belongs to no invitation.
    #[error("there is no such invitation")]
    InvitationNotFound,
    /// The invitation was sent again, or overtaken.
    #[error("a later invitation takes this one's place")]
    InvitationSuperseded,
    /// The invitation was not answered in time.
    #[error("the invitation has expired")]
    InvitationExpired,
    /// The invitation was taken back.
    #[error("the invitation was revoked")]
    InvitationRevoked,
    /// An e-mail about the invitation was sent a moment ago.
    #[error("the invitation was sent a moment ago")]
    ResendTooSoon {
        /// When to try again.
        retry_after: std::time::Duration,
    },
    /// The invitation was answered before.
    #[error("the invitation was answered before")]
    InvitationNotPending,
    /// A transfer is accepted by the person themselves, logged in.
    #[error("a transfer is accepted by a person who is logged in")]
    TransferNeedsSession,
    /// A mask names what cannot be changed, or not in this way.
    #[error("{field} cannot be changed by this")]
    FieldImmutable {
        /// Which.
        field: String,
    },
    /// A mask names what there is not.
    #[error("there is no field {field}")]
    FieldUnknown {
        /// Which.
        field: String,
    },
    /// A list is asked for by something that there is not.
    #[error("{field} cannot be listed by")]
    FilterInvalid {
        /// Where.
        field: String,
    },
    /// The page token is altered or of another list.
    #[error("the page token is not of this list")]
    PageTokenInvalid,
    /// The page size is negative.
    #[error("the page size is negative")]
    PageSizeInvalid,
    /// The beginning of an action is longer than any action.
    #[error("an action has at most 200 octets")]
    ActionPrefixTooLong,
    /// A point in time cannot be, or the end of a range is not after its beginning.
    #[error("a range of time ends after it begins")]
    TimeRangeInvalid {
        /// Where.
        field: &'static str,
    },
    /// The list cannot be ordered like this.
    #[error("there is no such order")]
    OrderByUnknown,
    /// The cursor is not a number of the log.
    #[error("the log has not come as far")]
    CursorInvalid,
    /// The account, or this process, has as many watchers as it may.
    #[error("too many are watching")]
    TooManyWatchers,
    /// The caller's role does not allow any longer what it allowed before.
    #[error("the caller's role does not allow this any longer")]
    PermissionLost,
    /// No events, or more than 1,000.
    #[error("1 to 1,000 events are added at once")]
    AuditEventsCount,
    /// An event is not as it must be.
    #[error("an event is not as it must be")]
    AuditEventMalformed {
        /// Where.
        field: String,
    },
    /// An event is for an account that does not exist.
    #[error("an event is for an account that does not exist")]
    AuditAccountUnknown,
    /// A notice is not as it must be.
    #[error("a notice is not as it must be")]
    NoticeMalformed {
        /// Where.
        field: &'static str,
    },
    /// A notice is for an account that does not exist.
    #[error("a notice is for an account that does not exist")]
    NoticeAccountUnknown,
    /// A peer did not answer.
    #[error("{peer} is out of reach: {detail}")]
    PeerUnavailable {
        /// Which.
        peer: &'static str,
        /// What it said; for the log only.
        detail: String,
    },
    /// The database did not do what it was asked for.
    #[error("storage failed")]
    Storage(#[source] std::sync::Arc<dyn std::error::Error + Send + Sync>),
    /// The database is out of reach or overloaded; the same again may succeed.
    #[error("storage is unavailable")]
    StorageUnavailable(#[source] std::sync::Arc<dyn std::error::Error + Send + Sync>),
    /// Something that cannot be, was.
    #[error("{0}")]
    Broken(String),
}
