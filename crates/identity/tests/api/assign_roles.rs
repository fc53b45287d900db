//! AssignRoles, and adding users with a role of the account's own.

use chassis::Person;
use identity::Config;
use proto::access_v1::Permission as Wire;
use proto::admin::v1::{AddUsersRequest, UserOptions};
use proto::identity::v1::{Role, RoleAssignment, RoleDefinition};
use tonic::{Code, Status};
use types::{Permission, Permissions, RoleId, UserId};

use crate::roles::{assign, create, get, invited, to, to_own, update, user, with};
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{AddUsersCommit, add, address, arrived, bad_fields, commit, person, refusal, token};

on_both_databases! {
    roles_are_given_to_all_or_none_unless_some_is_enough
    the_posts_stay_filled
    whoever_may_do_less_is_logged_out
    users_are_added_with_a_role_of_the_account_s_own
    a_role_that_cannot_be_given_to_a_new_user_is_told
}

/// Lets users in without a password, as they would by accepting.
async fn activate(stack: &Stack, id: &str) {
    let sql = format!("UPDATE users SET state = 'ACTIVE' WHERE id = '{id}'");
    stack.execute(&sql).await;
}

async fn roles_are_given_to_all_or_none_unless_some_is_enough(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let helpdesk = create(&stack, &owner, "Helpdesk", &[Wire::ManageUsers]).await.unwrap();
    let users = invited(&stack, &owner, 2).await;
    let conflict = RoleAssignment {
        role: Role::Admin.into(),
        ..to_own(&owner.user.to_string(), &helpdesk)
    };
    let rows = vec![
        to_own(&users[0], &helpdesk),
        to(&other.user.to_string(), Role::Member),
        to(&users[0], Role::Admin),
        to(&users[1], Role::Custom),
        to("usr_1", Role::Admin),
        conflict,
        to(&UserId::new().to_string(), Role::Unspecified),
    ];
    let expected = [
        ("assignments[1].user_id", "USER_NOT_FOUND"),
        ("assignments[2].user_id", "USER_REPEATED"),
        ("assignments[3].role", "ROLE_UNKNOWN"),
        ("assignments[4].user_id", "ID_MALFORMED"),
        ("assignments[5].custom_role_id", "ROLE_CONFLICT"),
        ("assignments[6].user_id", "USER_NOT_FOUND"),
    ];
    let refused = assign(&stack, &owner, rows.clone(), false).await.unwrap_err();
    assert_eq!(
        bad_fields(&refused),
        expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
    );
    assert_eq!(user(&stack, &owner, &users[0]).await.role(), Role::Member);

    let answer = assign(&stack, &owner, rows, true).await.unwrap();
    let failed: Vec<_> = answer.results.iter().map(|row| row.error.is_some()).collect();
    assert_eq!(failed, [false, true, true, true, true, true, true]);
    assert_eq!(answer.results[0].user_id, users[0]);
    let ada = user(&stack, &owner, &users[0]).await;
    assert_eq!((ada.role(), ada.custom_role_id), (Role::Custom, helpdesk.id.clone()));
    // Whoever has not joined yet is invited with the new role.
    let promised = "SELECT role || ' ' || custom_role_id AS text FROM invitations WHERE user_id = ";
    let promised = stack.texts(format!("{promised}'{}'", users[0])).await;
    assert_eq!(promised, [format!("CUSTOM {}", helpdesk.id)]);
    assert_eq!(get(&stack, &owner, &helpdesk.id).await.unwrap().holder_count, 1);

    // Once more changes nothing and is not told.
    let etag = user(&stack, &owner, &users[0]).await.etag;
    assign(&stack, &owner, vec![to_own(&users[0], &helpdesk)], false)
        .await
        .unwrap();
    assert_eq!(user(&stack, &owner, &users[0]).await.etag, etag);
    let events = "SELECT count(*) AS n FROM audit_events WHERE action = 'user.assign_role'";
    assert_eq!(stack.count(events).await, 1);
    for count in [0, 1_001] {
        let rows = vec![to(&users[0], Role::Member); count];
        let refused = refusal(assign(&stack, &owner, rows, true).await);
        assert_eq!(refused, (Code::InvalidArgument, "ASSIGNMENTS_COUNT".into()));
    }
}

async fn the_posts_stay_filled(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let me = owner.user.to_string();
    let users = invited(&stack, &owner, 1).await;
    let contact = (Code::FailedPrecondition, "BILLING_CONTACT".to_owned());
    let last = (Code::FailedPrecondition, "LAST_SUPER_ADMIN".to_owned());
    let demote = |role| assign(&stack, &owner, vec![to(&me, role)], false);
    assert_eq!(refusal(demote(Role::Member).await), contact);
    assert_eq!(refusal(demote(Role::Admin).await), last);
    // An heir who has not joined yet does not count.
    let rows = vec![to(&users[0], Role::SuperAdmin), to(&me, Role::Admin)];
    assert_eq!(refusal(assign(&stack, &owner, rows.clone(), false).await), last);
    activate(&stack, &users[0]).await;
    assign(&stack, &owner, rows, false).await.unwrap();
    let heir = person(owner.account, users[0].parse().unwrap(), types::Role::SuperAdmin);
    let rows = vec![to(&users[0], Role::Admin), to(&me, Role::Member)];
    let answer = assign(&stack, &heir, rows, true).await.unwrap();
    let codes: Vec<_> = answer.results.into_iter().map(|row| row.error.unwrap().code).collect();
    assert_eq!(codes, [Code::FailedPrecondition as i32; 2]);
}

async fn whoever_may_do_less_is_logged_out(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = invited(&stack, &owner, 1).await;
    let id = users[0].as_str();
    let mail = arrived(1, || stack.peers.mails()).await.remove(0);
    let accept = proto::identity::v1::AcceptInvitationRequest {
        token: token(&mail),
        password: crate::words::PASSWORD.into(),
    };
    stack
        .invitations()
        .accept_invitation(stack.anonymous(accept))
        .await
        .unwrap();
    let sessions = format!("SELECT count(*) AS n FROM sessions WHERE user_id = '{id}' AND end_time IS NULL");
    let role = create(
        &stack,
        &owner,
        "Deputy",
        &[Wire::JoinSessions, Wire::HostSessions, Wire::ManagePersonalSettings],
    )
    .await
    .unwrap();

    assign(&stack, &owner, vec![to(id, Role::Admin)], false).await.unwrap();
    assert_eq!(stack.count(&sessions).await, 1);
    assign(&stack, &owner, vec![to_own(id, &role)], false).await.unwrap();
    assert_eq!(stack.count(&sessions).await, 0);

    stack.log_in(&mail.to, crate::words::PASSWORD).await.unwrap();
    let widened = RoleDefinition {
        permissions: [role.permissions.as_slice(), &[Wire::ManageUsers.into()]].concat(),
        etag: String::new(),
        ..role.clone()
    };
    update(&stack, &owner, widened, &["permissions"]).await.unwrap();
    assert_eq!(stack.count(&sessions).await, 1);
    let narrowed = RoleDefinition {
        etag: String::new(),
        ..role
    };
    update(&stack, &owner, narrowed, &["permissions"]).await.unwrap();
    assert_eq!(stack.count(&sessions).await, 0);
}

/// Adds somebody without seats, who is given this role.
async fn send(stack: &Stack, by: &Person, role: Role, custom_role_id: &str) -> Result<String, Status> {
    let options = UserOptions {
        role: role.into(),
        custom_role_id: custom_role_id.into(),
        ..UserOptions::default()
    };
    let request = AddUsersRequest {
        options: Some(options),
        ..add(&[&address()])
    };
    let message = AddUsersCommit {
        grant: None,
        ..commit(by, request)
    };
    let answer = stack.commit(by, message).await?;
    Ok(answer.results[0].user_id.clone())
}

async fn users_are_added_with_a_role_of_the_account_s_own(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let role = create(&stack, &owner, "Helpdesk", &[Wire::ManageUsers]).await.unwrap();
    for named in [Role::Unspecified, Role::Custom] {
        let id = send(&stack, &owner, named, &role.id).await.unwrap();
        let ada = user(&stack, &owner, &id).await;
        assert_eq!((ada.role(), &ada.custom_role_id), (Role::Custom, &role.id));
    }
    // To be a member can be given by everybody who adds users.
    let clerk = with(&owner, &[Permission::ManageUsers, Permission::AssignRoles]);
    let helper = with(&owner, &[Permission::ManageUsers]);
    assert!(!clerk.permissions.covers(Permissions::of(types::Role::Member, false)));
    for by in [&clerk, &helper] {
        let id = send(&stack, by, Role::Unspecified, "").await.unwrap();
        assert_eq!(user(&stack, &owner, &id).await.role(), Role::Member);
    }
}

async fn a_role_that_cannot_be_given_to_a_new_user_is_told(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    use Code::{InvalidArgument, NotFound, PermissionDenied};
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let made = create(&stack, &owner, "Helpdesk", &[Wire::ManageUsers]).await.unwrap();
    let great = create(&stack, &owner, "Great", &[Wire::ManageAccountSettings])
        .await
        .unwrap();
    let (made, great, unknown) = (made.id.as_str(), great.id.as_str(), RoleId::new().to_string());
    let clerk = with(&owner, &[Permission::ManageUsers, Permission::AssignRoles]);
    let helper = with(&owner, &[Permission::ManageUsers]);
    let (exceed, forbidden) = ("PERMISSIONS_EXCEED_OWN", "ROLE_ASSIGNMENT_FORBIDDEN");
    let (unset, custom, own) = (Role::Unspecified, Role::Custom, "custom_role_id");
    let cases = [
        (&owner, custom, "", InvalidArgument, "ROLE_UNKNOWN", "role"),
        (&owner, Role::Admin, made, InvalidArgument, "ROLE_CONFLICT", own),
        (&owner, custom, "rol_1", InvalidArgument, "ID_MALFORMED", own),
        (&owner, custom, &unknown, NotFound, "ROLE_NOT_FOUND", own),
        (&other, custom, made, NotFound, "ROLE_NOT_FOUND", own),
        (&clerk, unset, great, PermissionDenied, exceed, own),
        (&clerk, Role::Admin, "", PermissionDenied, exceed, "role"),
        (&helper, unset, made, PermissionDenied, forbidden, own),
        (&helper, Role::Member, "", PermissionDenied, forbidden, "role"),
    ];
    let before = stack.rows("users").await;
    for (by, role, id, code, reason, field) in cases {
        let status = send(&stack, by, role, id).await.unwrap_err();
        let told = (format!("options.{field}"), reason.to_owned());
        assert_eq!((status.code(), bad_fields(&status)), (code, vec![told]));
    }
    assert_eq!(stack.rows("users").await, before);
}
