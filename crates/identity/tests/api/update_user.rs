//! UpdateUser, GetMyself and UpdateMyself.

use chassis::Person;
use identity::Config;
use proto::identity::v1::{
    GetMyselfRequest, GetUserRequest, Role as WireRole, UpdateMyselfRequest, UpdateUserRequest, User,
};
use tonic::{Code, Status};
use types::{GroupId, Role, TemplateId, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{bad_fields, refusal};

on_both_databases! {
    what_the_mask_names_is_changed_and_logged
    of_two_changes_with_one_etag_one_is_made
    a_mask_that_names_anything_else_changes_nothing
    bad_values_and_roles_change_nothing
    groups_and_templates_are_those_of_the_account
    an_admin_changes_members_and_themselves_only
    a_deleted_or_foreign_user_is_not_changed
    everybody_sees_and_changes_themselves
}

fn mask(paths: &[&str]) -> Option<prost_types::FieldMask> {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    Some(prost_types::FieldMask { paths })
}

async fn update(stack: &Stack, by: &Person, user: User, paths: &[&str]) -> Result<User, Status> {
    let message = UpdateUserRequest {
        user: Some(user),
        update_mask: mask(paths),
    };
    let answer = stack.users().update_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn update_myself(stack: &Stack, by: &Person, user: User, paths: &[&str]) -> Result<User, Status> {
    let message = UpdateMyselfRequest {
        user: Some(user),
        update_mask: mask(paths),
    };
    let answer = stack.users().update_myself(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn get(stack: &Stack, by: &Person, id: UserId) -> User {
    let message = GetUserRequest {
        user_id: id.to_string(),
    };
    let answer = stack.users().get_user(stack.by(by, message)).await.unwrap();
    answer.into_inner().user.unwrap()
}

fn renamed(id: UserId, given_name: &str) -> User {
    User {
        id: id.to_string(),
        given_name: given_name.to_owned(),
        ..User::default()
    }
}

/// Puts a group and a settings template into an account.
async fn furnish(stack: &Stack, person: &Person) -> (String, String) {
    let (group, template) = (GroupId::new().to_string(), TemplateId::new().to_string());
    let account = person.account;
    let columns = "account_id, name, name_key, description, revision, create_time, update_time";
    let insert = format!("INSERT INTO groups (id, {columns}) VALUES ('{group}', '{account}', 'a', 'a', '', 1, 0, 0)");
    stack.execute(&insert).await;
    let insert = format!(
        "INSERT INTO settings_templates (id, settings, {columns})
        VALUES ('{template}', '{{}}', '{account}', 'a', 'a', '', 1, 0, 0)"
    );
    stack.execute(&insert).await;
    (group, template)
}

async fn what_the_mask_names_is_changed_and_logged(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let ada = stack.member(&owner).await;
    let wish = User {
        family_name: "King".into(),
        language: "PT-br".into(),
        time_zone: "europe/lisbon".into(),
        ..renamed(ada.user, "Augusta")
    };
    let before = get(&stack, &owner, ada.user).await;

    let user = update(&stack, &owner, wish.clone(), &["given_name", "language", "time_zone"])
        .await
        .unwrap();

    let told = (
        user.given_name.as_str(),
        user.family_name.as_str(),
        user.language.as_str(),
        user.time_zone.as_str(),
    );
    assert_eq!(told, ("Augusta", "Lovelace", "pt-BR", "Europe/Lisbon"));
    assert_ne!(user.etag, before.etag);
    assert!(user.update_time.unwrap().seconds >= before.update_time.unwrap().seconds);
    let log = |column: &str| {
        format!("SELECT {column} AS text FROM audit_events WHERE action = 'user.update' ORDER BY sequence")
    };
    let expected = r#"{"given_name":"Ada","language":"en","time_zone":"UTC"}"#;
    assert_eq!(stack.texts(log("before")).await, [expected]);
    // What is so already is no change.
    let same = update(&stack, &owner, wish.clone(), &["given_name"]).await.unwrap();
    assert_eq!(same.etag, user.etag);
    // Without a mask, what is not empty.
    let user = update(
        &stack,
        &owner,
        User {
            given_name: String::new(),
            ..wish
        },
        &[],
    )
    .await
    .unwrap();
    assert_eq!(
        (user.given_name.as_str(), user.family_name.as_str()),
        ("Augusta", "King")
    );
    assert_eq!(stack.texts(log("after")).await[1..], [r#"{"family_name":"King"}"#]);
}

async fn of_two_changes_with_one_etag_one_is_made(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let ada = stack.member(&owner).await.user;
    for round in 0..5 {
        let etag = get(&stack, &owner, ada).await.etag;
        let wish = |name: &str| User {
            etag: etag.clone(),
            ..renamed(ada, name)
        };
        let (names, paths) = ([format!("Augusta {round}"), format!("Byron {round}")], ["given_name"]);
        let (one, other) = tokio::join!(
            update(&stack, &owner, wish(&names[0]), &paths),
            update(&stack, &owner, wish(&names[1]), &paths),
        );
        let refused = match (one, other) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            both => panic!("one is made and one is refused: {both:?}"),
        };
        assert_eq!(refusal::<()>(Err(refused)), (Code::Aborted, "ETAG_MISMATCH".into()));
    }
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM audit_events WHERE action = 'user.update'")
            .await,
        5
    );
}

async fn a_mask_that_names_anything_else_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let ada = stack.member(&owner).await.user;
    let before = get(&stack, &owner, ada).await;
    let wish = User {
        email: "other@example.com".into(),
        ..renamed(ada, "Augusta")
    };
    let immutable = |path: &str| (format!("user.{path}"), "FIELD_IMMUTABLE".to_owned());
    for path in [
        "id",
        "account_id",
        "email",
        "role",
        "state",
        "billing_contact",
        "invitation",
        "create_time",
        "custom_role_id",
        "products",
        "etag",
        "update_time",
        "delete_time",
        "purge_time",
    ] {
        let refused = update(&stack, &owner, wish.clone(), &["given_name", path])
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code(), bad_fields(&refused)),
            (Code::InvalidArgument, vec![immutable(path)])
        );
    }
    let refused = update(&stack, &owner, wish.clone(), &["given_name", "password_hash"])
        .await
        .unwrap_err();
    assert_eq!(
        bad_fields(&refused),
        [("user.password_hash".to_owned(), "FIELD_UNKNOWN".to_owned())]
    );
    assert_eq!(get(&stack, &owner, ada).await, before);
}

async fn bad_values_and_roles_change_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let ada = stack.member(&owner).await.user;
    let before = get(&stack, &owner, ada).await;
    let wish = renamed(ada, "Augusta");
    let forbidden = (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".to_owned());
    let promotion = User {
        role: WireRole::Admin.into(),
        ..wish.clone()
    };
    assert_eq!(
        refusal(update(&stack, &admin, promotion, &["given_name"]).await),
        forbidden
    );
    assert_eq!(
        refusal(update(&stack, &admin, wish.clone(), &["role"]).await),
        forbidden
    );
    let bad = User {
        given_name: " ".into(),
        language: "klingonisch".into(),
        time_zone: "Mars/Olympus".into(),
        group_id: "usr_1".into(),
        ..wish
    };
    let refused = update(&stack, &owner, bad, &["*"]).await.unwrap_err();
    let reasons: Vec<_> = bad_fields(&refused).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(
        reasons,
        [
            "NAME_MISSING",
            "NAME_MISSING",
            "LANGUAGE_UNKNOWN",
            "TIME_ZONE_UNKNOWN",
            "ID_MALFORMED"
        ]
    );
    assert_eq!(get(&stack, &owner, ada).await, before);
}

async fn groups_and_templates_are_those_of_the_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let (group, template) = furnish(&stack, &owner).await;
    let (foreign_group, foreign_template) = furnish(&stack, &other).await;
    let ada = stack.member(&owner).await.user;
    let paths = ["group_id", "settings_template_id"];
    let wish = |group_id: &str, settings_template_id: &str| User {
        group_id: group_id.to_owned(),
        settings_template_id: settings_template_id.to_owned(),
        ..renamed(ada, "")
    };
    for (wish, field, reason) in [
        (wish(&foreign_group, &template), "user.group_id", "GROUP_NOT_FOUND"),
        (
            wish(&group, &foreign_template),
            "user.settings_template_id",
            "SETTINGS_TEMPLATE_NOT_FOUND",
        ),
    ] {
        let refused = update(&stack, &owner, wish, &paths).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(bad_fields(&refused), [(field.to_owned(), reason.to_owned())]);
    }
    let user = update(&stack, &owner, wish(&group, &template), &paths).await.unwrap();
    assert_eq!((&user.group_id, &user.settings_template_id), (&group, &template));
    let user = update(&stack, &owner, wish("", ""), &paths).await.unwrap();
    assert_eq!((user.group_id.as_str(), user.settings_template_id.as_str()), ("", ""));
}

async fn an_admin_changes_members_and_themselves_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let colleague = stack.promote(&stack.member(&owner).await, Role::Admin).await.user;
    let member = stack.member(&owner).await.user;
    for id in [owner.user, colleague] {
        let refused = refusal(update(&stack, &admin, renamed(id, "Augusta"), &["given_name"]).await);
        assert_eq!(refused, (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".into()));
    }
    for id in [member, admin.user] {
        let user = update(&stack, &admin, renamed(id, "Augusta"), &["given_name"])
            .await
            .unwrap();
        assert_eq!(
            (user.given_name.as_str(), user.role()),
            ("Augusta", WireRole::Unspecified)
        );
    }
    let user = update(&stack, &owner, renamed(colleague, "Augusta"), &["given_name"])
        .await
        .unwrap();
    assert_eq!(user.role(), WireRole::Admin);
}

async fn a_deleted_or_foreign_user_is_not_changed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let ada = stack.member(&owner).await.user;
    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    assert_eq!(
        refusal(update(&stack, &other, renamed(ada, "Augusta"), &[]).await),
        unknown
    );
    assert_eq!(
        refusal(update(&stack, &other, renamed(UserId::new(), "Augusta"), &[]).await),
        unknown
    );
    let malformed = (Code::InvalidArgument, "ID_MALFORMED".to_owned());
    assert_eq!(refusal(update(&stack, &owner, User::default(), &[]).await), malformed);
    let delete = proto::identity::v1::DeleteUserRequest {
        user_id: ada.to_string(),
        etag: String::new(),
    };
    stack.users().delete_user(stack.by(&owner, delete)).await.unwrap();
    let refused = refusal(update(&stack, &owner, renamed(ada, "Augusta"), &[]).await);
    assert_eq!(refused, (Code::FailedPrecondition, "USER_DELETED".into()));
}

async fn everybody_sees_and_changes_themselves(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let ada = stack.member(&owner).await;
    let myself = async |person: &Person| {
        let answer = stack.users().get_myself(stack.by(person, GetMyselfRequest {})).await;
        answer.unwrap().into_inner().user.unwrap()
    };
    assert_eq!(myself(&owner).await.role(), WireRole::SuperAdmin);
    let user = myself(&ada).await;
    assert_eq!(
        (user.id.clone(), user.role()),
        (ada.user.to_string(), WireRole::Unspecified)
    );
    let other = refusal(update_myself(&stack, &ada, renamed(owner.user, "Augusta"), &["given_name"]).await);
    assert_eq!(other, (Code::NotFound, "USER_NOT_FOUND".into()));
    let wish = User {
        etag: user.etag,
        ..renamed(ada.user, "Augusta")
    };
    let changed = update_myself(&stack, &ada, wish.clone(), &["given_name"])
        .await
        .unwrap();
    assert_eq!(
        (changed.id, changed.given_name.as_str()),
        (ada.user.to_string(), "Augusta")
    );
    assert_eq!(myself(&owner).await.given_name, "Charles");
    let stale = refusal(update_myself(&stack, &ada, wish, &["given_name"]).await);
    assert_eq!(stale, (Code::Aborted, "ETAG_MISMATCH".into()));
    for path in ["group_id", "settings_template_id", "email", "state"] {
        let refused = refusal(update_myself(&stack, &ada, renamed(ada.user, "Ada"), &[path]).await);
        assert_eq!(refused, (Code::InvalidArgument, "FIELD_IMMUTABLE".into()));
    }
    let refused = refusal(update_myself(&stack, &ada, renamed(ada.user, "Ada"), &["role"]).await);
    assert_eq!(refused, (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".into()));
}
