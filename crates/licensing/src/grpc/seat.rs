//! Seats and pools, between their messages and the words of the domain.

use proto::licensing::v1 as wire;
use types::PageSize;

use crate::app::{Error, SeatQuery};
use crate::domain::holder::Subject;
use crate::domain::seat::Seat;
use crate::domain::seat_pool::{Pool, PoolKey};

pub fn pool((key, pool): (PoolKey, Pool)) -> wire::SeatPool {
    wire::SeatPool {
        product: key.product,
        seats: pool.seats,
        assigned: pool.assigned,
        reserved: pool.reserved,
        available: pool.available(),
        over_limit: pool.over_limit(),
        next_seats: pool.next.map(|next| next.seats),
        next_time: pool.next.map(|next| chassis::timestamp(next.time)),
    }
}

pub fn query(request: wire::ListSeatsRequest) -> Result<SeatQuery, Error> {
    Ok(SeatQuery {
        product: (!request.product.is_empty()).then_some(request.product),
        size: PageSize::parse(request.page_size).map_err(|_| Error::PageSizeInvalid)?,
        page_token: request.page_token,
    })
}

pub fn seat(seat: Seat) -> wire::Seat {
    let holder = match seat.subject {
        Subject::User(id) => wire::seat::Holder::UserId(id.to_string()),
        Subject::Invitation(id) => wire::seat::Holder::InvitationId(id.to_string()),
    };
    wire::Seat {
        product: seat.product,
        holder: Some(holder),
        assign_time: seat.tenure.since.map(chassis::timestamp),
        assigner_id: seat.tenure.by.map(|id| id.to_string()).unwrap_or_default(),
    }
}
