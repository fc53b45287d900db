//! What can be wrong with a field of a request.

use serde::{Deserialize, Serialize};
use types::{InvalidEmail, InvalidName};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// No address.
    EmailMissing,
    /// More than 254 octets.
    EmailTooLong,
    /// Spaces, control or invisible characters.
    EmailCharacter,
    /// Not an address.
    EmailMalformed,
    /// The same person as an earlier row.
    EmailRepeated,
    /// More or fewer cells than the header.
    RowRagged,
    /// More than 64 KiB, or more cells than a header may have.
    RowTooLong,
    /// Quotes are opened and not closed, or the other way round.
    QuoteUnbalanced,
    /// There is no seat left of a product.
    SeatsExhausted,
    /// Only those who assign roles name one.
    RoleForbidden,
    /// No name.
    NameMissing,
    /// More than 64 characters.
    NameTooLong,
    /// Control characters.
    NameCharacter,
    /// More than 500 characters.
    DescriptionTooLong,
    /// Control characters.
    DescriptionCharacter,
    /// Not a state.
    StateUnknown,
    /// Not a kind of invitation.
    KindUnknown,
    /// Not a role.
    RoleUnknown,
    /// A built-in role and the id of another.
    RoleConflict,
    /// The account has no such role.
    RoleNotFound,
    /// The role, or the one it takes the place of, grants more than the giver may do.
    PermissionsExceedOwn,
    /// The account has a role of this name.
    RoleNameTaken,
    /// Not a permission.
    PermissionUnknown,
    /// A permission that comes with a post.
    PermissionNotGrantable,
    /// The account has no such user.
    UserNotFound,
    /// The user is deleted.
    UserDeleted,
    /// The same user as an earlier row.
    UserRepeated,
    /// The account would be left without a super admin.
    LastSuperAdmin,
    /// The billing contact would be no administrator.
    BillingContact,
    /// Only those who assign roles change an administrator.
    AdministratorProtected,
    /// Only those who are active are suspended.
    UserNotActive,
    /// Only those who are suspended are reactivated.
    UserNotSuspended,
    /// Nothing is asked for.
    ChangeEmpty,
    /// One part of the change makes another meaningless.
    ChangeContradictory,
    /// Both a new list of products and additions or removals.
    ProductsContradictory,
    /// Not a language.
    LanguageUnknown,
    /// Not a time zone.
    TimeZoneUnknown,
    /// Not in the catalogue.
    ProductUnknown,
    /// Twice for one person.
    ProductRepeated,
    /// Not an id of the right kind.
    IdMalformed,
    /// There is no such setting.
    SettingUnknown,
    /// A value of another type, or one that is not allowed.
    SettingValueInvalid,
    /// The setting is not set at this level.
    SettingLevelInvalid,
    /// The account has locked the setting.
    SettingLocked,
    /// To be locked and unlocked.
    SettingLockAmbiguous,
    /// The account has no such settings template.
    TemplateNotFound,
    /// The account has no such group.
    GroupNotFound,
    /// No translations, or more than 20.
    TranslationsCount,
    /// The language of an earlier translation.
    LanguageRepeated,
    /// The account has no such welcome e-mail.
    EmailTemplateNotFound,
    /// Already in this account.
    UserExists,
    /// Already invited to this account.
    InvitationExists,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What is wrong.
    pub fault: Fault,
    /// The field's path in the request: `users[3].email`.
    pub field: String,
}

impl Violation {
    /// `fault` in `field`.
    pub fn new(fault: Fault, field: impl Into<String>) -> Self {
        Self {
            fault,
            field: field.into(),
        }
    }
}

impl From<InvalidEmail> for Fault {
    fn from(invalid: InvalidEmail) -> Self {
        match invalid {
            InvalidEmail::Missing => Self::EmailMissing,
            InvalidEmail::TooLong => Self::EmailTooLong,
            InvalidEmail::Character => Self::EmailCharacter,
            InvalidEmail::Malformed => Self::EmailMalformed,
        }
    }
}

impl From<InvalidName> for Fault {
    fn from(invalid: InvalidName) -> Self {
        match invalid {
            InvalidName::Missing => Self::NameMissing,
            InvalidName::TooLong => Self::NameTooLong,
            InvalidName::Character => Self::NameCharacter,
        }
    }
}
