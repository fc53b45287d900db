//! ListInvitations and GetInvitation: the inviting account's side.

use chassis::Person;
use identity::Config;
use proto::identity::v1::invitation::{Kind, State};
use proto::identity::v1::{GetInvitationRequest, Invitation, ListInvitationsRequest, ListInvitationsResponse, Role};
use tonic::{Code, Status};
use types::{Role as Rank, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, person, refusal};

on_both_databases! {
    an_invitation_tells_what_it_promises_and_how_often_it_was_sent
    invitations_are_filtered_by_state_kind_and_address
    pages_go_on_where_the_last_one_left_off_and_are_bound_to_their_query
    filters_that_mean_nothing_are_refused
}

async fn list(
    stack: &Stack,
    person: &Person,
    message: ListInvitationsRequest,
) -> Result<ListInvitationsResponse, Status> {
    let answer = stack.invitations().list_invitations(stack.by(person, message)).await?;
    Ok(answer.into_inner())
}

fn filter(states: &[State], kind: Kind, email_prefix: &str) -> ListInvitationsRequest {
    ListInvitationsRequest {
        states: states.iter().map(|state| (*state).into()).collect(),
        kind: kind.into(),
        email_prefix: email_prefix.into(),
        ..ListInvitationsRequest::default()
    }
}

async fn invite(stack: &Stack, owner: &Person, emails: &[&str]) -> Vec<String> {
    let answer = stack.commit(owner, commit(owner, add(emails))).await.unwrap();
    answer.results.into_iter().map(|result| result.invitation_id).collect()
}

fn addresses(page: &ListInvitationsResponse) -> Vec<&str> {
    page.invitations.iter().map(|it| it.email.as_str()).collect()
}

async fn an_invitation_tells_what_it_promises_and_how_often_it_was_sent(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = (stack.owner().await, format!("Ada.{}", address()));
    let answer = stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
    let admin = person(owner.account, UserId::new(), Rank::Admin);
    for (reader, role) in [(&owner, Role::Member), (&admin, Role::Unspecified)] {
        let message = GetInvitationRequest {
            invitation_id: answer.results[0].invitation_id.clone(),
        };
        let found = stack.invitations().get_invitation(stack.by(reader, message)).await;
        let found = found.unwrap().into_inner().invitation.unwrap();
        let times = (found.create_time, found.expire_time, found.last_send_time);
        let expected = Invitation {
            id: answer.results[0].invitation_id.clone(),
            kind: Kind::Join.into(),
            state: State::Pending.into(),
            email: email.clone(),
            inviter_id: owner.user.to_string(),
            user_id: answer.results[0].user_id.clone(),
            products: vec!["training".into()],
            role: role.into(),
            language: "en".into(),
            time_zone: "UTC".into(),
            send_count: 1,
            create_time: times.0,
            expire_time: times.1,
            last_send_time: times.0,
            ..Invitation::default()
        };
        assert_eq!(found, expected);
        assert!(times.0.is_some() && times.1.is_some() && times.2 == times.0);
        let listed = list(&stack, reader, ListInvitationsRequest::default()).await.unwrap();
        assert_eq!(listed.invitations, [expected]);
    }
}

async fn invitations_are_filtered_by_state_kind_and_address(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, owner) = (stack.owner().await, stack.owner().await);
    let moving = address();
    invite(&stack, &home, &[&moving]).await;
    let emails = [
        "a_1@example.com",
        "ab1@example.com",
        "a%1@example.com",
        "Bob@example.com",
    ];
    let ids = invite(&stack, &owner, &emails).await;
    invite(&stack, &owner, &[&moving]).await;
    for (id, state) in ids.iter().zip(["ACCEPTED", "DECLINED", "REVOKED"]) {
        stack
            .execute(&format!("UPDATE invitations SET state = '{state}' WHERE id = '{id}'"))
            .await;
    }
    // Its time is over, whether or not the timer has come by.
    stack
        .execute(&format!(
            "UPDATE invitations SET expire_time = 0 WHERE id = '{}'",
            ids[3]
        ))
        .await;
    let cases: [(ListInvitationsRequest, &[&str]); 8] = [
        (filter(&[State::Pending], Kind::Unspecified, ""), &[&moving]),
        (filter(&[State::Expired], Kind::Unspecified, ""), &["Bob@example.com"]),
        (
            filter(
                &[State::Revoked, State::Accepted, State::Superseded],
                Kind::Unspecified,
                "",
            ),
            &["a_1@example.com", "a%1@example.com"],
        ),
        (filter(&[], Kind::Transfer, ""), &[&moving]),
        (filter(&[], Kind::Unspecified, "a_"), &["a_1@example.com"]),
        (filter(&[], Kind::Unspecified, "A%"), &["a%1@example.com"]),
        (filter(&[], Kind::Join, "BO"), &["Bob@example.com"]),
        (filter(&[], Kind::Unspecified, "example.com"), &[]),
    ];
    for (message, expected) in cases {
        let page = list(&stack, &owner, message.clone()).await.unwrap();
        assert_eq!(addresses(&page), expected, "{message:?}");
    }
}

async fn pages_go_on_where_the_last_one_left_off_and_are_bound_to_their_query(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let (owner, stranger) = (stack.owner().await, stack.owner().await);
    let emails: Vec<String> = (0..5).map(|_| address()).collect();
    invite(&stack, &owner, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let pending = ListInvitationsRequest {
        page_size: 2,
        ..filter(&[State::Pending], Kind::Unspecified, "")
    };
    let (mut found, mut message) = (Vec::new(), pending.clone());
    loop {
        let page = list(&stack, &owner, message.clone()).await.unwrap();
        found.extend(page.invitations.into_iter().map(|it| it.email));
        if page.next_page_token.is_empty() {
            break;
        }
        message.page_token = page.next_page_token;
    }
    assert_eq!(found, emails);
    let token = message.page_token;
    let elsewhere = [
        (&stranger, filter(&[State::Pending], Kind::Unspecified, "")),
        (&owner, filter(&[], Kind::Unspecified, "")),
        (&owner, filter(&[State::Pending], Kind::Join, "")),
        (&owner, filter(&[State::Pending], Kind::Unspecified, "a")),
    ];
    for (person, message) in elsewhere {
        let page_token = token.clone();
        let refused = list(&stack, person, ListInvitationsRequest { page_token, ..message }).await;
        assert_eq!(refusal(refused), (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
    let altered = ListInvitationsRequest {
        page_token: format!("A{}", &token[1..]),
        ..pending.clone()
    };
    let refused = refusal(list(&stack, &owner, altered).await);
    assert_eq!(refused, (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    let negative = ListInvitationsRequest {
        page_size: -1,
        ..pending
    };
    let refused = refusal(list(&stack, &owner, negative).await);
    assert_eq!(refused, (Code::InvalidArgument, "PAGE_SIZE_INVALID".into()));
}

async fn filters_that_mean_nothing_are_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    for (message, field, reason) in [
        (
            ListInvitationsRequest {
                states: vec![State::Pending.into(), 99],
                ..Default::default()
            },
            "states[1]",
            "STATE_UNKNOWN",
        ),
        (
            filter(&[State::Unspecified], Kind::Unspecified, ""),
            "states[0]",
            "STATE_UNKNOWN",
        ),
        (
            ListInvitationsRequest {
                kind: 99,
                ..Default::default()
            },
            "kind",
            "KIND_UNKNOWN",
        ),
    ] {
        let status = list(&stack, &owner, message).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.to_owned(), reason.to_owned())]);
        assert_eq!(refusal::<()>(Err(status)), (Code::InvalidArgument, reason.into()));
    }
}
