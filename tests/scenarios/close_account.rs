//! The billing contact closes the account.

use proto::admin::v1::CloseAccountRequest;
use proto::admin::v1::account_service_client::AccountServiceClient;
use proto::identity::v1::account_service_client::AccountServiceClient as OwnAccountClient;
use proto::identity::v1::{Account, GetAccountRequest};
use proto::licensing::v1::ListSeatPoolsRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use testkit::eventually;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::RequestId;

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, fresh, on_both, refusal};

on_both! {
    an_account_is_closed_when_nothing_is_in_the_way
}

async fn close(owner: &Owner, account_name: &str, validate_only: bool) -> Result<(), Status> {
    let message = CloseAccountRequest {
        request_id: RequestId::new().to_string(),
        account_name: account_name.into(),
        validate_only,
    };
    let mut client = AccountServiceClient::new(owner.channel.clone());
    client.close_account(owner.request(message)).await.map(drop)
}

async fn account(owner: &Owner) -> Account {
    let mut client = OwnAccountClient::new(owner.channel.clone());
    let answer = client.get_account(owner.request(GetAccountRequest {})).await;
    answer.unwrap().into_inner().account.unwrap()
}

async fn an_account_is_closed_when_nothing_is_in_the_way(world: &World) {
    let (busy, lone) = (world.account().await, world.account().await);
    busy.add(adding(&[&fresh("ada"), &fresh("grace")], &["training"]))
        .await
        .unwrap();
    for (name, validate_only) in [("", true), ("Analytical Engines", false)] {
        let status = close(&busy, name, validate_only).await.unwrap_err();
        assert_eq!(
            refusal(&status),
            (Code::FailedPrecondition, "ACCOUNT_NOT_CLOSABLE".into())
        );
        let details = status.get_error_details();
        let violations = &details.precondition_failure().unwrap().violations;
        let kinds: Vec<_> = violations.iter().map(|violation| violation.r#type.as_str()).collect();
        assert_eq!(kinds, ["OTHER_USERS", "PENDING_INVITATIONS"]);
        assert_eq!(details.error_info().unwrap().metadata["OTHER_USERS"], "2");
    }
    let name = account(&lone).await.name;
    close(&lone, "", true).await.unwrap();
    let status = close(&lone, "Another name", false).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::InvalidArgument, "ACCOUNT_NAME_MISMATCH".into())
    );
    let email = lone.people().await[0].user.as_ref().unwrap().email.clone();

    close(&lone, &name, false).await.unwrap();
    let status = eventually(PATIENCE, async || {
        let mut client = SeatServiceClient::new(lone.channel.clone());
        let answer = client.list_seat_pools(lone.request(ListSeatPoolsRequest {})).await;
        answer.err().ok_or("the token still works")
    })
    .await;
    assert_eq!(refusal(&status), (Code::Unauthenticated, "SESSION_ENDED".into()));
    let refused = Owner::log_in(world, &email, PASSWORD).await.err().unwrap();
    assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    eventually(PATIENCE, async || {
        let told = world.mails(&email).iter().any(|mail| mail.text.contains("was closed"));
        told.then_some(()).ok_or("nobody was told")
    })
    .await;
    // The address is free: another account can invite it to join, not to move.
    let added = busy.add(adding(&[&email], &[])).await.unwrap();
    assert_eq!(
        added.results[0].outcome(),
        proto::admin::v1::add_user_result::Outcome::Invited
    );
    assert_eq!(account(&busy).await.name, "Analytical Engines");
}
