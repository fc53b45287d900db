//! Licensing, which keeps the seats.

use chassis::{Actor, Channel, ClientConfig, Peer, PeerError, Signer};
use proto::licensing::internal::v1::seat_service_client::SeatServiceClient;
use proto::licensing::internal::v1::{SeatQuantity, SetSeatTotalsRequest};
use tonic::{Code, Status};

use crate::domain::SeatTotals;

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
    /// It may take it another time.
    #[error("not taken: {0}")]
    NotNow(String),
}

impl Licensing {
    pub(crate) fn new(peer: &Peer, config: &ClientConfig, signer: Signer) -> Result<Self, PeerError> {
        let seats = SeatServiceClient::new(peer.channel(config)?).max_decoding_message_size(config.max_message_bytes);
        Ok(Self { seats, signer })
    }

    /// Tells how many seats an account has from this version of its subscription on.
    pub(crate) async fn set_seat_totals(&self, totals: SeatTotals) -> Result<(), TellError> {
        let quantity = |(product, quantity)| SeatQuantity { product, quantity };
        let message = SetSeatTotalsRequest {
            account_id: totals.account_id.to_string(),
            version: totals.version,
            seats: totals.seats.into_iter().map(quantity).collect(),
            ..SetSeatTotalsRequest::default()
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE).map_err(sort)?;
        self.seats.clone().set_seat_totals(request).await.map_err(sort)?;
        Ok(())
    }
}

/// Only `INVALID_ARGUMENT` tells that the message itself is bad. Any other refusal can be mended on one of the two sides
/// (a key that is not trusted yet, a method that is not deployed yet), and the message with it.
fn sort(status: Status) -> TellError {
    let reason = chassis::reason(&status).unwrap_or_default();
    let text = format!("{:?} {reason}", status.code());
    if status.code() == Code::InvalidArgument {
        TellError::Refused(text)
    } else {
        TellError::NotNow(text)
    }
}
