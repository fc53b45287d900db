//! Sending an invitation again.

use proto::admin::v1::{ResendInvitationRequest, ResendInvitationResponse, SeatCount};
use proto::identity::internal::v1::{answer, change};

use super::change::Change;

impl Change for ResendInvitationRequest {
    type Answer = ResendInvitationResponse;
    const PRODUCTS: &'static str = "invitation_id";

    fn request_id(&mut self) -> &mut String {
        &mut self.request_id
    }

    fn validate_only(&self) -> bool {
        false
    }

    fn allow_partial(&self) -> bool {
        false
    }

    fn into_kind(self) -> change::Kind {
        change::Kind::ResendInvitation(self)
    }

    fn read(kind: answer::Kind) -> Option<ResendInvitationResponse> {
        match kind {
            answer::Kind::ResendInvitation(answer) => Some(answer),
            answer::Kind::AddUsers(_) | answer::Kind::BatchUpdateUsers(_) => None,
        }
    }

    fn errors(_: &ResendInvitationResponse) -> Vec<Option<&tonic_types::Status>> {
        vec![]
    }

    fn with_seats(answer: ResendInvitationResponse, _: Vec<SeatCount>) -> ResendInvitationResponse {
        answer
    }
}
