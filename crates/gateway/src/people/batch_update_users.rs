//! Changing users, one or many.

use proto::admin::v1::{BatchUpdateUsersRequest, BatchUpdateUsersResponse, SeatCount};
use proto::identity::internal::v1::{answer, change};

use super::change::Change;

impl Change for BatchUpdateUsersRequest {
    type Answer = BatchUpdateUsersResponse;
    const PRODUCTS: &'static str = "change.products";

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
        change::Kind::BatchUpdateUsers(self)
    }

    fn read(kind: answer::Kind) -> Option<BatchUpdateUsersResponse> {
        match kind {
            answer::Kind::BatchUpdateUsers(answer) => Some(answer),
            answer::Kind::AddUsers(_) | answer::Kind::ResendInvitation(_) => None,
        }
    }

    fn errors(answer: &BatchUpdateUsersResponse) -> Vec<Option<&tonic_types::Status>> {
        answer.results.iter().map(|row| row.error.as_ref()).collect()
    }

    fn with_seats(answer: BatchUpdateUsersResponse, seats: Vec<SeatCount>) -> BatchUpdateUsersResponse {
        BatchUpdateUsersResponse { seats, ..answer }
    }
}
