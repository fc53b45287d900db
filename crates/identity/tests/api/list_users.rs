//! ListUsers: filters, orders and pages.

use chassis::Person;
use identity::Config;
use proto::admin::v1::{AddUsersRequest, NewUser};
use proto::identity::v1::user::State;
use proto::identity::v1::{
    DeleteUserRequest, ListUsersRequest, ListUsersResponse, Role as WireRole, SuspendUserRequest, UserFilter, UserOrder,
};
use tonic::{Code, Status};
use types::{GroupId, RequestId, Role};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{bad_fields, commit, products, refusal};

on_both_databases! {
    a_text_finds_whose_name_or_address_begins_with_it
    what_a_text_says_it_says_literally
    every_order_is_kept_from_page_to_page_and_turned_round
    only_the_users_that_a_filter_lets_pass_are_listed
    deleted_users_are_listed_when_they_are_asked_for
    a_page_token_is_good_for_its_own_query_only
    what_cannot_be_listed_by_is_refused
    only_those_who_see_roles_list_by_them
}

/// Given name, family name, address.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("Ada", "Lovelace", "ada@a.example"),
    ("Grace", "Hopper", "grace@b.example"),
    ("Mary Ann", "Adams", "mary@c.example"),
    ("Łucja", "Żak", "lucja@d.example"),
    ("ΟΔΥΣΣΕΥΣ", "Ανδρούτσος", "odysseus@e.example"),
    ("100%", "Sure_thing", "percent@f.example"),
    ("adele", "goldberg", "z_goldberg@g.example"),
    ("Ada", "Lovelace", "second@h.example"),
];

/// An account with these people, beside its owner: Charles Babbage.
async fn furnished(stack: &Stack) -> Person {
    let owner = stack.owner().await;
    let new_user = |&(given, family, email): &(&str, &str, &str)| NewUser {
        given_name: given.into(),
        family_name: family.into(),
        email: at(&owner, email),
        options: None,
    };
    let request = AddUsersRequest {
        request_id: RequestId::new().to_string(),
        users: PEOPLE.iter().map(new_user).collect(),
        options: Some(products(&["training"])),
        validate_only: false,
        allow_partial: false,
    };
    stack.commit(&owner, commit(&owner, request)).await.unwrap();
    owner
}

/// The address in this account's own domain: addresses are unique over all accounts.
fn at(owner: &Person, email: &str) -> String {
    format!("{email}.{}.test", owner.account.uuid().simple())
}

async fn list(stack: &Stack, by: &Person, message: ListUsersRequest) -> Result<ListUsersResponse, Status> {
    Ok(stack.users().list_users(stack.by(by, message)).await?.into_inner())
}

/// The names of everybody on every page.
async fn names(stack: &Stack, by: &Person, query: ListUsersRequest, page_size: i32) -> Vec<String> {
    let (mut names, mut page_token) = (vec![], String::new());
    loop {
        let message = ListUsersRequest {
            page_size,
            page_token,
            ..query.clone()
        };
        let page = list(stack, by, message).await.unwrap();
        assert!(page.users.len() <= usize::try_from(page_size).unwrap());
        names.extend(
            page.users
                .into_iter()
                .map(|user| format!("{} {}", user.given_name, user.family_name)),
        );
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

fn filtered(filter: UserFilter) -> ListUsersRequest {
    ListUsersRequest {
        filter: Some(filter),
        ..ListUsersRequest::default()
    }
}

fn text(text: &str) -> ListUsersRequest {
    filtered(UserFilter {
        text: text.into(),
        ..UserFilter::default()
    })
}

async fn a_text_finds_whose_name_or_address_begins_with_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, _other) = (furnished(&stack).await, furnished(&stack).await);
    let (ada, mary, lucja, odysseus) = ("Ada Lovelace", "Mary Ann Adams", "Łucja Żak", "ΟΔΥΣΣΕΥΣ Ανδρούτσος");
    let cases: [(&str, &[&str]); 17] = [
        ("ada", &[ada, mary, ada]),
        ("ADA L", &[ada, ada]),
        ("Lovelace A", &[ada, ada]),
        ("lovelace", &[ada, ada]),
        ("mary a", &[mary]),
        ("mary ann ad", &[mary]),
        ("ann", &[]),
        ("żak", &[lucja]),
        ("ŁUCJA ŻAK", &[lucja]),
        ("Οδυσ", &[odysseus]),
        ("ΟΔΥΣΣΕΥΣ", &[odysseus]),
        ("ανδρ", &[odysseus]),
        ("GRACE@B", &["Grace Hopper"]),
        ("  second@", &[ada]),
        ("hopper grace", &["Grace Hopper"]),
        ("race", &[]),
        (&*"x".repeat(300).leak(), &[]),
    ];
    for (prefix, expected) in cases {
        for page_size in [1, 50] {
            assert_eq!(
                names(&stack, &owner, text(prefix), page_size).await,
                expected,
                "{prefix}"
            );
        }
    }
}

async fn what_a_text_says_it_says_literally(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = furnished(&stack).await;
    let cases: [(&str, &[&str]); 8] = [
        ("%", &[]),
        ("_", &[]),
        ("100%", &["100% Sure_thing"]),
        ("1%", &[]),
        ("sure_t", &["100% Sure_thing"]),
        ("sure%", &[]),
        ("z_g", &["adele goldberg"]),
        ("z\\", &[]),
    ];
    for (prefix, expected) in cases {
        assert_eq!(names(&stack, &owner, text(prefix), 50).await, expected, "{prefix}");
    }
}

async fn every_order_is_kept_from_page_to_page_and_turned_round(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = furnished(&stack).await;
    let by_age = [
        "Charles Babbage",
        "Ada Lovelace",
        "Grace Hopper",
        "Mary Ann Adams",
        "Łucja Żak",
        "ΟΔΥΣΣΕΥΣ Ανδρούτσος",
        "100% Sure_thing",
        "adele goldberg",
        "Ada Lovelace",
    ];
    let by_name = [
        "Mary Ann Adams",
        "Charles Babbage",
        "adele goldberg",
        "Grace Hopper",
        "Ada Lovelace",
        "Ada Lovelace",
        "100% Sure_thing",
        "Łucja Żak",
        "ΟΔΥΣΣΕΥΣ Ανδρούτσος",
    ];
    let by_address = [
        "Ada Lovelace",
        "Grace Hopper",
        "Łucja Żak",
        "Mary Ann Adams",
        "ΟΔΥΣΣΕΥΣ Ανδρούτσος",
        "Charles Babbage",
        "100% Sure_thing",
        "Ada Lovelace",
        "adele goldberg",
    ];
    let cases = [
        (UserOrder::Unspecified, by_age),
        (UserOrder::CreateTime, by_age),
        (UserOrder::Name, by_name),
        (UserOrder::Email, by_address),
    ];
    for (order, mut expected) in cases {
        for descending in [false, true] {
            let query = ListUsersRequest {
                order_by: order.into(),
                descending,
                ..ListUsersRequest::default()
            };
            for page_size in [1, 2, 500] {
                let seen = names(&stack, &owner, query.clone(), page_size).await;
                assert_eq!(seen, expected, "{order:?} {descending} {page_size}");
            }
            expected.reverse();
        }
    }
}

/// States, roles, group, product and text in one filter.
fn filter(states: &[State], roles: &[WireRole], group_id: &str, product: &str, text: &str) -> UserFilter {
    UserFilter {
        states: states.iter().map(|&state| state.into()).collect(),
        roles: roles.iter().map(|&role| role.into()).collect(),
        product: product.into(),
        group_id: group_id.into(),
        text: text.into(),
    }
}

/// Puts a group into an account.
async fn add_group(stack: &Stack, person: &Person) -> String {
    let (group, account) = (GroupId::new(), person.account);
    let insert = format!(
        "INSERT INTO groups (id, account_id, name, name_key, description, revision, create_time, update_time)
        VALUES ('{group}', '{account}', 'a', 'a', '', 1, 0, 0)"
    );
    stack.execute(&insert).await;
    group.to_string()
}

async fn only_the_users_that_a_filter_lets_pass_are_listed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = furnished(&stack).await;
    let group = &add_group(&stack, &owner).await;
    let join = format!("UPDATE users SET group_id = '{group}' WHERE given_name = 'Grace'");
    stack.execute(&join).await;
    let promote = "UPDATE users SET role = 'ADMIN', state = 'ACTIVE' WHERE given_name = 'adele'";
    stack.execute(promote).await;
    let (grace, adele, charles) = ("Grace Hopper", "adele goldberg", "Charles Babbage");
    let (active, invited) = (State::Active, State::Invited);
    let (member, admin, chief) = (WireRole::Member, WireRole::Admin, WireRole::SuperAdmin);
    let cases: [(UserFilter, &[&str]); 8] = [
        (filter(&[active], &[], "", "", ""), &[charles, adele]),
        (filter(&[], &[admin], "", "", ""), &[adele]),
        (filter(&[], &[admin, chief], "", "", ""), &[charles, adele]),
        (filter(&[active], &[member], "", "", ""), &[]),
        (filter(&[], &[], group, "", ""), &[grace]),
        (filter(&[active], &[], group, "", ""), &[]),
        (filter(&[active], &[], "", "training", "ad"), &[adele]),
        (filter(&[], &[], "", "train", ""), &[]),
    ];
    for (filter, expected) in cases {
        let seen = names(&stack, &owner, filtered(filter.clone()), 1).await;
        assert_eq!(seen, expected, "{filter:?}");
    }
    let everybody = filter(&[active, invited], &[], "", "training", "");
    let seen = names(&stack, &owner, filtered(everybody), 3).await;
    assert_eq!(seen.len(), 8, "the owner has no seat");
}

async fn deleted_users_are_listed_when_they_are_asked_for(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let (gone, out) = (
        stack.member(&owner).await.user.to_string(),
        stack.member(&owner).await.user.to_string(),
    );
    let delete = DeleteUserRequest {
        user_id: gone.clone(),
        etag: String::new(),
    };
    stack.users().delete_user(stack.by(&owner, delete)).await.unwrap();
    let suspend = SuspendUserRequest {
        user_id: out.clone(),
        release_seats: false,
        etag: String::new(),
    };
    stack.users().suspend_user(stack.by(&owner, suspend)).await.unwrap();
    let ids = async |states: &[State]| {
        let states = states.iter().map(|&state| state.into()).collect();
        let filter = UserFilter {
            states,
            ..UserFilter::default()
        };
        let page = list(&stack, &owner, filtered(filter)).await.unwrap();
        page.users.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    let owner_id = owner.user.to_string();
    assert_eq!(ids(&[]).await, [owner_id.clone(), out.clone()]);
    assert_eq!(ids(&[State::Deleted]).await, [gone.as_str()]);
    assert_eq!(ids(&[State::Suspended]).await, [out.as_str()]);
    assert_eq!(
        ids(&[State::Deleted, State::Suspended]).await,
        [gone.clone(), out.clone()]
    );
    assert_eq!(ids(&[State::Deleted, State::Active]).await, [owner_id, gone]);
}

async fn a_page_token_is_good_for_its_own_query_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (furnished(&stack).await, furnished(&stack).await);
    let query = ListUsersRequest {
        page_size: 1,
        order_by: UserOrder::Name.into(),
        ..text("ada")
    };
    let page_token = list(&stack, &owner, query.clone()).await.unwrap().next_page_token;
    let query = ListUsersRequest {
        page_token: page_token.clone(),
        ..query
    };
    // Another page size is the same list.
    list(
        &stack,
        &owner,
        ListUsersRequest {
            page_size: 2,
            ..query.clone()
        },
    )
    .await
    .unwrap();
    let invalid = (Code::InvalidArgument, "PAGE_TOKEN_INVALID".to_owned());
    let altered = |text: String| ListUsersRequest {
        page_token: text,
        ..query.clone()
    };
    let mut flipped = page_token.clone().into_bytes();
    flipped[30] ^= 1;
    let others = [
        ListUsersRequest {
            filter: None,
            ..query.clone()
        },
        ListUsersRequest {
            filter: text("adb").filter,
            ..query.clone()
        },
        ListUsersRequest {
            order_by: UserOrder::Email.into(),
            ..query.clone()
        },
        ListUsersRequest {
            descending: true,
            ..query.clone()
        },
        altered(format!("{page_token}A")),
        altered(String::from_utf8(flipped).unwrap()),
        altered("AAAA".into()),
    ];
    for message in others {
        assert_eq!(refusal(list(&stack, &owner, message).await), invalid);
    }
    assert_eq!(refusal(list(&stack, &other, query).await), invalid);
}

async fn what_cannot_be_listed_by_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let foreign = &add_group(&stack, &other).await;
    let by_states = |states: Vec<i32>| {
        filtered(UserFilter {
            states,
            ..UserFilter::default()
        })
    };
    let by_group = |group: &str| filtered(filter(&[], &[], group, "", ""));
    let mut unknown_role = filter(&[], &[], "", "", "");
    unknown_role.roles.push(-1);
    let (mut unknown_order, mut negative) = (text(""), text(""));
    (unknown_order.order_by, negative.page_size) = (99, -1);
    let cases = [
        (by_states(vec![2, 0]), "filter.states[1]", "FILTER_INVALID"),
        (by_states(vec![99]), "filter.states[0]", "FILTER_INVALID"),
        (filtered(unknown_role), "filter.roles[0]", "FILTER_INVALID"),
        (text("a\0"), "filter.text", "FILTER_INVALID"),
        (unknown_order, "order_by", "FILTER_INVALID"),
        (by_group("sales"), "filter.group_id", "ID_MALFORMED"),
        (by_group(foreign), "filter.group_id", "GROUP_NOT_FOUND"),
        (negative, "page_size", "PAGE_SIZE_INVALID"),
    ];
    for (message, field, reason) in cases {
        let refused = list(&stack, &owner, message).await.unwrap_err();
        assert_eq!(bad_fields(&refused), [(field.to_owned(), reason.to_owned())]);
    }
}

async fn only_those_who_see_roles_list_by_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let by_role = filtered(filter(&[], &[WireRole::Member], "", "", ""));
    let refused = refusal(list(&stack, &admin, by_role).await);
    assert_eq!(refused, (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".into()));
}
