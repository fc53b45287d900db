//! Refusing a whole change: for its rows, or for want of seats.

use std::collections::{HashMap, HashSet};

use chassis::{DOMAIN, Refusal, reason};
use prost::Message;
use proto::licensing::internal::v1::ReserveSeatsResponse;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// A refusal that names every bad field of every bad row, with the code and the reason of the first.
pub fn rows<'a>(errors: impl Iterator<Item = &'a tonic_types::Status>) -> Option<Status> {
    let errors: Vec<Status> = errors.map(as_refusal).collect();
    let first = errors.first()?;
    // A fault of what is the same for all rows is told once.
    let mut told = HashSet::new();
    let violations = errors
        .iter()
        .filter_map(StatusExt::get_details_bad_request)
        .flat_map(|bad_request| bad_request.field_violations)
        .filter(|violation| told.insert(violation.field.clone()));
    let mut details = ErrorDetails::with_bad_request(violations.collect::<Vec<_>>());
    details.set_error_info(reason(first).unwrap_or_default(), DOMAIN, HashMap::new());
    Some(Status::with_error_details(first.code(), first.message(), details))
}

/// A row's error as the answer to a call.
fn as_refusal(error: &tonic_types::Status) -> Status {
    let details = error.encode_to_vec();
    Status::with_details(Code::from_i32(error.code), error.message.clone(), details.into())
}

/// A refusal for want of seats, when there is one: per product, how many were asked for and how many are free. `field` is
/// where the request names products.
pub fn seats(reserved: &ReserveSeatsResponse, field: &str) -> Option<Status> {
    if !reserved.unknown_products.is_empty() {
        // The catalogue changed since the rows were judged.
        let products = reserved.unknown_products.join(", ");
        let refusal = Refusal::new(
            Code::InvalidArgument,
            "PRODUCT_UNKNOWN",
            format!("there is no such product: {products}"),
        );
        return Some(
            refusal
                .field(field, "PRODUCT_UNKNOWN", "there is no such product")
                .into(),
        );
    }
    let short = reserved.seats.iter().filter(|seat| seat.requested > seat.available);
    let refusal = Refusal::new(
        Code::FailedPrecondition,
        "SEATS_EXHAUSTED",
        "there are not enough free seats",
    );
    let mut count = 0;
    let refusal = short.fold(refusal, |refusal, seat| {
        count += 1;
        let text = format!("{} seats were asked for, {} are free", seat.requested, seat.available);
        refusal.quota(format!("product:{}", seat.product), text)
    });
    (count > 0).then(|| refusal.into())
}

/// The same refusal with its fields called as the caller knows them: `fields` says how they begin, and what they begin with
/// instead.
pub fn renamed(status: Status, fields: &[(&str, &str)]) -> Status {
    if fields.is_empty() {
        return status;
    }
    let mut details = status.get_error_details();
    let Some(mut bad_request) = details.bad_request().cloned() else {
        return status;
    };
    for violation in &mut bad_request.field_violations {
        let rename = |(old, new): &(&str, &str)| Some(format!("{new}{}", violation.field.strip_prefix(old)?));
        if let Some(field) = fields.iter().find_map(rename) {
            violation.field = field;
        }
    }
    details.set_bad_request(bad_request.field_violations);
    Status::with_error_details(status.code(), status.message(), details)
}

#[cfg(test)]
mod tests {
    use proto::licensing::internal::v1::SeatAvailability;

    use super::*;

    fn bad(field: &str) -> tonic_types::Status {
        let status: Status = Refusal::new(Code::NotFound, "GROUP_NOT_FOUND", "no such group")
            .field(field, "GROUP_NOT_FOUND", "no such group")
            .into();
        tonic_types::Status {
            code: 5,
            message: "no such group".into(),
            details: decode(&status),
        }
    }

    fn decode(status: &Status) -> Vec<prost_types::Any> {
        tonic_types::Status::decode(status.details()).unwrap().details
    }

    #[test]
    fn every_bad_field_is_named_once() {
        let errors = [bad("options.group_id"), bad("options.group_id"), bad("users[3]")];
        let status = rows(errors.iter()).unwrap();
        assert_eq!(
            (status.code(), reason(&status).as_deref()),
            (Code::NotFound, Some("GROUP_NOT_FOUND"))
        );
        let fields: Vec<_> = status
            .get_details_bad_request()
            .unwrap()
            .field_violations
            .into_iter()
            .map(|v| v.field)
            .collect();
        assert_eq!(fields, ["options.group_id", "users[3]"]);
        assert!(rows([].iter()).is_none());
    }

    #[test]
    fn a_renamed_refusal_is_the_same_but_for_its_fields() {
        let fields = [("change.products.add[", "products["), ("change.products", "products")];
        let refusal = |paths: [&str; 3]| {
            let refusal = Refusal::new(Code::InvalidArgument, "PRODUCT_UNKNOWN", "no such product").metadata("a", "b");
            let refusal = paths
                .into_iter()
                .fold(refusal, |refusal, path| refusal.field(path, "BAD", "it is"));
            Status::from(refusal)
        };
        let status = refusal(["change.products.add[2]", "change.products", "user_ids[1]"]);
        let renamed = renamed(status, &fields);
        let expected = refusal(["products[2]", "products", "user_ids[1]"]);
        assert_eq!(
            (renamed.code(), renamed.message()),
            (expected.code(), expected.message())
        );
        assert_eq!(renamed.details(), expected.details());
        let other = Status::from(Refusal::new(Code::NotFound, "USER_NOT_FOUND", "no such user"));
        assert_eq!(super::renamed(other.clone(), &fields).details(), other.details());
    }

    #[test]
    fn a_shortage_is_told_per_product() {
        let seat = |product: &str, requested, available| SeatAvailability {
            product: product.into(),
            requested,
            available,
        };
        assert!(seats(&seats_answer(vec![seat("meeting", 2, 2)]), "options.products").is_none());
        let status = seats(
            &seats_answer(vec![seat("meeting", 2, 2), seat("training", 2, 1)]),
            "options.products",
        )
        .unwrap();
        assert_eq!(reason(&status).as_deref(), Some("SEATS_EXHAUSTED"));
        let quotas = status.get_details_quota_failure().unwrap().violations;
        assert_eq!(quotas.len(), 1);
        assert_eq!(quotas[0].subject, "product:training");
    }

    fn seats_answer(seats: Vec<SeatAvailability>) -> ReserveSeatsResponse {
        ReserveSeatsResponse {
            grant: None,
            seats,
            unknown_products: vec![],
        }
    }
}
