//! RoleService: roles of an account's own.

use chassis::{Actor, Person};
use identity::Config;
use proto::access_v1::Permission as Wire;
use proto::identity::v1::{
    AssignRolesRequest, AssignRolesResponse, CreateRoleRequest, DeleteRoleRequest, GetRoleRequest, GetUserRequest,
    ListRolesRequest, ListRolesResponse, Role, RoleAssignment, RoleDefinition, UpdateRoleRequest, User,
};
use tonic::{Code, Request, Status};
use types::{Permission, RequestId, RoleId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, person, refusal};

on_both_databases! {
    a_role_of_the_account_s_own_is_made_changed_and_deleted
    the_same_request_makes_one_role
    a_bad_role_says_what_is_wrong
    the_built_in_roles_come_first_and_cannot_be_changed
    nobody_makes_or_gives_more_than_they_may
    an_account_has_a_hundred_roles_at_most
    a_role_in_use_is_deleted_with_a_replacement_only
}

pub fn signed<T>(stack: &Stack, person: &Person, message: T) -> Request<T> {
    stack.signed_for("gateway", &Actor::Person(*person), message)
}

pub async fn create(stack: &Stack, by: &Person, name: &str, permissions: &[Wire]) -> Result<RoleDefinition, Status> {
    let message = CreateRoleRequest {
        name: name.into(),
        permissions: permissions.iter().map(|&it| it.into()).collect(),
        ..CreateRoleRequest::default()
    };
    let answer = stack.roles().create_role(signed(stack, by, message)).await?;
    Ok(answer.into_inner().role.unwrap())
}

pub async fn update(stack: &Stack, by: &Person, role: RoleDefinition, mask: &[&str]) -> Result<RoleDefinition, Status> {
    let paths = mask.iter().map(|&path| path.to_owned()).collect();
    let message = UpdateRoleRequest {
        role: Some(role),
        update_mask: Some(prost_types::FieldMask { paths }),
    };
    let answer = stack.roles().update_role(signed(stack, by, message)).await?;
    Ok(answer.into_inner().role.unwrap())
}

pub async fn get(stack: &Stack, by: &Person, id: &str) -> Result<RoleDefinition, Status> {
    let message = GetRoleRequest { role_id: id.into() };
    let answer = stack.roles().get_role(signed(stack, by, message)).await?;
    Ok(answer.into_inner().role.unwrap())
}

async fn list(stack: &Stack, by: &Person, page_size: i32, page_token: &str) -> Result<ListRolesResponse, Status> {
    let message = ListRolesRequest {
        page_size,
        page_token: page_token.into(),
    };
    Ok(stack.roles().list_roles(signed(stack, by, message)).await?.into_inner())
}

async fn delete(stack: &Stack, by: &Person, message: DeleteRoleRequest) -> Result<i64, Status> {
    let answer = stack.roles().delete_role(signed(stack, by, message)).await?;
    Ok(answer.into_inner().replaced_count)
}

pub fn to(user_id: &str, role: Role) -> RoleAssignment {
    RoleAssignment {
        user_id: user_id.into(),
        role: role.into(),
        custom_role_id: String::new(),
    }
}

pub fn to_own(user_id: &str, role: &RoleDefinition) -> RoleAssignment {
    RoleAssignment {
        user_id: user_id.into(),
        role: Role::Custom.into(),
        custom_role_id: role.id.clone(),
    }
}

pub async fn assign(
    stack: &Stack,
    by: &Person,
    assignments: Vec<RoleAssignment>,
    allow_partial: bool,
) -> Result<AssignRolesResponse, Status> {
    let message = AssignRolesRequest {
        assignments,
        allow_partial,
    };
    Ok(stack
        .roles()
        .assign_roles(signed(stack, by, message))
        .await?
        .into_inner())
}

pub async fn user(stack: &Stack, by: &Person, id: &str) -> User {
    let message = GetUserRequest { user_id: id.into() };
    let answer = stack.users().get_user(signed(stack, by, message)).await.unwrap();
    answer.into_inner().user.unwrap()
}

/// The ids of new users who are invited.
pub async fn invited(stack: &Stack, owner: &Person, count: usize) -> Vec<String> {
    let emails: Vec<_> = (0..count).map(|_| address()).collect();
    let rows: Vec<_> = emails.iter().map(String::as_str).collect();
    let answer = stack.commit(owner, commit(owner, add(&rows))).await.unwrap();
    answer.results.into_iter().map(|row| row.user_id).collect()
}

pub fn with(person: &Person, permissions: &[Permission]) -> Person {
    Person {
        role: types::Role::Custom,
        permissions: permissions.iter().copied().collect(),
        ..*person
    }
}

async fn a_role_of_the_account_s_own_is_made_changed_and_deleted(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let made = create(&stack, &owner, "Helpdesk", &[Wire::ManageUsers]).await.unwrap();
    assert_eq!(
        (made.role(), made.built_in, made.holder_count),
        (Role::Custom, false, 0)
    );
    assert_eq!(get(&stack, &owner, &made.id).await.unwrap(), made);

    let wish = RoleDefinition {
        description: "Answers the phone".into(),
        name: "ignored".into(),
        ..made.clone()
    };
    let changed = update(&stack, &owner, wish.clone(), &["description"]).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.description.as_str()),
        ("Helpdesk", "Answers the phone")
    );
    assert_ne!(changed.etag, made.etag);
    let stale = refusal(update(&stack, &owner, wish.clone(), &["name"]).await);
    assert_eq!(stale, (Code::Aborted, "ETAG_MISMATCH".into()));
    let unmasked = refusal(update(&stack, &owner, wish, &["holder_count"]).await);
    assert_eq!(unmasked, (Code::InvalidArgument, "UPDATE_MASK_INVALID".into()));

    // Another account sees nothing of it.
    let unknown = (Code::NotFound, "ROLE_NOT_FOUND".to_owned());
    assert_eq!(refusal(get(&stack, &other, &made.id).await), unknown);
    assert_eq!(
        refusal(update(&stack, &other, changed.clone(), &["name"]).await),
        unknown
    );
    let deletion = DeleteRoleRequest {
        role_id: made.id.clone(),
        ..DeleteRoleRequest::default()
    };
    assert_eq!(refusal(delete(&stack, &other, deletion.clone()).await), unknown);
    let foreign = vec![to_own(&other.user.to_string(), &made)];
    assert_eq!(refusal(assign(&stack, &other, foreign, false).await), unknown);
    let theirs = list(&stack, &other, 0, "").await.unwrap().roles;
    assert!(theirs.iter().all(|role| role.built_in));
    create(&stack, &other, "Helpdesk", &[]).await.unwrap();

    let stale = DeleteRoleRequest {
        etag: made.etag,
        ..deletion.clone()
    };
    let stale = refusal(delete(&stack, &owner, stale).await);
    assert_eq!(stale, (Code::Aborted, "ETAG_MISMATCH".into()));
    assert_eq!(delete(&stack, &owner, deletion.clone()).await.unwrap(), 0);
    assert_eq!(refusal(delete(&stack, &owner, deletion).await), unknown);
    let events = "SELECT action AS text FROM audit_events WHERE action LIKE 'role.%' AND account_id = ";
    let events = stack
        .texts(format!("{events}'{}' ORDER BY sequence", owner.account))
        .await;
    assert_eq!(events, ["role.create", "role.update", "role.delete"]);
}

async fn the_same_request_makes_one_role(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let message = CreateRoleRequest {
        request_id: RequestId::new().to_string(),
        name: "Helpdesk".into(),
        ..CreateRoleRequest::default()
    };
    let send = async |message: &CreateRoleRequest| {
        let answer = stack
            .roles()
            .create_role(signed(&stack, &owner, message.clone()))
            .await?;
        Ok::<_, Status>(answer.into_inner().role.unwrap())
    };
    let first = send(&message).await.unwrap();
    assert_eq!(send(&message).await.unwrap(), first);
    let other = CreateRoleRequest {
        name: "Other".into(),
        ..message
    };
    assert_eq!(
        refusal(send(&other).await),
        (Code::InvalidArgument, "REQUEST_ID_REUSED".into())
    );
    assert_eq!(stack.rows("roles").await, 1);
}

async fn a_bad_role_says_what_is_wrong(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    use Code::{AlreadyExists, InvalidArgument};
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    create(&stack, &owner, "ΟΔΟΣ Straße", &[]).await.unwrap();
    let long = "x".repeat(65);
    let cases: [(&str, &[Wire], Code, &str, &str); 9] = [
        (" ", &[], InvalidArgument, "NAME_MISSING", "name"),
        (&long, &[], InvalidArgument, "NAME_TOO_LONG", "name"),
        ("a\nb", &[], InvalidArgument, "NAME_CHARACTER", "name"),
        ("super admin", &[], AlreadyExists, "ROLE_NAME_TAKEN", "name"),
        ("MEMBER", &[], AlreadyExists, "ROLE_NAME_TAKEN", "name"),
        ("οδος STRAẞE", &[], AlreadyExists, "ROLE_NAME_TAKEN", "name"),
        (
            "x",
            &[Wire::JoinSessions, Wire::ChangePlan],
            InvalidArgument,
            "PERMISSION_NOT_GRANTABLE",
            "permissions[1]",
        ),
        (
            "x",
            &[Wire::ChangeBilling],
            InvalidArgument,
            "PERMISSION_NOT_GRANTABLE",
            "permissions[0]",
        ),
        (
            "x",
            &[Wire::Unspecified],
            InvalidArgument,
            "PERMISSION_UNKNOWN",
            "permissions[0]",
        ),
    ];
    for (name, permissions, code, reason, field) in cases {
        let status = create(&stack, &owner, name, permissions).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.to_owned(), reason.to_owned())], "{name}");
        assert_eq!(status.code(), code, "{name}");
    }
    assert_eq!(stack.rows("roles").await, 1);
    let other = create(&stack, &owner, "Other", &[]).await.unwrap();
    let renamed = RoleDefinition {
        name: "ΟΔΟΣ STRAẞE".into(),
        ..other
    };
    let status = update(&stack, &owner, renamed, &["name"]).await.unwrap_err();
    assert_eq!(bad_fields(&status), [("role.name".into(), "ROLE_NAME_TAKEN".into())]);
}

async fn the_built_in_roles_come_first_and_cannot_be_changed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    for name in ["b", "C", "a"] {
        create(&stack, &owner, name, &[]).await.unwrap();
    }
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page = list(&stack, &owner, 2, &token).await.unwrap();
        names.extend(page.roles.into_iter().map(|role| (role.name, role.built_in)));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected = [
        ("Member", true),
        ("Admin", true),
        ("Super admin", true),
        ("a", false),
        ("b", false),
        ("C", false),
    ];
    assert_eq!(names, expected.map(|(name, built_in)| (name.to_owned(), built_in)));
    let altered = refusal(list(&stack, &owner, 2, "x").await);
    assert_eq!(altered, (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));

    let admin = get(&stack, &owner, "ADMIN").await.unwrap();
    assert_eq!((admin.role(), admin.built_in), (Role::Admin, true));
    assert_eq!(admin.permissions.len(), 5);
    let immutable = (Code::FailedPrecondition, "ROLE_BUILT_IN".to_owned());
    assert_eq!(
        refusal(update(&stack, &owner, admin, &["permissions"]).await),
        immutable
    );
    let deletion = DeleteRoleRequest {
        role_id: "MEMBER".into(),
        ..DeleteRoleRequest::default()
    };
    assert_eq!(refusal(delete(&stack, &owner, deletion).await), immutable);
    let malformed = (Code::InvalidArgument, "ID_MALFORMED".to_owned());
    assert_eq!(refusal(get(&stack, &owner, "CUSTOM").await), malformed);
}

async fn nobody_makes_or_gives_more_than_they_may(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let clerk = with(&owner, &[Permission::ManageUsers, Permission::AssignRoles]);
    let exceed = (Code::PermissionDenied, "PERMISSIONS_EXCEED_OWN".to_owned());
    let greater = create(&stack, &owner, "Greater", &[Wire::ManageAccountSettings])
        .await
        .unwrap();
    let lesser = create(&stack, &clerk, "Lesser", &[Wire::ManageUsers]).await.unwrap();
    let refused = create(&stack, &clerk, "Host", &[Wire::HostSessions]).await;
    assert_eq!(refusal(refused), exceed);
    let raised = RoleDefinition {
        permissions: vec![Wire::ManageAccountSettings.into()],
        ..lesser.clone()
    };
    assert_eq!(refusal(update(&stack, &clerk, raised, &["permissions"]).await), exceed);
    let emptied = update(&stack, &clerk, greater.clone(), &["permissions"]).await;
    assert_eq!(refusal(emptied), exceed);
    let deletion = DeleteRoleRequest {
        role_id: greater.id.clone(),
        ..DeleteRoleRequest::default()
    };
    assert_eq!(refusal(delete(&stack, &clerk, deletion).await), exceed);

    let users = invited(&stack, &owner, 2).await;
    for row in [to(&users[0], Role::Admin), to_own(&users[0], &greater)] {
        assert_eq!(refusal(assign(&stack, &clerk, vec![row], false).await), exceed);
    }
    assign(&stack, &clerk, vec![to_own(&users[0], &lesser)], false)
        .await
        .unwrap();
    assign(&stack, &clerk, vec![to(&users[0], Role::Member)], false)
        .await
        .unwrap();
    assign(&stack, &owner, vec![to(&users[1], Role::Admin)], false)
        .await
        .unwrap();
    let taken = assign(&stack, &clerk, vec![to(&users[1], Role::Member)], false).await;
    assert_eq!(refusal(taken), exceed);
    // Who may not see roles does not reach them at all.
    let admin = person(owner.account, owner.user, types::Role::Admin);
    let refused = refusal(assign(&stack, &admin, vec![to(&users[0], Role::Admin)], false).await);
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}

async fn an_account_has_a_hundred_roles_at_most(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    for number in 0..99 {
        let row = format!(
            "INSERT INTO roles (id, account_id, name, name_key, description, permissions, revision, create_time,
                update_time) VALUES ('{}', '{}', 'r{number}', 'r{number}', '', '[]', 1, 0, 0)",
            RoleId::new(),
            owner.account
        );
        stack.execute(&row).await;
    }
    create(&stack, &owner, "the hundredth", &[]).await.unwrap();
    let refused = refusal(create(&stack, &owner, "one more", &[]).await);
    assert_eq!(refused, (Code::FailedPrecondition, "ROLE_LIMIT_REACHED".into()));
    create(&stack, &other, "one more", &[]).await.unwrap();
}

async fn a_role_in_use_is_deleted_with_a_replacement_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = invited(&stack, &owner, 3).await;
    let role = create(&stack, &owner, "Old", &[Wire::ManageUsers]).await.unwrap();
    let other = create(&stack, &owner, "New", &[]).await.unwrap();
    let rows = users.iter().map(|id| to_own(id, &role)).collect();
    assign(&stack, &owner, rows, false).await.unwrap();
    let gone = format!(
        "UPDATE users SET state = 'DELETED', delete_time = 1 WHERE id = '{}'",
        users[2]
    );
    stack.execute(&gone).await;

    let bare = DeleteRoleRequest {
        role_id: role.id.clone(),
        ..DeleteRoleRequest::default()
    };
    let in_use = (Code::FailedPrecondition, "ROLE_IN_USE".to_owned());
    assert_eq!(refusal(delete(&stack, &owner, bare.clone()).await), in_use);
    let to_itself = DeleteRoleRequest {
        replacement_custom_role_id: role.id.clone(),
        ..bare.clone()
    };
    let unknown = (Code::NotFound, "ROLE_NOT_FOUND".to_owned());
    assert_eq!(refusal(delete(&stack, &owner, to_itself).await), unknown);
    let replaced = DeleteRoleRequest {
        replacement_custom_role_id: other.id.clone(),
        ..bare
    };
    assert_eq!(delete(&stack, &owner, replaced).await.unwrap(), 2);
    let held = format!("SELECT count(*) AS n FROM users WHERE custom_role_id = '{}'", other.id);
    assert_eq!(stack.count(held).await, 3);
    let promised = format!(
        "SELECT count(*) AS n FROM invitations WHERE custom_role_id = '{}'",
        other.id
    );
    assert_eq!(stack.count(promised).await, 3);

    // Only a deleted user would come back with it: then as a member.
    let restore = format!(
        "UPDATE users SET role = 'MEMBER', custom_role_id = NULL WHERE id <> '{}'",
        users[2]
    );
    stack
        .execute(&format!("{restore} AND custom_role_id IS NOT NULL"))
        .await;
    stack.execute("UPDATE invitations SET state = 'ACCEPTED'").await;
    let last = DeleteRoleRequest {
        role_id: other.id,
        ..DeleteRoleRequest::default()
    };
    assert_eq!(delete(&stack, &owner, last).await.unwrap(), 0);
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM users WHERE role = 'CUSTOM'")
            .await,
        0
    );
}
