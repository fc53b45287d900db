//! Between messages and what is meant by them.

pub use chassis::timestamp;
use chassis::{Refusal, write_permission};
use prost::Message;
use proto::admin::v1 as admin;
use proto::identity::internal::v1 as internal;
use proto::identity::v1 as wire;
use proto::licensing::internal::v1 as licensing;
use sha2::{Digest, Sha256};
use tonic::Status;
use tonic_types::Status as RpcStatus;
use types::{AccountId, Mac, Permission, Permissions, RequestId, Role, Timestamp};

use crate::domain::admission::{
    AddUsers, Answer, Grant, Outcome, ReservationKey, Resolution, RowResult, SeatCount, SeatQuantity,
};
use crate::domain::error::Error;
use crate::domain::fault::Violation;
use crate::domain::new_user::{NewUser, Options, WelcomeWish};
use crate::domain::role::RoleWish;
use crate::domain::session::Tokens;
use crate::domain::token::hex;
use crate::domain::user::{User, UserState};
use crate::wire::{confirmation, reservation_key};

use super::invitation;
use super::status::refuse;

/// A point in time from the wire; none when it was not given or cannot be.
pub fn read_timestamp(timestamp: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    let timestamp = timestamp?;
    let micros = timestamp
        .seconds
        .checked_mul(1_000_000)?
        .checked_add(i64::from(timestamp.nanos) / 1_000)?;
    Some(Timestamp::from_micros(micros))
}

/// A request to add users.
pub fn read_add_users(request: &admin::AddUsersRequest) -> Result<AddUsers, Error> {
    let request_id: RequestId = request.request_id.parse().map_err(|_| Error::RequestIdMalformed)?;
    // Of everything that is asked for; prost writes fields in a fixed order, and there are no maps in it.
    let content = admin::AddUsersRequest {
        request_id: String::new(),
        validate_only: false,
        ..request.clone()
    };
    let fingerprint = hex(&Sha256::digest(content.encode_to_vec()));
    let users = request.users.iter().map(|user| NewUser {
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        email: user.email.clone(),
        options: read_options(user.options.as_ref()),
        faults: vec![],
    });
    Ok(AddUsers {
        request_id,
        fingerprint,
        users: users.collect(),
        options: read_options(request.options.as_ref()),
        allow_partial: request.allow_partial,
    })
}

pub fn read_options(options: Option<&admin::UserOptions>) -> Options {
    let Some(options) = options else {
        return Options::default();
    };
    Options {
        products: options.products.clone(),
        settings_template_id: options.settings_template_id.clone(),
        role: read_role_wish(options.role, &options.custom_role_id),
        group_id: options.group_id.clone(),
        language: options.language.clone(),
        time_zone: options.time_zone.clone(),
        welcome: options.welcome_email.as_ref().map(read_welcome),
    }
}

/// A welcome e-mail that is asked for.
pub fn read_welcome(welcome: &admin::WelcomeEmail) -> WelcomeWish {
    match &welcome.choice {
        Some(admin::welcome_email::Choice::TemplateId(id)) => WelcomeWish::Template(id.clone()),
        Some(admin::welcome_email::Choice::Declined(true)) => WelcomeWish::Declined,
        Some(admin::welcome_email::Choice::Declined(false)) | None => WelcomeWish::Default,
    }
}

/// A role from the two fields that name it.
pub fn read_role_wish(role: i32, custom_role_id: &str) -> RoleWish {
    let built_in = |role| match custom_role_id {
        "" => RoleWish::BuiltIn(role),
        _ => RoleWish::Conflict,
    };
    match wire::Role::try_from(role) {
        Ok(wire::Role::Unspecified) if custom_role_id.is_empty() => RoleWish::Unset,
        Ok(wire::Role::Custom | wire::Role::Unspecified) if !custom_role_id.is_empty() => {
            RoleWish::Own(custom_role_id.to_owned())
        }
        Ok(wire::Role::Member) => built_in(Role::Member),
        Ok(wire::Role::Admin) => built_in(Role::Admin),
        Ok(wire::Role::SuperAdmin) => built_in(Role::SuperAdmin),
        Ok(wire::Role::Custom | wire::Role::Unspecified) | Err(_) => RoleWish::Unknown,
    }
}

/// A permission from the wire; none when it is none.
pub fn read_permission(number: i32) -> Option<Permission> {
    Permission::ALL
        .into_iter()
        .find(|it| i32::from(write_permission(*it)) == number)
}

/// A role on the wire.
pub const fn role(role: Role) -> wire::Role {
    match role {
        Role::Member => wire::Role::Member,
        Role::Admin => wire::Role::Admin,
        Role::SuperAdmin => wire::Role::SuperAdmin,
        Role::Custom => wire::Role::Custom,
    }
}

/// What somebody may do, on the wire.
pub fn permissions(permissions: Permissions) -> Vec<i32> {
    permissions.iter().map(|it| write_permission(it).into()).collect()
}

/// Licensing's promise, if licensing made it, and for this request.
pub fn read_grant(
    grant: licensing::Grant,
    grants: &Mac,
    account: AccountId,
    request_id: RequestId,
) -> Result<Grant, Error> {
    let proof = grant.mac.clone();
    let bare = licensing::Grant {
        mac: Vec::new(),
        ..grant
    };
    grants
        .verify(&bare.encode_to_vec(), &proof)
        .map_err(|_| Error::GrantInvalid)?;
    let key = bare.key.ok_or(Error::GrantInvalid)?;
    let fits = key.account_id == account.to_string() && key.request_id == request_id.to_string();
    let deadline = read_timestamp(bare.deadline)
        .filter(|_| fits && key.epoch > 0)
        .ok_or(Error::GrantInvalid)?;
    let seats = bare.seats.into_iter().map(|seat| SeatQuantity {
        product: seat.product,
        quantity: seat.quantity,
    });
    Ok(Grant {
        epoch: key.epoch,
        seats: seats.collect(),
        deadline,
    })
}

/// Seat counts from the wire.
pub fn read_seats(seats: Vec<admin::SeatCount>) -> Vec<SeatCount> {
    let read = |seat: admin::SeatCount| SeatCount {
        product: seat.product,
        requested: seat.requested,
        available: seat.available,
    };
    seats.into_iter().map(read).collect()
}

/// A reservation's key from the wire.
pub fn read_reservation_key(key: licensing::ReservationKey) -> Result<ReservationKey, Error> {
    let account_id = key.account_id.parse().map_err(|_| Error::IdMalformed {
        field: "reservations.account_id",
    })?;
    if key.epoch < 1 || key.request_id.is_empty() {
        return Err(Error::IdMalformed { field: "reservations" });
    }
    Ok(ReservationKey {
        account_id,
        request_id: key.request_id,
        epoch: key.epoch,
    })
}

/// What became of a reservation.
pub fn resolution(resolution: &Resolution) -> internal::Resolution {
    let outcome = match resolution {
        Resolution::Committed(committed) => Some(internal::resolution::Outcome::Committed(confirmation(committed))),
        Resolution::Aborted(key) => Some(internal::resolution::Outcome::Aborted(reservation_key(key))),
        Resolution::Undecided => None,
    };
    internal::Resolution { outcome }
}

/// What a request to add users is answered with.
pub fn answer(answer: Answer) -> admin::AddUsersResponse {
    let results = (0..).zip(answer.results).map(|(index, row)| result(index, row));
    admin::AddUsersResponse {
        results: results.collect(),
        seats: seat_counts(answer.seats),
    }
}

/// Seat counts on the wire.
pub fn seat_counts(seats: Vec<SeatCount>) -> Vec<admin::SeatCount> {
    let count = |seat: SeatCount| admin::SeatCount {
        product: seat.product,
        requested: seat.requested,
        available: seat.available,
    };
    seats.into_iter().map(count).collect()
}

fn result(index: i32, row: RowResult) -> admin::AddUserResult {
    admin::AddUserResult {
        index,
        email: row.email,
        outcome: outcome(row.outcome).into(),
        user_id: row.user_id.map(|id| id.to_string()).unwrap_or_default(),
        invitation_id: row.invitation_id.map(|id| id.to_string()).unwrap_or_default(),
        error: row_error(&row.violations),
    }
}

const fn outcome(outcome: Outcome) -> admin::add_user_result::Outcome {
    match outcome {
        Outcome::Invited => admin::add_user_result::Outcome::Invited,
        Outcome::Created => admin::add_user_result::Outcome::Created,
        Outcome::TransferInvited => admin::add_user_result::Outcome::TransferInvited,
        Outcome::Failed => admin::add_user_result::Outcome::Failed,
    }
}

/// What is wrong with a row, as a value.
pub fn row_error(violations: &[Violation]) -> Option<RpcStatus> {
    if violations.is_empty() {
        return None;
    }
    details(refuse(violations))
}

/// A refusal as part of an answer.
pub fn details(refusal: Refusal) -> Option<RpcStatus> {
    let status: Status = refusal.into();
    RpcStatus::decode(status.details()).ok()
}

/// A session's tokens.
pub fn tokens(tokens: Tokens) -> wire::SessionTokens {
    wire::SessionTokens {
        access_token: tokens.access_token,
        access_token_expire_time: Some(timestamp(tokens.access_expire_time)),
        refresh_token: tokens.refresh_token,
        refresh_token_expire_time: Some(timestamp(tokens.refresh_expire_time)),
        user_id: tokens.user_id.to_string(),
        account_id: tokens.account_id.to_string(),
    }
}

/// A user, as far as `reader` may see them.
pub fn user(user: User, reader: &chassis::Person) -> wire::User {
    let sees_roles = reader.can(Permission::AssignRoles);
    wire::User {
        id: user.id.to_string(),
        account_id: user.account_id.to_string(),
        email: user.address,
        given_name: user.given_name,
        family_name: user.family_name,
        role: if sees_roles {
            role(user.role).into()
        } else {
            wire::Role::Unspecified.into()
        },
        state: user_state(user.state).into(),
        billing_contact: sees_roles && user.billing_contact,
        language: user.language,
        time_zone: user.time_zone,
        group_id: user.group_id.map(|id| id.to_string()).unwrap_or_default(),
        settings_template_id: user.settings_template_id.map(|id| id.to_string()).unwrap_or_default(),
        invitation: user.invitation.map(|it| invitation::write(it, sees_roles)),
        create_time: Some(timestamp(user.create_time)),
        custom_role_id: match user.custom_role_id {
            Some(id) if sees_roles => id.to_string(),
            Some(_) | None => String::new(),
        },
        products: user.products,
        etag: user.revision.to_string(),
        update_time: Some(timestamp(user.update_time)),
        delete_time: user.delete_time.map(timestamp),
        purge_time: user.purge_time.map(timestamp),
    }
}

/// Where a user is in their life, on the wire.
pub const fn user_state(state: UserState) -> wire::user::State {
    match state {
        UserState::Invited => wire::user::State::Invited,
        UserState::Active => wire::user::State::Active,
        UserState::Suspended => wire::user::State::Suspended,
        UserState::Deleted => wire::user::State::Deleted,
    }
}
