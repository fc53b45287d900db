//! Identity, which alone knows what became of a reservation, and who may do what.

use std::collections::BTreeMap;

use chassis::{Actor, Channel, ClientConfig, Peer, PeerError, Person, Signer, reason};
use proto::access_v1::Permission;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use proto::identity::internal::v1::change_service_client::ChangeServiceClient;
use proto::identity::internal::v1::{GetCallerRequest, Resolution, ResolveReservationsRequest, resolution};
use proto::licensing::internal::v1 as wire;
use tonic::Status;

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
    callers: AuthenticationServiceClient<Channel>,
    signer: Signer,
}

/// What somebody may do with an account's seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Everything.
    ManagesUsers,
    /// Nothing any more.
    PermissionLost,
    /// They are logged out, or have left the account.
    SessionEnded,
}

/// Identity did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{:?}: {}", .0.code(), .0.message())]
pub struct IdentityError(#[from] Status);

impl Identity {
    /// Connects at the first call.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn new(peer: &Peer, config: &ClientConfig, signer: Signer) -> Result<Self, PeerError> {
        let channel = peer.channel("identity", config)?;
        let client = ChangeServiceClient::new(channel.clone());
        Ok(Self {
            callers: AuthenticationServiceClient::new(channel),
            client: client.max_decoding_message_size(config.max_message_bytes),
            signer,
        })
    }

    /// What became of reservations, in their order: an aborted one is aborted for good from now on. `None` where the answer
    /// does not say.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn resolve(&self, keys: &[ReservationKey]) -> Result<Vec<Option<Settlement>>, IdentityError> {
        let message = ResolveReservationsRequest {
            reservations: keys.iter().map(write).collect(),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE)?;
        let answer = self.client.clone().resolve_reservations(request).await?.into_inner();
        let mut resolved: BTreeMap<_, _> = answer.resolutions.into_iter().filter_map(read).collect();
        Ok(keys.iter().map(|key| resolved.remove(key)).collect())
    }

    /// What somebody who was let in earlier is by now.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn standing(&self, person: &Person) -> Result<Standing, IdentityError> {
        let message = GetCallerRequest {
            user_id: person.user.to_string(),
            session_id: person.session.to_string(),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE)?;
        let answer = match self.callers.clone().get_caller(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if reason(&status).as_deref() == Some("SESSION_ENDED") => return Ok(Standing::SessionEnded),
            Err(status) => return Err(status.into()),
        };
        if answer.account_id != person.account.to_string() {
            return Ok(Standing::SessionEnded);
        }
        let needed = i32::from(Permission::ManageUsers);
        Ok(if answer.permissions.contains(&needed) {
            Standing::ManagesUsers
        } else {
            Standing::PermissionLost
        })
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
