//! Licensing: the catalogue, and settling reservations.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Actor, Channel, Signer};
use moka::future::Cache;
use proto::licensing::internal::v1 as internal;
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use proto::licensing::internal::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::ListProductsRequest;
use proto::licensing::v1::product_service_client::ProductServiceClient;
use types::{AccountId, RequestId, Timestamp};

use super::{Refused, unavailable};
use crate::domain::admission::{Confirmation, Grant, ReservationKey, SeatCount, SeatQuantity};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::error::Error;
use crate::domain::message::{MoveSeats, ReleaseSeats};
use crate::wire::{confirmation, reservation_key};

const NAME: &str = "licensing";
/// How old the catalogue may be; it changes when licensing is released.
const CATALOGUE_AGE: Duration = Duration::from_secs(60);

/// What licensing says of seats.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// The promise to hold them; none when there are too few, or they were only counted.
    pub grant: Option<Grant>,
    /// How they stand, sorted by product.
    pub seats: Vec<SeatCount>,
}

/// A client of licensing; cheap to clone.
#[derive(Clone)]
pub struct Licensing {
    products: ProductServiceClient<Channel>,
    reservations: ReservationServiceClient<Channel>,
    seats: SeatServiceClient<Channel>,
    signer: Signer,
    catalogue: Cache<(), Arc<Catalogue>>,
}

impl Licensing {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            products: ProductServiceClient::new(channel.clone()),
            reservations: ReservationServiceClient::new(channel.clone()),
            seats: SeatServiceClient::new(channel.clone()),
            signer,
            catalogue: Cache::builder().max_capacity(1).time_to_live(CATALOGUE_AGE).build(),
        }
    }

    /// The products there are, as they were a minute ago at most.
    ///
    /// # Errors
    /// When licensing is out of reach and nothing is remembered.
    pub async fn catalogue(&self) -> Result<Arc<Catalogue>, Error> {
        let fetched = self.catalogue.try_get_with((), self.fetch()).await;
        fetched.map_err(|error| Error::clone(&error))
    }

    async fn fetch(&self) -> Result<Arc<Catalogue>, Error> {
        let request = self
            .signer
            .request(ListProductsRequest {}, &Actor::Service, NAME)
            .map_err(unavailable(NAME))?;
        let answer = self
            .products
            .clone()
            .list_products(request)
            .await
            .map_err(unavailable(NAME))?;
        let products = answer.into_inner().products.into_iter();
        let read = |product: proto::licensing::v1::Product| {
            (
                product.id,
                Product {
                    name: product.name,
                    guide_url: product.guide_url,
                    entitlements: product.entitlements.into_iter().collect(),
                },
            )
        };
        Ok(Arc::new(Catalogue::new(products.map(read))))
    }

    /// Holds seats for a request, or holds them for longer; without `not_after` it only counts them.
    ///
    /// # Errors
    /// [`Error::Contended`] when the request holds seats already, but other ones; when licensing is out of reach.
    pub async fn reserve(
        &self,
        account: AccountId,
        request_id: RequestId,
        seats: &[SeatQuantity],
        not_after: Option<Timestamp>,
    ) -> Result<Reserved, Error> {
        let seat = |seat: &SeatQuantity| internal::SeatQuantity {
            product: seat.product.clone(),
            quantity: seat.quantity,
        };
        let message = internal::ReserveSeatsRequest {
            account_id: account.to_string(),
            request_id: request_id.to_string(),
            seats: seats.iter().map(seat).collect(),
            not_after: not_after.map(chassis::timestamp),
            validate_only: not_after.is_none(),
        };
        let request = self.signer.request(message, &Actor::Service, NAME);
        let answer = self
            .reservations
            .clone()
            .reserve_seats(request.map_err(unavailable(NAME))?)
            .await
            .map_err(|status| match chassis::reason(&status).as_deref() {
                Some("REQUEST_IN_PROGRESS" | "REQUEST_STALE") => Error::Contended,
                Some(_) | None => unavailable(NAME)(status),
            })?;
        let answer = answer.into_inner();
        let count = |seat: internal::SeatAvailability| SeatCount {
            product: seat.product,
            requested: seat.requested,
            available: seat.available,
        };
        Ok(Reserved {
            grant: answer.grant.and_then(grant),
            seats: answer.seats.into_iter().map(count).collect(),
        })
    }

    /// Tells who took the seats of committed reservations.
    ///
    /// # Errors
    /// [`Refused`]; nothing or everything may have been done, and doing it again is harmless.
    pub async fn confirm(&self, confirmations: &[Confirmation]) -> Result<(), Refused> {
        let confirmations = confirmations.iter().map(confirmation).collect();
        let message = internal::ConfirmReservationsRequest { confirmations };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        self.reservations.clone().confirm_reservations(request).await?;
        Ok(())
    }

    /// Takes seats from those who gave them up.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub async fn release(&self, releases: Vec<ReleaseSeats>) -> Result<(), Refused> {
        let release = |release: ReleaseSeats| internal::Release {
            account_id: release.account_id.to_string(),
            subject: release.subject,
            version: release.version,
            products: release.products,
        };
        let message = internal::ReleaseSeatsRequest {
            releases: releases.into_iter().map(release).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        self.seats.clone().release_seats(request).await?;
        Ok(())
    }

    /// Hands seats on.
    ///
    /// # Errors
    /// As [`Self::confirm`]; [`Refused::Partly`] where some of the seats are still to come.
    pub async fn move_seats(&self, moves: Vec<MoveSeats>) -> Result<(), Refused> {
        let order = |order: MoveSeats| internal::SeatMove {
            account_id: order.account_id.to_string(),
            from: order.from.to_string(),
            from_version: order.from_version,
            to: order.to.to_string(),
            to_version: order.to_version,
        };
        let message = internal::MoveSeatsRequest {
            moves: moves.into_iter().map(order).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        let pending = self.seats.clone().move_seats(request).await?.into_inner().pending;
        if pending.is_empty() {
            return Ok(());
        }
        let left = pending.into_iter().filter_map(|index| usize::try_from(index).ok());
        Err(Refused::Partly(left.collect(), "the seats are still to come".into()))
    }

    /// Tells which reservations will never be committed.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub async fn abort(&self, keys: &[ReservationKey]) -> Result<(), Refused> {
        let message = internal::AbortReservationsRequest {
            reservations: keys.iter().map(reservation_key).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        self.reservations.clone().abort_reservations(request).await?;
        Ok(())
    }
}

/// A promise that licensing has made to nobody but us.
fn grant(grant: internal::Grant) -> Option<Grant> {
    let deadline = grant.deadline?;
    let micros = deadline.seconds.checked_mul(1_000_000)?;
    let seat = |seat: internal::SeatQuantity| SeatQuantity {
        product: seat.product,
        quantity: seat.quantity,
    };
    Some(Grant {
        epoch: grant.key?.epoch,
        seats: grant.seats.into_iter().map(seat).collect(),
        deadline: Timestamp::from_micros(micros.checked_add(i64::from(deadline.nanos) / 1_000)?),
    })
}
