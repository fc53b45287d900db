//! Adding users.

use proto::admin::v1::{AddUsersRequest, AddUsersResponse, SeatCount};
use proto::identity::internal::v1::{answer, change};

use super::change::Change;

impl Change for AddUsersRequest {
    type Answer = AddUsersResponse;
    const PRODUCTS: &'static str = "options.products";

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
        change::Kind::AddUsers(self)
    }

    fn read(kind: answer::Kind) -> Option<AddUsersResponse> {
        match kind {
            answer::Kind::AddUsers(answer) => Some(answer),
            answer::Kind::BatchUpdateUsers(_) | answer::Kind::ResendInvitation(_) => None,
        }
    }

    fn errors(answer: &AddUsersResponse) -> Vec<Option<&tonic_types::Status>> {
        answer.results.iter().map(|row| row.error.as_ref()).collect()
    }

    fn with_seats(answer: AddUsersResponse, seats: Vec<SeatCount>) -> AddUsersResponse {
        AddUsersResponse { seats, ..answer }
    }
}
