//! Licensing: holding seats, and who holds them.

use std::collections::HashMap;

use chassis::{Channel, Signer};
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use proto::licensing::internal::v1::seat_service_client::SeatServiceClient;
use proto::licensing::internal::v1::{
    BatchGetHoldingsRequest, ListHoldersRequest, ListHoldersResponse, ReserveSeatsRequest, ReserveSeatsResponse,
};
use tonic::Status;

use super::translate;
use crate::caller::From;

const NAME: &str = "licensing";

/// A client of licensing; cheap to clone.
#[derive(Clone)]
pub struct Licensing {
    reservations: ReservationServiceClient<Channel>,
    seats: SeatServiceClient<Channel>,
    signer: Signer,
}

impl Licensing {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            reservations: ReservationServiceClient::new(channel.clone()),
            seats: SeatServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Holds seats for a request, or counts them.
    ///
    /// # Errors
    /// Licensing's own.
    pub async fn reserve(&self, from: &From, message: ReserveSeatsRequest) -> Result<ReserveSeatsResponse, Status> {
        let request = from.sign(&self.signer, message, NAME)?;
        Ok(self
            .reservations
            .clone()
            .reserve_seats(request)
            .await
            .map_err(translate)?
            .into_inner())
    }

    /// A page of those who hold seats.
    ///
    /// # Errors
    /// Licensing's own.
    pub async fn holders(&self, from: &From, message: ListHoldersRequest) -> Result<ListHoldersResponse, Status> {
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self.seats.clone().list_holders(request).await;
        Ok(answer.map_err(translate)?.into_inner())
    }

    /// The products that each of these users holds.
    ///
    /// # Errors
    /// Licensing's own.
    pub async fn holdings(&self, from: &From, subjects: Vec<String>) -> Result<HashMap<String, Vec<String>>, Status> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        let message = BatchGetHoldingsRequest {
            account_id: from.person.account.to_string(),
            subjects,
        };
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self
            .seats
            .clone()
            .batch_get_holdings(request)
            .await
            .map_err(translate)?
            .into_inner();
        Ok(answer
            .holders
            .into_iter()
            .map(|holder| (holder.subject, holder.products))
            .collect())
    }
}
