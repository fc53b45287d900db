//! Identity, which alone knows what became of a reservation.

use std::collections::BTreeMap;

use chassis::{Actor, Channel, Signer, Unanswered};
use proto::identity::internal::v1::change_service_client::ChangeServiceClient;
use proto::identity::internal::v1::{Resolution, ResolveReservationsRequest, resolution};
use proto::licensing::internal::v1 as wire;

use crate::domain::bad_input::BadInput;
use crate::domain::holder::Tenure;
use crate::domain::reservation::ReservationKey;
use crate::domain::settlement::{Settlement, Taking};

/// The name that identity answers to.
const AUDIENCE: &str = "identity";

/// Identity, as licensing sees it.
#[derive(Clone, Debug)]
pub struct Identity {
    client: ChangeServiceClient<Channel>,
    signer: Signer,
}

impl Identity {
    /// Asks through `channel`; takes answers up to so many bytes.
    #[must_use]
    pub fn new(channel: &Channel, max_message_bytes: usize, signer: Signer) -> Self {
        let client = ChangeServiceClient::new(channel.clone());
        Self {
            client: client.max_decoding_message_size(max_message_bytes),
            signer,
        }
    }

    /// What became of reservations, in their order: an aborted one is aborted for good from now on. `None` where the answer
    /// does not say.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn resolve(&self, keys: &[ReservationKey]) -> Result<Vec<Option<Settlement>>, Unanswered> {
        let message = ResolveReservationsRequest {
            reservations: keys.iter().map(write).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE)?;
        let answer = self.client.clone().resolve_reservations(request).await?.into_inner();
        let mut resolved: BTreeMap<_, _> = answer.resolutions.into_iter().filter_map(read).collect();
        Ok(keys.iter().map(|key| resolved.remove(key)).collect())
    }
}

fn write(key: &ReservationKey) -> wire::ReservationKey {
    wire::ReservationKey {
        account_id: key.request.account.to_string(),
        request_id: key.request.request.to_string(),
        epoch: key.epoch,
    }
}

/// A resolution by the reservation it is about: matched by name, a wrong order could not free the wrong seats.
fn read(resolution: Resolution) -> Option<(ReservationKey, Settlement)> {
    match resolution.outcome.map(read_outcome)? {
        Ok(settlement) => Some((*settlement.key(), settlement)),
        Err(bad) => {
            tracing::error!(
                field = bad.field,
                expected = bad.problem,
                "identity's resolution is malformed"
            );
            None
        }
    }
}

fn read_outcome(outcome: resolution::Outcome) -> Result<Settlement, BadInput> {
    match outcome {
        resolution::Outcome::Committed(confirmation) => {
            let since = confirmation.assign_time.and_then(chassis::read_timestamp);
            let tenure = Tenure::read(&confirmation.assigner_id, since)?;
            let taking = |holder: wire::Holder| {
                Taking::read(&holder.subject, holder.version, holder.products, holder.kept, tenure)
            };
            let holders = confirmation.holders.into_iter().map(taking);
            Settlement::confirm(read_key(confirmation.key)?, holders)
        }
        resolution::Outcome::Aborted(key) => Ok(Settlement::Abort(read_key(Some(key))?)),
    }
}

fn read_key(key: Option<wire::ReservationKey>) -> Result<ReservationKey, BadInput> {
    let key = key.ok_or_else(|| BadInput::new("key", "a reservation is expected"))?;
    ReservationKey::read(&key.account_id, &key.request_id, key.epoch)
}
