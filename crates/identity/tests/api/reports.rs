//! The internal ReportService: pages with names, of the person's own account only.

use chassis::{Actor, Person};
use identity::Config;
use proto::identity::internal::v1::{
    BatchGetHoldersRequest, Holder, InvitationRow, ListInvitationRowsRequest, ListUserRowsRequest, UserRow,
};
use proto::identity::v1::{CreateGroupRequest, ListUsersRequest, invitation, user};
use tonic::{Code, Status};
use types::{InvitationId, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, commit, refusal};

on_both_databases! {
    users_come_with_the_names_of_their_groups
    invitations_come_with_who_invited
    holders_of_another_account_do_not_exist
    a_report_is_for_a_person
}

async fn users(stack: &Stack, person: &Person, page_token: &str) -> Result<(Vec<UserRow>, String), Status> {
    let query = ListUsersRequest {
        page_size: 2,
        page_token: page_token.into(),
        ..ListUsersRequest::default()
    };
    let message = stack.signed_for(
        "gateway",
        &Actor::Person(*person),
        ListUserRowsRequest { query: Some(query) },
    );
    let page = stack.reports().list_user_rows(message).await?.into_inner();
    Ok((page.rows, page.next_page_token))
}

async fn invitations(stack: &Stack, person: &Person) -> Vec<InvitationRow> {
    let message = stack.signed_for("gateway", &Actor::Person(*person), ListInvitationRowsRequest::default());
    stack
        .reports()
        .list_invitation_rows(message)
        .await
        .unwrap()
        .into_inner()
        .rows
}

async fn holders(stack: &Stack, person: &Person, ids: &[String]) -> Result<Vec<Holder>, Status> {
    let message = BatchGetHoldersRequest { ids: ids.to_vec() };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    Ok(stack.reports().batch_get_holders(message).await?.into_inner().holders)
}

async fn group(stack: &Stack, person: &Person, name: &str) -> String {
    let message = CreateGroupRequest {
        name: name.into(),
        ..CreateGroupRequest::default()
    };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    stack
        .groups()
        .create_group(message)
        .await
        .unwrap()
        .into_inner()
        .group
        .unwrap()
        .id
}

async fn users_come_with_the_names_of_their_groups(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let mut request = add(&[&address(), &address()]);
    request.options.as_mut().unwrap().group_id = group(&stack, &owner, "Staff").await;
    stack.commit(&owner, commit(&owner, request)).await.unwrap();

    let (first, token) = users(&stack, &owner, "").await.unwrap();
    let (last, end) = users(&stack, &owner, &token).await.unwrap();
    let names: Vec<_> = first.iter().chain(&last).map(|row| row.group_name.as_str()).collect();
    assert_eq!(names, ["", "Staff", "Staff"]);
    assert!(
        first
            .iter()
            .chain(&last)
            .all(|row| row.settings_template_name.is_empty())
    );
    assert_eq!(end, "");
    for refused in [users(&stack, &other, &token).await, users(&stack, &owner, "x").await] {
        assert_eq!(refusal(refused), (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
    assert_eq!(users(&stack, &other, "").await.unwrap().0.len(), 1);
}

async fn invitations_come_with_who_invited(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let rows = invitations(&stack, &owner).await;
    let names: Vec<_> = rows.iter().map(|row| row.inviter_name.as_str()).collect();
    assert_eq!(names, ["Charles Babbage"]);
    assert!(rows[0].inviter_email.starts_with("owner-"));
    let found = rows[0].invitation.as_ref().unwrap();
    assert_eq!((found.state(), found.send_count), (invitation::State::Pending, 1));
    assert!(invitations(&stack, &other).await.is_empty());
}

async fn holders_of_another_account_do_not_exist(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let theirs = users(&stack, &other, "").await.unwrap().0[0].user.clone().unwrap();
    let answer = stack
        .commit(&owner, commit(&owner, add(&[&theirs.email])))
        .await
        .unwrap();
    let invited = answer.results[0].invitation_id.clone();
    let asked = [
        owner.user.to_string(),
        other.user.to_string(),
        invited.clone(),
        UserId::new().to_string(),
        InvitationId::new().to_string(),
        "nobody".to_owned(),
    ];

    let mut found = holders(&stack, &owner, &asked).await.unwrap();
    found.sort_by(|a, b| a.id.cmp(&b.id));

    assert_eq!(found.len(), 2);
    assert_eq!((&found[0].id, &found[0].email), (&invited, &theirs.email));
    assert_eq!(
        (found[0].given_name.as_str(), found[0].user_state()),
        ("", user::State::Unspecified)
    );
    assert_eq!(
        (found[1].given_name.as_str(), found[1].user_state()),
        ("Charles", user::State::Active)
    );
    let seen = holders(&stack, &other, &asked).await.unwrap();
    assert_eq!(
        seen.iter().map(|holder| &holder.id).collect::<Vec<_>>(),
        [&other.user.to_string()]
    );
    let many = vec![invited; 1_001];
    let refused = refusal(holders(&stack, &owner, &many).await);
    assert_eq!(refused, (Code::InvalidArgument, "HOLDERS_COUNT".into()));
}

async fn a_report_is_for_a_person(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for actor in [Actor::Service, Actor::Nobody] {
        let message = stack.signed_for("gateway", &actor, ListUserRowsRequest::default());
        let refused = refusal(stack.reports().list_user_rows(message).await);
        assert_eq!(refused, (Code::Unauthenticated, "CALLER_REQUIRED".into()));
    }
}
