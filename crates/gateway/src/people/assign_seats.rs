//! Giving users seats: a change of users that concerns nothing but products.

use proto::admin::v1::{
    AssignSeatsRequest, AssignSeatsResponse, BatchUpdateUsersRequest, ProductChange, SeatCount, UserChange,
};
use proto::identity::internal::v1::{answer, change};

use super::change::Change;

impl Change for AssignSeatsRequest {
    type Answer = AssignSeatsResponse;
    const PRODUCTS: &'static str = "products";
    const FIELDS: &'static [(&'static str, &'static str)] =
        &[("change.products.add[", "products["), ("change.products", "products")];

    fn request_id(&mut self) -> &mut String {
        &mut self.request_id
    }

    fn validate_only(&self) -> bool {
        self.validate_only
    }

    fn allow_partial(&self) -> bool {
        self.allow_partial
    }

    fn into_kind(self) -> change::Kind {
        let products = ProductChange {
            add: self.products,
            ..ProductChange::default()
        };
        change::Kind::BatchUpdateUsers(BatchUpdateUsersRequest {
            request_id: self.request_id,
            user_ids: self.user_ids,
            change: Some(UserChange {
                products: Some(products),
                ..UserChange::default()
            }),
            validate_only: self.validate_only,
            allow_partial: self.allow_partial,
        })
    }

    fn read(kind: answer::Kind) -> Option<AssignSeatsResponse> {
        let answer = BatchUpdateUsersRequest::read(kind)?;
        Some(AssignSeatsResponse {
            results: answer.results,
            seats: answer.seats,
        })
    }

    fn errors(answer: &AssignSeatsResponse) -> Vec<Option<&tonic_types::Status>> {
        answer.results.iter().map(|row| row.error.as_ref()).collect()
    }

    fn with_seats(answer: AssignSeatsResponse, seats: Vec<SeatCount>) -> AssignSeatsResponse {
        AssignSeatsResponse { seats, ..answer }
    }
}
