//! Between the messages on the wire and the words of the domain.

use std::collections::BTreeSet;

use proto::licensing::internal::v1 as internal;
use types::{AccountId, PageSize};

use crate::app::{Error, HolderPage, HolderQuery, InUse, Input, Release, Surplus};
use crate::domain::bad_input::BadInput;
use crate::domain::grant::{Answer, Ask, Grant};
use crate::domain::holder::{Holder, HolderKey, HoldingChange, Subject, Tenure};
use crate::domain::reservation::{RequestKey, ReservationKey, read_account};
use crate::domain::seat_totals::{Next, SeatTotals};
use crate::domain::seats::Seats;
use crate::domain::settlement::{Move, Settlement, Taking};

/// How many entries one call takes.
const MOST: usize = 1_000;

/// What `ReserveSeats` asks for.
pub enum Reserving {
    /// Seats to hold.
    Hold(Ask),
    /// Only how the products stand.
    Count(AccountId, Option<RequestKey>, Seats),
}

pub fn reserving(request: internal::ReserveSeatsRequest) -> Result<Reserving, Error> {
    read_reserving(request).map_err(|bad| Input::Reservation.malformed(bad))
}

fn read_reserving(request: internal::ReserveSeatsRequest) -> Result<Reserving, BadInput> {
    let seats = read_seats(request.seats)?;
    if request.validate_only {
        let account = read_account(&request.account_id)?;
        let key = match request.request_id.as_str() {
            "" => None,
            id => Some(RequestKey::read(&request.account_id, id)?),
        };
        return Ok(Reserving::Count(account, key, seats));
    }
    if seats.is_empty() {
        return Err(BadInput::new("seats", "at least one product is expected"));
    }
    let not_after = request.not_after.and_then(chassis::read_timestamp);
    Ok(Reserving::Hold(Ask {
        key: RequestKey::read(&request.account_id, &request.request_id)?,
        seats,
        unknown: Vec::new(),
        not_after: not_after.ok_or_else(|| BadInput::new("not_after", "a point in time is expected"))?,
    }))
}

pub fn confirmations(request: internal::ConfirmReservationsRequest) -> Result<Vec<Settlement>, Error> {
    read_list("confirmations", request.confirmations, |confirmation| {
        let tenure = Tenure::read(
            &confirmation.assigner_id,
            confirmation.assign_time.and_then(chassis::read_timestamp),
        )?;
        let taking = |holder: internal::Holder| {
            Taking::read(&holder.subject, holder.version, holder.products, holder.kept, tenure)
        };
        let key = confirmation
            .key
            .ok_or_else(|| BadInput::new("key", "a reservation is expected"))?;
        let key = read_key(&key).map_err(|bad| bad.under("key"))?;
        Settlement::confirm(key, confirmation.holders.into_iter().map(taking))
    })
    .map_err(|bad| Input::Confirmation.malformed(bad))
}

pub fn aborts(request: internal::AbortReservationsRequest) -> Result<Vec<ReservationKey>, Error> {
    read_list("reservations", request.reservations, |key| read_key(&key))
        .map_err(|bad| Input::Reservation.malformed(bad))
}

pub fn releases(request: internal::ReleaseSeatsRequest) -> Result<Vec<Release>, Error> {
    read_list("releases", request.releases, |release| {
        Ok(Release {
            key: HolderKey {
                account: read_account(&release.account_id)?,
                subject: Subject::read(&release.subject)?,
            },
            change: HoldingChange::read_release(release.version, release.products)?,
        })
    })
    .map_err(|bad| Input::Release.malformed(bad))
}

pub fn moves(request: internal::MoveSeatsRequest) -> Result<Vec<Move>, Error> {
    read_list("moves", request.moves, |order| {
        let account = read_account(&order.account_id)?;
        let holder = |field, text: &str| {
            let subject = Subject::read(text).map_err(|bad| BadInput::new(field, bad.problem))?;
            Ok(HolderKey { account, subject })
        };
        let (from, to) = (holder("from", &order.from)?, holder("to", &order.to)?);
        if from == to {
            return Err(BadInput::new("to", "somebody else is expected"));
        }
        if order.from_version < 2 {
            return Err(BadInput::new("from_version", "a number from 2 is expected"));
        }
        if order.to_version < 1 {
            return Err(BadInput::new("to_version", "a number from 1 is expected"));
        }
        Ok(Move {
            from,
            from_version: order.from_version,
            to,
            to_version: order.to_version,
        })
    })
    .map_err(|bad| Input::Move.malformed(bad))
}

pub fn seat_totals(request: internal::SetSeatTotalsRequest) -> Result<(SeatTotals, InUse), Error> {
    let in_use = if request.refuse_in_use {
        InUse::Refuse
    } else {
        InUse::GoOverLimit
    };
    let read = || {
        if request.version < 1 {
            return Err(BadInput::new("version", "a number from 1 is expected"));
        }
        let next = request.next.map(read_next).transpose();
        Ok(SeatTotals {
            account: read_account(&request.account_id)?,
            version: request.version,
            seats: read_seats(request.seats)?,
            next: next.map_err(|bad| bad.under("next"))?,
        })
    };
    let totals = read().map_err(|bad| Input::SeatTotals.malformed(bad))?;
    Ok((totals, in_use))
}

fn read_next(next: internal::ScheduledSeatTotals) -> Result<Next, BadInput> {
    let time = next.effective_time.and_then(chassis::read_timestamp);
    Ok(Next {
        seats: read_seats(next.seats)?,
        time: time.ok_or_else(|| BadInput::new("effective_time", "a point in time is expected"))?,
    })
}

pub fn fewer_seats(request: internal::ListSurplusRequest) -> Result<(AccountId, Seats), Error> {
    let read = || Ok((read_account(&request.account_id)?, read_seats(request.seats)?));
    read().map_err(|bad| Input::SeatTotals.malformed(bad))
}

pub fn surplus(surplus: Surplus) -> internal::Surplus {
    internal::Surplus {
        product: surplus.product,
        count: surplus.count,
        subjects: surplus.subjects.iter().map(Subject::to_string).collect(),
    }
}

pub fn subjects(request: internal::BatchGetHoldingsRequest) -> Result<(AccountId, BTreeSet<Subject>), Error> {
    let read = || {
        let account = read_account(&request.account_id)?;
        if request.subjects.len() > MOST {
            return Err(BadInput::new("subjects", "at most 1,000 are taken"));
        }
        let read = |(index, text): (usize, &String)| {
            let problem = |bad: BadInput| BadInput::new(format!("subjects[{index}]"), bad.problem);
            Subject::read(text).map_err(problem)
        };
        let subjects = request.subjects.iter().enumerate().map(read);
        Ok((account, subjects.collect::<Result<_, _>>()?))
    };
    read().map_err(|bad| Input::Subjects.malformed(bad))
}

pub fn holder_query(request: internal::ListHoldersRequest) -> Result<HolderQuery, Error> {
    let read = || {
        let size = PageSize::parse(request.page_size);
        Ok(HolderQuery {
            account: read_account(&request.account_id)?,
            product: (!request.product.is_empty()).then_some(request.product),
            size: size.map_err(|_| BadInput::new("page_size", "a number from 0 is expected"))?,
            page_token: request.page_token,
        })
    };
    read().map_err(|bad| Input::Holders.malformed(bad))
}

pub fn holder_page(page: HolderPage) -> internal::ListHoldersResponse {
    internal::ListHoldersResponse {
        seat_pools: page.pools.into_iter().map(super::seat::pool).collect(),
        holders: page.holders.into_iter().map(holder).collect(),
        next_page_token: page.next_page_token,
    }
}

pub fn answer(answer: Answer, sign: impl FnOnce(internal::Grant) -> internal::Grant) -> internal::ReserveSeatsResponse {
    let seats = answer.availability.into_iter();
    internal::ReserveSeatsResponse {
        grant: answer.grant.map(|grant| sign(write_grant(&grant))),
        seats: seats
            .map(|product| internal::SeatAvailability {
                product: product.product,
                requested: product.requested,
                available: product.available,
            })
            .collect(),
        unknown_products: answer.unknown,
    }
}

pub fn holder(holder: Holder) -> internal::Holder {
    internal::Holder {
        subject: holder.subject.to_string(),
        version: holder.holding.version,
        products: holder.holding.products.into_keys().collect(),
        kept: Vec::new(),
    }
}

fn read_list<W, T>(field: &str, list: Vec<W>, read: impl Fn(W) -> Result<T, BadInput>) -> Result<Vec<T>, BadInput> {
    if list.len() > MOST {
        return Err(BadInput::new(field, "at most 1,000 are taken"));
    }
    let read = |(index, entry)| read(entry).map_err(|bad| bad.at(field, index));
    list.into_iter().enumerate().map(read).collect()
}

fn read_key(key: &internal::ReservationKey) -> Result<ReservationKey, BadInput> {
    ReservationKey::read(&key.account_id, &key.request_id, key.epoch)
}

fn read_seats(list: Vec<internal::SeatQuantity>) -> Result<Seats, BadInput> {
    Seats::read(list.into_iter().map(|entry| (entry.product, entry.quantity)))
}

fn write_grant(grant: &Grant) -> internal::Grant {
    let seat = |(product, quantity): (&str, i64)| internal::SeatQuantity {
        product: product.to_owned(),
        quantity,
    };
    internal::Grant {
        key: Some(internal::ReservationKey {
            account_id: grant.key.request.account.to_string(),
            request_id: grant.key.request.request.to_string(),
            epoch: grant.key.epoch,
        }),
        seats: grant.seats.iter().map(seat).collect(),
        deadline: Some(chassis::timestamp(grant.deadline)),
        mac: Vec::new(),
    }
}
