//! The life of a user: invited, active, suspended, deleted, and back.

use std::time::Duration;

use proto::admin::v1::ListPeopleRequest;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::identity::v1::user::State;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    DeleteUserRequest, GetMyselfRequest, GetUserRequest, ReactivateUserRequest, RestoreUserRequest, Role,
    SuspendUserRequest, UpdateMyselfRequest, UpdateUserRequest, User, UserFilter, UserOrder,
};
use testkit::eventually;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, fresh, on_both, refusal};

on_both! {
    a_user_lives_through_every_state
    nobody_manages_whom_they_may_not
    people_are_found_sorted_and_read_page_by_page
}

/// How long an access token may outlive what it was given for.
const BOUND: Duration = Duration::from_secs(5);

fn users(caller: &Owner) -> UserServiceClient<Channel> {
    UserServiceClient::new(caller.channel.clone())
}

async fn suspend(by: &Owner, user_id: &str, release_seats: bool) -> Result<User, Status> {
    let message = SuspendUserRequest {
        user_id: user_id.into(),
        release_seats,
        etag: String::new(),
    };
    let answer = users(by).suspend_user(by.request(message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn reactivate(by: &Owner, user_id: &str) -> Result<User, Status> {
    let message = ReactivateUserRequest {
        user_id: user_id.into(),
        etag: String::new(),
    };
    let answer = users(by).reactivate_user(by.request(message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn delete(by: &Owner, user_id: &str, etag: &str) -> Result<User, Status> {
    let message = DeleteUserRequest {
        user_id: user_id.into(),
        etag: etag.into(),
    };
    let answer = users(by).delete_user(by.request(message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn restore(by: &Owner, user_id: &str) -> Result<User, Status> {
    let message = RestoreUserRequest {
        user_id: user_id.into(),
        etag: String::new(),
    };
    let answer = users(by).restore_user(by.request(message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn rename(by: &Owner, user_id: &str, given_name: &str) -> Result<User, Status> {
    let message = UpdateUserRequest {
        user: Some(User {
            id: user_id.into(),
            given_name: given_name.into(),
            ..User::default()
        }),
        update_mask: None,
    };
    let answer = users(by).update_user(by.request(message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn myself(caller: &Owner) -> Result<User, Status> {
    let answer = users(caller).get_myself(caller.request(GetMyselfRequest {})).await?;
    Ok(answer.into_inner().user.unwrap())
}

/// Waits until an access token is refused, no longer than it may take.
async fn is_out(caller: &Owner) {
    let refused = eventually(BOUND, async || {
        myself(caller).await.err().ok_or("the old token still works")
    })
    .await;
    assert_eq!(refusal(&refused), (Code::Unauthenticated, "SESSION_ENDED".into()));
}

async fn seats_are(owner: &Owner, assigned: i64) {
    eventually(PATIENCE, async || match owner.pool("training").await.assigned {
        found if found == assigned => Ok(()),
        found => Err(format!("{found} seats are assigned")),
    })
    .await;
}

/// Adds somebody with this role and lets them accept.
async fn join(world: &World, owner: &Owner, name: &str, role: Role) -> (String, Owner) {
    let email = fresh(name);
    let mut request = adding(&[&email], &["training"]);
    request.options.as_mut().unwrap().role = role.into();
    owner.add(request).await.unwrap();
    let person = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    (email, person)
}

async fn a_user_lives_through_every_state(world: &World) {
    let owner = world.account().await;
    let (email, ada) = join(world, &owner, "ada", Role::Unspecified).await;
    let id = ada.tokens.user_id.clone();
    assert_eq!(myself(&ada).await.unwrap().state(), State::Active);
    seats_are(&owner, 1).await;

    // Suspended: out at once, the seat is held.
    assert_eq!(suspend(&owner, &id, false).await.unwrap().state(), State::Suspended);
    is_out(&ada).await;
    let refused = Owner::log_in(world, &email, PASSWORD).await.err().unwrap();
    assert_eq!(refusal(&refused), (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    assert_eq!(owner.pool("training").await.assigned, 1);

    // Back, and changing what is theirs to change.
    reactivate(&owner, &id).await.unwrap();
    let ada = Owner::log_in(world, &email, PASSWORD).await.unwrap();
    let message = UpdateMyselfRequest {
        user: Some(User {
            language: "fr".into(),
            ..User::default()
        }),
        update_mask: None,
    };
    users(&ada).update_myself(ada.request(message)).await.unwrap();
    let seen = owner.person(&id).await.unwrap();
    assert_eq!(seen.user.unwrap().language, "fr");
    assert_eq!(seen.products, ["training"]);

    // Suspended again, and the seat is wanted elsewhere.
    suspend(&owner, &id, true).await.unwrap();
    seats_are(&owner, 0).await;
    reactivate(&owner, &id).await.unwrap();

    // Deleted: not listed, but found, and restored without seats.
    let (email, mary) = join(world, &owner, "mary", Role::Unspecified).await;
    let id = mary.tokens.user_id.clone();
    seats_are(&owner, 1).await;
    let deleted = delete(&owner, &id, "").await.unwrap();
    is_out(&mary).await;
    seats_are(&owner, 0).await;
    assert!(
        owner
            .people()
            .await
            .iter()
            .all(|person| person.user.as_ref().unwrap().id != id)
    );
    let found = owner.person(&id).await.unwrap().user.unwrap();
    assert_eq!((found.state(), found.purge_time), (State::Deleted, deleted.purge_time));
    let restored = restore(&owner, &id).await.unwrap();
    assert_eq!((restored.state(), restored.products.len()), (State::Active, 0));
    Owner::log_in(world, &email, PASSWORD).await.unwrap();

    // Deleted before they joined: gone, and the address is free.
    let email = fresh("grace");
    let added = owner.add(adding(&[&email], &["training"])).await.unwrap();
    let id = &added.results[0].user_id;
    delete(&owner, id, "").await.unwrap();
    let refused = restore(&owner, id).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "USER_NEVER_JOINED".into())
    );
    owner.add(adding(&[&email], &["training"])).await.unwrap();
    seats_are(&owner, 1).await;
}

/// What each way of managing a user answers.
async fn attempts(by: &Owner, id: &str) -> Vec<(Code, String)> {
    let answers = [
        rename(by, id, "Augusta").await,
        suspend(by, id, true).await,
        reactivate(by, id).await,
        delete(by, id, "").await,
        restore(by, id).await,
    ];
    answers
        .into_iter()
        .map(|answer| refusal(&answer.unwrap_err()))
        .collect()
}

async fn nobody_manages_whom_they_may_not(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let (_, admin) = join(world, &owner, "admin", Role::Admin).await;
    let (_, colleague) = join(world, &owner, "colleague", Role::Admin).await;
    let (_, member) = join(world, &owner, "member", Role::Unspecified).await;
    let protected = (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".to_owned());
    for above in [&owner, &colleague] {
        let refused = attempts(&admin, &above.tokens.user_id).await;
        assert!(refused.iter().all(|refusal| *refusal == protected), "{refused:?}");
    }
    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    let refused = attempts(&stranger, &member.tokens.user_id).await;
    assert!(refused.iter().all(|refusal| *refusal == unknown), "{refused:?}");
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    let refused = attempts(&member, &admin.tokens.user_id).await;
    assert!(refused.iter().all(|refusal| *refusal == lacking), "{refused:?}");
    // The billing contact is not to be ended by anybody, and a stale etag ends nobody.
    let refused = suspend(&owner, &owner.tokens.user_id, false).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "BILLING_CONTACT".into()));
    let refused = delete(&owner, &colleague.tokens.user_id, "0").await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::Aborted, "ETAG_MISMATCH".into()));
    for (caller, state) in [
        (&owner, State::Active),
        (&colleague, State::Active),
        (&member, State::Active),
    ] {
        assert_eq!(myself(caller).await.unwrap().state(), state);
    }
    // Roles are seen by those who may, in one's own record too.
    assert_eq!(myself(&admin).await.unwrap().role(), Role::Unspecified);
    let message = GetUserRequest {
        user_id: admin.tokens.user_id.clone(),
    };
    let seen = users(&owner)
        .get_user(owner.request(message))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(seen.user.unwrap().role(), Role::Admin);
    // What an admin may.
    rename(&admin, &member.tokens.user_id, "Augusta").await.unwrap();
    delete(&admin, &member.tokens.user_id, "").await.unwrap();
    is_out(&member).await;
}

async fn people_are_found_sorted_and_read_page_by_page(world: &World) {
    let owner = world.account().await;
    let names = [
        ("Ada", "Lovelace"),
        ("Grace", "Hopper"),
        ("Mary", "Adams"),
        ("Adele", "Goldberg"),
    ];
    let emails: Vec<_> = names.iter().map(|(given, _)| fresh(given)).collect();
    let mut request = adding(&emails.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    for (user, (given, family)) in request.users.iter_mut().zip(names) {
        (user.given_name, user.family_name) = (given.into(), family.into());
    }
    owner.add(request).await.unwrap();
    let mut client = PeopleServiceClient::new(owner.channel.clone());
    let by_name = ListPeopleRequest {
        page_size: 1,
        filter: Some(UserFilter {
            text: "AD".into(),
            states: vec![State::Invited.into()],
            ..UserFilter::default()
        }),
        order_by: UserOrder::Name.into(),
        descending: true,
        ..ListPeopleRequest::default()
    };
    let (mut seen, mut page_token) = (vec![], String::new());
    loop {
        let message = ListPeopleRequest {
            page_token: page_token.clone(),
            ..by_name.clone()
        };
        let page = client.list_people(owner.request(message)).await.unwrap().into_inner();
        seen.extend(page.people.into_iter().map(|person| person.user.unwrap().family_name));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
    }
    assert_eq!(seen, ["Lovelace", "Goldberg", "Adams"]);
    let other_order = ListPeopleRequest {
        page_token,
        descending: false,
        ..by_name
    };
    let refused = client.list_people(owner.request(other_order)).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
}
