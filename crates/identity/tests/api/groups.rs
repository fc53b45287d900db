//! GroupService, and adding users into groups.

use std::sync::Arc;

use chassis::{Actor, Person};
use futures::future::join_all;
use identity::Config;
use prost_types::FieldMask;
use proto::admin::v1::{AddUsersRequest, UserOptions};
use proto::identity::v1::{
    CreateGroupRequest, DeleteGroupRequest, GetGroupRequest, GetUserRequest, Group, ListGroupsRequest,
    ListGroupsResponse, UpdateGroupRequest,
};
use tonic::{Code, Request, Status};
use types::{AccountId, GroupId, RequestId, Role, TemplateId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, person, refusal};

on_both_databases! {
    names_are_unique_in_an_account_whatever_their_case
    a_repeated_request_makes_one_group
    groups_are_listed_by_name_in_pages
    a_change_with_an_old_etag_is_refused
    the_groups_of_another_account_do_not_exist
    users_are_added_into_groups_of_their_account_only
    a_deleted_group_is_left_by_its_users_and_invitations
    a_group_that_is_deleted_while_users_are_added_is_clean
    what_is_not_a_name_or_a_description_is_refused
}

impl Stack {
    pub fn as_person<T>(&self, person: &Person, message: T) -> Request<T> {
        self.signed_for("gateway", &Actor::Person(*person), message)
    }

    async fn create_group(&self, person: &Person, message: CreateGroupRequest) -> Result<Group, Status> {
        let answer = self.groups().create_group(self.as_person(person, message)).await?;
        Ok(answer.into_inner().group.unwrap())
    }

    /// A new group of this name.
    async fn group(&self, person: &Person, name: &str) -> Result<Group, Status> {
        self.create_group(person, named(name)).await
    }

    async fn get_group(&self, person: &Person, id: &str) -> Result<Group, Status> {
        let message = GetGroupRequest { group_id: id.into() };
        let answer = self.groups().get_group(self.as_person(person, message)).await?;
        Ok(answer.into_inner().group.unwrap())
    }

    async fn list_groups(&self, person: &Person, message: ListGroupsRequest) -> Result<ListGroupsResponse, Status> {
        let answer = self.groups().list_groups(self.as_person(person, message)).await?;
        Ok(answer.into_inner())
    }

    async fn update_group(&self, person: &Person, group: Group, paths: &[&str]) -> Result<Group, Status> {
        let message = UpdateGroupRequest {
            group: Some(group),
            update_mask: Some(FieldMask {
                paths: paths.iter().map(|&path| path.to_owned()).collect(),
            }),
        };
        let answer = self.groups().update_group(self.as_person(person, message)).await?;
        Ok(answer.into_inner().group.unwrap())
    }

    async fn delete_group(&self, person: &Person, id: &str, etag: &str) -> Result<i64, Status> {
        let message = DeleteGroupRequest {
            group_id: id.into(),
            etag: etag.into(),
        };
        let answer = self.groups().delete_group(self.as_person(person, message)).await?;
        Ok(answer.into_inner().user_count)
    }

    async fn group_of(&self, person: &Person, user_id: &str) -> String {
        let message = GetUserRequest {
            user_id: user_id.into(),
        };
        let answer = self.users().get_user(self.as_person(person, message)).await.unwrap();
        answer.into_inner().user.unwrap().group_id
    }

    async fn events(&self, account: AccountId, action: &str) -> i64 {
        self.count(format!(
            "SELECT count(*) AS n FROM audit_events WHERE account_id = '{account}' AND action = '{action}'"
        ))
        .await
    }
}

fn named(name: &str) -> CreateGroupRequest {
    CreateGroupRequest {
        request_id: String::new(),
        name: name.into(),
        description: String::new(),
    }
}

/// Adds people into a group.
fn add_into(group_id: &str, emails: &[&str]) -> AddUsersRequest {
    let mut request = add(emails);
    request.options.get_or_insert_default().group_id = group_id.into();
    request
}

async fn names_are_unique_in_an_account_whatever_their_case(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let exists = (Code::AlreadyExists, "GROUP_EXISTS".to_owned());
    for (name, twin) in [("Sales", " sALES "), ("Vertrieb Süd", "VERTRIEB SÜD"), ("ΟΔΟΣ", "οδοσ")] {
        let group = stack.group(&owner, name).await.unwrap();
        assert_eq!((group.name.as_str(), group.user_count), (name, 0));
        assert_eq!(refusal(stack.group(&owner, twin).await), exists, "{twin}");
        // Another account's names are its own, and a group may take its own name in another case.
        stack.group(&other, twin).await.unwrap();
        let renamed = Group {
            name: twin.into(),
            ..group.clone()
        };
        let renamed = stack.update_group(&owner, renamed, &["name"]).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.id), (twin.trim(), group.id));
    }
    let second = stack.group(&owner, "Second").await.unwrap();
    let taken = Group {
        name: "SALES".into(),
        ..second
    };
    assert_eq!(refusal(stack.update_group(&owner, taken, &["name"]).await), exists);
    // Of ten at once one is made.
    let twins = join_all((0..10).map(|_| stack.group(&owner, "Support"))).await;
    assert_eq!(twins.iter().filter(|twin| twin.is_ok()).count(), 1);
    let made = stack.events(owner.account, "group.create").await;
    assert_eq!((made, stack.rows("groups").await), (5, 8));
}

async fn a_repeated_request_makes_one_group(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let request = CreateGroupRequest {
        request_id: RequestId::new().to_string(),
        ..named("Sales")
    };
    let twins = join_all((0..10).map(|_| stack.create_group(&owner, request.clone()))).await;
    let first = twins[0].as_ref().unwrap().clone();
    assert!(twins.into_iter().all(|twin| twin.unwrap().id == first.id));
    assert_eq!(stack.events(owner.account, "group.create").await, 1);
    // Another account's request ids are its own.
    assert_ne!(stack.create_group(&other, request.clone()).await.unwrap().id, first.id);
    // It is answered as it is now.
    let renamed = Group {
        name: "Vertrieb".into(),
        ..first.clone()
    };
    stack.update_group(&owner, renamed, &["name"]).await.unwrap();
    assert_eq!(
        stack.create_group(&owner, request.clone()).await.unwrap().name,
        "Vertrieb"
    );
    let reused = CreateGroupRequest {
        name: "Support".into(),
        ..request.clone()
    };
    let refused = refusal(stack.create_group(&owner, reused).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    stack.delete_group(&owner, &first.id, "").await.unwrap();
    let refused = refusal(stack.create_group(&owner, request).await);
    assert_eq!(refused, (Code::NotFound, "GROUP_NOT_FOUND".into()));
    for (id, reason) in [
        ("1", "REQUEST_ID_MALFORMED"),
        ("016f5e66-e800-7000-8000-000000000000", "REQUEST_ID_EXPIRED"),
    ] {
        let bad = CreateGroupRequest {
            request_id: id.into(),
            ..named("New")
        };
        let refused = refusal(stack.create_group(&owner, bad).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()));
    }
}

async fn groups_are_listed_by_name_in_pages(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    for name in [
        "beta", "Alpha 2", "alpha 1", "ALPHA 3", "Ärzte", "ärzte 2", "100%", "100_",
    ] {
        stack.group(&owner, name).await.unwrap();
    }
    stack.group(&other, "alpha 4").await.unwrap();
    let read = async |prefix: &str, size: i32| {
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let message = ListGroupsRequest {
                page_size: size,
                page_token,
                name_prefix: prefix.into(),
            };
            let page = stack.list_groups(&owner, message).await.unwrap();
            assert!(page.groups.len() <= usize::try_from(size).unwrap());
            names.extend(page.groups.into_iter().map(|group| group.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return names;
            }
        }
    };
    let all = [
        "100%", "100_", "alpha 1", "Alpha 2", "ALPHA 3", "beta", "Ärzte", "ärzte 2",
    ];
    assert_eq!(read("", 3).await, all);
    assert_eq!(read("", 8).await, all);
    assert_eq!(read("aLPHA", 2).await, all[2..5]);
    assert_eq!(read("alpha ", 1).await, all[2..5]);
    assert_eq!(read("ÄRZTE", 1).await, all[6..]);
    // What other languages take for a wildcard is a character.
    assert_eq!(read("100_", 5).await, ["100_"]);
    assert!(read("%", 5).await.is_empty());

    let ask = |prefix: &str, token: &str| ListGroupsRequest {
        page_size: 1,
        page_token: token.into(),
        name_prefix: prefix.into(),
    };
    let token = stack.list_groups(&owner, ask("a", "")).await.unwrap().next_page_token;
    for (person, message) in [
        (&owner, ask("", &token)),
        (&owner, ask("al", &token)),
        (&other, ask("a", &token)),
        (&owner, ask("a", &format!("{token}x"))),
    ] {
        let refused = refusal(stack.list_groups(person, message).await);
        assert_eq!(refused, (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
    for (prefix, reason) in [("a\0", "NAME_CHARACTER"), (&"x".repeat(65), "NAME_TOO_LONG")] {
        let status = stack.list_groups(&owner, ask(prefix, "")).await.unwrap_err();
        assert_eq!(bad_fields(&status), [("name_prefix".into(), reason.into())]);
    }
}

async fn a_change_with_an_old_etag_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let group = stack.group(&owner, "Sales").await.unwrap();
    let describe = |description: &str| Group {
        description: description.into(),
        ..group.clone()
    };
    // Two admins have read the same; one of them wins.
    let (one, other) = tokio::join!(
        stack.update_group(&owner, describe("one"), &["description"]),
        stack.update_group(&owner, describe("other"), &["description"]),
    );
    let (changed, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    let (changed, stale) = (changed.unwrap(), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    assert_eq!(refusal(lost), stale);
    assert_ne!(changed.etag, group.etag);
    assert_eq!(refusal(stack.delete_group(&owner, &group.id, &group.etag).await), stale);
    // What changes nothing leaves no trace.
    let same = stack
        .update_group(&owner, changed.clone(), &["name", "description"])
        .await;
    assert_eq!(same.unwrap(), changed);
    assert_eq!(stack.events(owner.account, "group.update").await, 1);
    let told = stack
        .texts("SELECT before || ' ' || after AS text FROM audit_events WHERE action = 'group.update'".into())
        .await;
    let description = &changed.description;
    assert_eq!(
        told,
        [format!(r#"{{"description":""}} {{"description":"{description}"}}"#)]
    );
    // A mask names what can be changed; without one, what is not empty is changed.
    for path in ["id", "etag", "user_count", "create_time", "color"] {
        let status = stack.update_group(&owner, changed.clone(), &[path]).await.unwrap_err();
        assert_eq!(
            bad_fields(&status),
            [("update_mask".into(), "UPDATE_MASK_INVALID".into())]
        );
    }
    let renamed = Group {
        id: group.id.clone(),
        name: "Vertrieb".into(),
        ..Group::default()
    };
    let renamed = stack.update_group(&owner, renamed, &[]).await.unwrap();
    assert_eq!((renamed.name.as_str(), &renamed.description), ("Vertrieb", description));
    stack.delete_group(&owner, &group.id, &renamed.etag).await.unwrap();
}

async fn the_groups_of_another_account_do_not_exist(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let group = stack.group(&owner, "Sales").await.unwrap();
    let unknown = (Code::NotFound, "GROUP_NOT_FOUND".to_owned());
    for id in [&group.id, &GroupId::new().to_string()] {
        assert_eq!(refusal(stack.get_group(&other, id).await), unknown);
        assert_eq!(refusal(stack.delete_group(&other, id, "").await), unknown);
        let renamed = Group {
            id: id.clone(),
            name: "Mine".into(),
            ..Group::default()
        };
        assert_eq!(refusal(stack.update_group(&other, renamed, &["name"]).await), unknown);
    }
    let malformed = (Code::InvalidArgument, "ID_MALFORMED".to_owned());
    for id in ["", "grp_1", &owner.user.to_string()] {
        assert_eq!(refusal(stack.get_group(&owner, id).await), malformed);
        assert_eq!(refusal(stack.delete_group(&owner, id, "").await), malformed);
    }
    let listed = stack.list_groups(&other, ListGroupsRequest::default()).await.unwrap();
    assert!(listed.groups.is_empty());
    assert_eq!(stack.get_group(&owner, &group.id).await.unwrap(), group);
    let member = person(owner.account, owner.user, Role::Member);
    let refused = refusal(stack.group(&member, "Ours").await);
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}

async fn users_are_added_into_groups_of_their_account_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let (sales, support) = (
        stack.group(&owner, "Sales").await.unwrap(),
        stack.group(&owner, "Support").await.unwrap(),
    );
    let theirs = stack.group(&other, "Sales").await.unwrap();
    let mut request = add_into(&sales.id, &[&address(), &address(), &address()]);
    request.users[2].options = Some(UserOptions {
        group_id: support.id.clone(),
        ..UserOptions::default()
    });
    let answer = stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let mut groups = Vec::new();
    for result in &answer.results {
        groups.push(stack.group_of(&owner, &result.user_id).await);
    }
    assert_eq!(groups, [&*sales.id, &*sales.id, &*support.id]);
    let promised = stack
        .count("SELECT count(*) AS n FROM invitations WHERE group_id IS NOT NULL")
        .await;
    assert_eq!(promised, 3);
    assert_eq!(stack.get_group(&owner, &sales.id).await.unwrap().user_count, 2);
    // Whoever is deleted is not counted.
    let gone = &answer.results[0].user_id;
    stack
        .execute(&format!("UPDATE users SET state = 'DELETED' WHERE id = '{gone}'"))
        .await;
    let listed = stack.list_groups(&owner, ListGroupsRequest::default()).await.unwrap();
    let counts: Vec<_> = listed.groups.iter().map(|group| group.user_count).collect();
    assert_eq!(counts, [1, 1]);

    let users = stack.rows("users").await;
    for id in [&theirs.id, &GroupId::new().to_string()] {
        let status = stack
            .commit(&owner, commit(&owner, add_into(id, &[&address()])))
            .await
            .unwrap_err();
        assert_eq!(
            bad_fields(&status),
            [("options.group_id".into(), "GROUP_NOT_FOUND".into())]
        );
        assert_eq!(status.code(), Code::NotFound);
    }
    let mut request = add(&[&address()]);
    request.users[0].options = Some(UserOptions {
        settings_template_id: TemplateId::new().to_string(),
        ..UserOptions::default()
    });
    let status = stack.commit(&owner, commit(&owner, request)).await.unwrap_err();
    let field = "users[0].options.settings_template_id";
    assert_eq!(
        bad_fields(&status),
        [(field.into(), "SETTINGS_TEMPLATE_NOT_FOUND".into())]
    );
    assert_eq!(stack.rows("users").await, users);
}

async fn a_deleted_group_is_left_by_its_users_and_invitations(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let stranger = address();
    stack.commit(&other, commit(&other, add(&[&stranger]))).await.unwrap();
    let group = stack.group(&owner, "Sales").await.unwrap();
    let request = add_into(&group.id, &[&address(), &address(), &stranger]);
    let answer = stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let id = &answer.results[0].user_id;
    let revision = format!("SELECT revision AS n FROM users WHERE id = '{id}'");
    let before = stack.count(revision.clone()).await;
    assert_eq!(stack.delete_group(&owner, &group.id, "").await.unwrap(), 2);
    assert_eq!(stack.group_of(&owner, id).await, "");
    assert_eq!(stack.count(revision).await, before + 1);
    let promised = stack
        .count("SELECT count(*) AS n FROM invitations WHERE group_id IS NOT NULL")
        .await;
    assert_eq!((promised, stack.rows("groups").await), (0, 0));
    assert_eq!(stack.events(owner.account, "group.delete").await, 1);
    assert_eq!(stack.events(owner.account, "user.update").await, 2);
    let unknown = (Code::NotFound, "GROUP_NOT_FOUND".to_owned());
    assert_eq!(refusal(stack.delete_group(&owner, &group.id, "").await), unknown);
    // Its name is free again.
    stack.group(&owner, "SALES").await.unwrap();
}

/// Each request is either in the group before it is deleted, or refused because there is none; never anything else, and
/// nobody is left in a group that is not there.
async fn a_group_that_is_deleted_while_users_are_added_is_clean(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = Arc::new(stack(plain).await);
    let owner = stack.owner().await;
    for round in 0..5 {
        let group = stack.group(&owner, &format!("Group {round}")).await.unwrap();
        let adds = join_all((0..8).map(|_| {
            let request = add_into(&group.id, &[&address()]);
            stack.commit(&owner, commit(&owner, request))
        }));
        let (added, deleted) = tokio::join!(adds, stack.delete_group(&owner, &group.id, ""));
        let there = added.iter().filter(|answer| answer.is_ok()).count();
        assert!(deleted.unwrap() <= i64::try_from(there).unwrap());
        for refused in added.into_iter().filter(Result::is_err) {
            assert_eq!(refusal(refused), (Code::NotFound, "GROUP_NOT_FOUND".into()));
        }
        for table in ["users", "invitations"] {
            let left = format!("SELECT count(*) AS n FROM {table} WHERE group_id IS NOT NULL");
            assert_eq!(stack.count(left).await, 0, "{table}");
        }
    }
}

async fn what_is_not_a_name_or_a_description_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let cases = [
        ("", "", "name", "NAME_MISSING"),
        ("  ", "", "name", "NAME_MISSING"),
        ("a\0", "", "name", "NAME_CHARACTER"),
        ("\u{202e}selaS", "", "name", "NAME_CHARACTER"),
        (&"x".repeat(65), "", "name", "NAME_TOO_LONG"),
        ("Sales", "a\0", "description", "DESCRIPTION_CHARACTER"),
        ("Sales", &"x".repeat(501), "description", "DESCRIPTION_TOO_LONG"),
    ];
    for (name, description, field, reason) in cases {
        let bad = CreateGroupRequest {
            description: description.into(),
            ..named(name)
        };
        let status = stack.create_group(&owner, bad).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), reason.into())]);
        assert_eq!(status.code(), Code::InvalidArgument);
    }
    assert_eq!(stack.rows("groups").await, 0);
}
