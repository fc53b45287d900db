//! The words every part of Usher shares: ids, addresses, roles, permissions, money and time, without any I/O.

mod billing_notice;
mod cell;
mod clock;
mod email;
mod failpoint;
mod id;
mod language;
mod mac;
mod money;
mod name;
mod page;
mod period;
mod permission;
mod request_id;
mod role;
mod time_zone;

pub use billing_notice::{BillingNotice, BillingNoticeKind, SeatCount};
pub use cell::{cell, literal};
pub use clock::{Clock, Timestamp};
pub use email::{Email, InvalidEmail};
pub use failpoint::failpoint;
pub use id::{
    AccountId, AuditEventId, EmailTemplateId, GroupId, Id, ImportId, InvalidId, InvitationId, InvoiceId, Kind, MailId,
    PasswordResetId, RoleId, SessionId, SignUpId, SubscriptionId, TemplateId, UserId,
};
pub use language::{InvalidLanguage, Language};
pub use mac::{InvalidMac, Mac};
pub use money::{Currency, InvalidCurrency, Money, MoneyError};
pub use name::{InvalidName, Name};
pub use page::{InvalidPageSize, PageSize};
pub use period::period;
pub use permission::{CAPABILITIES, Capability, InvalidPermission, Permission, Permissions};
pub use request_id::{InvalidRequestId, RequestId};
pub use role::{InvalidRole, Role};
pub use time_zone::{InvalidTimeZone, TimeZone};
