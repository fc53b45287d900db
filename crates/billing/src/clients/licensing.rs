//! Licensing, which keeps the seats.

use std::collections::BTreeMap;

use chassis::{Actor, Channel, ClientConfig, Peer, PeerError, Signer, timestamp};
use proto::licensing::internal::v1::seat_service_client::SeatServiceClient;
use proto::licensing::internal::v1::{
    ListSurplusRequest, ScheduledSeatTotals, SeatQuantity, SetSeatTotalsRequest, Surplus as WireSurplus,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::AccountId;

use crate::domain::{SeatTotals, Seats, Surplus};

const AUDIENCE: &str = "licensing";

/// A handle to licensing; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Licensing {
    seats: SeatServiceClient<Channel>,
    signer: Signer,
}

/// Why licensing does not know what it was told. The text names code and reason only: it is stored and logged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TellError {
    /// It will never take this.
    #[error("refused: {0}")]
    Refused(String),
    /// Of these products more seats are held than there would be: by how many.
    #[error("the seats are in use")]
    InUse(BTreeMap<String, i64>),
    /// It may take it another time.
    #[error("not taken: {0}")]
    NotNow(String),
}

impl Licensing {
    pub(crate) fn new(peer: &Peer, config: &ClientConfig, signer: Signer) -> Result<Self, PeerError> {
        let seats = SeatServiceClient::new(peer.channel("licensing", config)?)
            .max_decoding_message_size(config.max_message_bytes);
        Ok(Self { seats, signer })
    }

    /// Tells how many seats an account has from this version of its subscription on. With `refuse_in_use`, totals below what
    /// is held are refused and change nothing.
    pub(crate) async fn set_seat_totals(&self, totals: &SeatTotals, refuse_in_use: bool) -> Result<(), TellError> {
        let message = SetSeatTotalsRequest {
            account_id: totals.account_id.to_string(),
            version: totals.version,
            seats: quantities(&totals.seats),
            next: totals.next.as_ref().map(|next| ScheduledSeatTotals {
                seats: quantities(&next.seats),
                effective_time: Some(timestamp(next.effective_time)),
            }),
            refuse_in_use,
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE).map_err(sort)?;
        self.seats.clone().set_seat_totals(request).await.map_err(sort)?;
        Ok(())
    }

    /// Who would lose a seat, were there only these.
    pub(crate) async fn list_surplus(&self, account: &AccountId, seats: &Seats) -> Result<Vec<Surplus>, TellError> {
        let message = ListSurplusRequest {
            account_id: account.to_string(),
            seats: quantities(seats),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE).map_err(sort)?;
        let answer = self.seats.clone().list_surplus(request).await.map_err(sort)?;
        let surplus = |WireSurplus {
                           product,
                           count,
                           subjects,
                       }| Surplus {
            product,
            count,
            subjects,
        };
        Ok(answer.into_inner().surpluses.into_iter().map(surplus).collect())
    }
}

fn quantities(seats: &Seats) -> Vec<SeatQuantity> {
    let quantity = |(product, quantity): (&String, &i64)| SeatQuantity {
        product: product.clone(),
        quantity: *quantity,
    };
    seats.iter().map(quantity).collect()
}

/// Only `INVALID_ARGUMENT` tells that the message itself is bad. Any other refusal but that of seats in use can be mended on
/// one of the two sides (a key that is not trusted yet, a method that is not deployed yet), and the message with it.
fn sort(status: Status) -> TellError {
    let reason = chassis::reason(&status).unwrap_or_default();
    let text = format!("{:?} {reason}", status.code());
    if status.code() == Code::InvalidArgument {
        TellError::Refused(text)
    } else if status.code() == Code::FailedPrecondition && reason == "SEATS_IN_USE" {
        let facts = status.get_details_error_info().map(|info| info.metadata);
        let surplus = facts.into_iter().flatten();
        TellError::InUse(
            surplus
                .filter_map(|(product, count)| Some((product, count.parse().ok()?)))
                .collect(),
        )
    } else {
        TellError::NotNow(text)
    }
}
