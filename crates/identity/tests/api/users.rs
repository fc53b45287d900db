//! GetUser and ListUsers: of the caller's own account only.

use chassis::{Actor, Person};
use identity::Config;
use proto::identity::v1::{GetUserRequest, ListUsersRequest, ListUsersResponse, Role, User};
use tonic::{Code, Status};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, commit, person, refusal};

on_both_databases! {
    the_users_of_another_account_do_not_exist
    a_list_is_read_in_pages_without_gaps
    a_page_token_is_good_for_its_own_list_only
    roles_are_shown_to_those_who_may_see_them
}

async fn get(stack: &Stack, person: &Person, id: &str) -> Result<User, Status> {
    let message = GetUserRequest { user_id: id.to_owned() };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    Ok(stack.users().get_user(message).await?.into_inner().user.unwrap())
}

async fn list(stack: &Stack, person: &Person, size: i32, token: &str) -> Result<ListUsersResponse, Status> {
    let message = ListUsersRequest {
        page_size: size,
        page_token: token.to_owned(),
        ..ListUsersRequest::default()
    };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    Ok(stack.users().list_users(message).await?.into_inner())
}

async fn the_users_of_another_account_do_not_exist(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let answer = stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let ada = &answer.results[0].user_id;
    assert_eq!(get(&stack, &owner, ada).await.unwrap().id, *ada);
    for id in [ada, &owner.user.to_string(), &types::UserId::new().to_string()] {
        let refused = refusal(get(&stack, &other, id).await);
        assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".into()));
    }
    let seen = list(&stack, &other, 0, "").await.unwrap().users;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].id, other.user.to_string());
}

async fn a_list_is_read_in_pages_without_gaps(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let emails: Vec<_> = (0..6).map(|_| address()).collect();
    let rows: Vec<_> = emails.iter().map(String::as_str).collect();
    stack.commit(&owner, commit(&owner, add(&rows))).await.unwrap();
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = list(&stack, &owner, 3, &token).await.unwrap();
        assert!((1..=3).contains(&page.users.len()));
        seen.extend(page.users.into_iter().map(|user| user.email));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        // Who comes meanwhile stands at the end, and moves nobody.
        if seen.len() == 3 {
            stack
                .commit(&owner, commit(&owner, add(&["late@example.com"])))
                .await
                .unwrap();
        }
    }
    assert_eq!(seen[1..7], emails);
    assert_eq!(seen[7..], ["late@example.com"]);
    let refused = refusal(list(&stack, &owner, -1, "").await);
    assert_eq!(refused, (Code::InvalidArgument, "PAGE_SIZE_INVALID".into()));
}

async fn a_page_token_is_good_for_its_own_list_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let rows = add(&[&address(), &address()]);
    stack.commit(&owner, commit(&owner, rows)).await.unwrap();
    let token = list(&stack, &owner, 1, "").await.unwrap().next_page_token;
    assert_ne!(token, "");
    let altered = format!("{token}x");
    for (person, token) in [(&other, token.as_str()), (&owner, "x"), (&owner, altered.as_str())] {
        let refused = refusal(list(&stack, person, 1, token).await);
        assert_eq!(refused, (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
}

async fn roles_are_shown_to_those_who_may_see_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = person(owner.account, owner.user, types::Role::Admin);
    let id = owner.user.to_string();
    let seen = get(&stack, &owner, &id).await.unwrap();
    assert_eq!((seen.role(), seen.billing_contact), (Role::SuperAdmin, true));
    let seen = get(&stack, &admin, &id).await.unwrap();
    assert_eq!((seen.role(), seen.billing_contact), (Role::Unspecified, false));
}
