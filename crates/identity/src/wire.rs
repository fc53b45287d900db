//! What identity both sends to licensing and answers it with.

use proto::licensing::internal::v1 as internal;

use crate::domain::admission::{Confirmation, ReservationKey};

/// A confirmation on the wire.
pub fn confirmation(confirmation: &Confirmation) -> internal::Confirmation {
    let holders = confirmation.holders.iter().map(|holder| internal::Holder {
        subject: holder.subject.clone(),
        version: holder.version,
        products: holder.products.clone(),
        kept: holder.kept.clone(),
    });
    internal::Confirmation {
        key: Some(reservation_key(&confirmation.key)),
        holders: holders.collect(),
        assigner_id: confirmation.assigner_id.map(|id| id.to_string()).unwrap_or_default(),
        assign_time: confirmation.assign_time.map(chassis::timestamp),
    }
}

/// A reservation's key on the wire.
pub fn reservation_key(key: &ReservationKey) -> internal::ReservationKey {
    internal::ReservationKey {
        account_id: key.account_id.to_string(),
        request_id: key.request_id.clone(),
        epoch: key.epoch,
    }
}
