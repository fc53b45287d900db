//! Between changes of users as messages and what is meant by them.

use prost::Message;
use proto::admin::v1 as admin;
use proto::admin::v1::user_change::Transition as WireTransition;
use proto::identity::internal::v1::answer;
use proto::licensing::internal::v1::SeatQuantity as WireQuantity;
use sha2::{Digest, Sha256};
use types::RequestId;

use super::convert;
use crate::domain::admission::SeatQuantity;
use crate::domain::answered::Answered;
use crate::domain::error::Error;
use crate::domain::life::End;
use crate::domain::resending::{ResendInvitation, Sent};
use crate::domain::token::hex;
use crate::domain::user_update::{Answer, Outcome, ProductWish, RowResult, Transition, UpdateUsers, UserChange};

/// A request to change users.
pub fn read_update_users(request: &admin::BatchUpdateUsersRequest) -> Result<UpdateUsers, Error> {
    let content = admin::BatchUpdateUsersRequest {
        request_id: String::new(),
        validate_only: false,
        ..request.clone()
    };
    Ok(UpdateUsers {
        request_id: read_request_id(&request.request_id)?,
        fingerprint: fingerprint("batch_update_users", &content),
        user_ids: request.user_ids.clone(),
        change: request.change.as_ref().map(read_change).unwrap_or_default(),
        allow_partial: request.allow_partial,
    })
}

fn read_change(change: &admin::UserChange) -> UserChange {
    let wish = |products: &admin::ProductChange| ProductWish {
        set: products.set.as_ref().map(|list| list.products.clone()),
        add: products.add.clone(),
        remove: products.remove.clone(),
    };
    UserChange {
        given_name: String::new(),
        family_name: String::new(),
        group_id: change.group_id.clone(),
        settings_template_id: change.settings_template_id.clone(),
        language: change.language.clone(),
        time_zone: change.time_zone.clone(),
        products: change.products.as_ref().map(wish),
        role: convert::read_role_wish(change.role, &change.custom_role_id),
        transition: change.transition.as_ref().map(read_transition),
    }
}

fn read_transition(transition: &WireTransition) -> Transition {
    match transition {
        WireTransition::Suspend(admin::user_change::Suspension { release_seats }) => Transition::End(End::Suspension {
            release_seats: *release_seats,
        }),
        WireTransition::Reactivate(admin::user_change::Reactivation {}) => Transition::Reactivation,
        WireTransition::Delete(admin::user_change::Deletion {}) => Transition::End(End::Deletion),
    }
}

/// A request to send an invitation again.
pub fn read_resend_invitation(request: &admin::ResendInvitationRequest) -> Result<ResendInvitation, Error> {
    let content = admin::ResendInvitationRequest {
        request_id: String::new(),
        ..request.clone()
    };
    Ok(ResendInvitation {
        request_id: read_request_id(&request.request_id)?,
        fingerprint: fingerprint("resend_invitation", &content),
        invitation_id: request
            .invitation_id
            .parse()
            .map_err(|_| Error::IdMalformed { field: "invitation_id" })?,
        welcome: request.welcome_email.as_ref().map(convert::read_welcome),
    })
}

fn read_request_id(text: &str) -> Result<RequestId, Error> {
    text.parse().map_err(|_| Error::RequestIdMalformed)
}

/// Of everything that is asked for; prost writes fields in a fixed order, and there are no maps in it. The kind keeps apart
/// what is written alike.
fn fingerprint(kind: &str, content: &impl Message) -> String {
    let mut hash = Sha256::new_with_prefix(kind);
    hash.update(content.encode_to_vec());
    hex(&hash.finalize())
}

/// Seats that are needed, on the wire.
pub fn seats(seats: Vec<SeatQuantity>) -> Vec<WireQuantity> {
    let seat = |seat: SeatQuantity| WireQuantity {
        product: seat.product,
        quantity: seat.quantity,
    };
    seats.into_iter().map(seat).collect()
}

/// What a request is answered with, on the wire.
pub fn answered(answered: Answered) -> answer::Kind {
    match answered {
        Answered::AddUsers(answer) => answer::Kind::AddUsers(convert::answer(answer)),
        Answered::UpdateUsers(answer) => answer::Kind::BatchUpdateUsers(updated(answer)),
        Answered::ResendInvitation(sent) => answer::Kind::ResendInvitation(resent(&sent)),
    }
}

fn updated(answer: Answer) -> admin::BatchUpdateUsersResponse {
    let results = (0..).zip(answer.results).map(|(index, row)| result(index, row));
    admin::BatchUpdateUsersResponse {
        results: results.collect(),
        seats: convert::seat_counts(answer.seats),
    }
}

fn result(index: i32, row: RowResult) -> admin::UpdateUserResult {
    let outcome = match row.outcome {
        Outcome::Updated => admin::update_user_result::Outcome::Updated,
        Outcome::Unchanged => admin::update_user_result::Outcome::Unchanged,
        Outcome::Failed => admin::update_user_result::Outcome::Failed,
    };
    admin::UpdateUserResult {
        index,
        user_id: row.user_id,
        outcome: outcome.into(),
        error: convert::row_error(row.violation.as_slice()),
    }
}

fn resent(sent: &Sent) -> admin::ResendInvitationResponse {
    admin::ResendInvitationResponse {
        invitation_id: sent.invitation_id.to_string(),
        expire_time: Some(convert::timestamp(sent.expire_time)),
        send_count: i32::try_from(sent.send_count).unwrap_or(i32::MAX),
        send_time: Some(convert::timestamp(sent.send_time)),
    }
}
