//! SettingsTemplateService: versions, deletion with a successor, and many users at once.

use chassis::Person;
use identity::Config;
use proto::admin::v1::AddUsersRequest;
use proto::identity::v1::apply_settings_template_request::{Target, Users};
use proto::identity::v1::delete_settings_template_request::Successor;
use proto::identity::v1::effective_setting::Origin;
use proto::identity::v1::{
    ApplySettingsTemplateRequest, ApplySettingsTemplateResponse, CreateGroupRequest, CreateSettingsTemplateRequest,
    DeleteSettingsTemplateRequest, GetSettingsTemplateRequest, GetUserRequest, ListSettingsTemplatesRequest,
    SettingsTemplate, UpdateSettingsTemplateRequest,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{RequestId, Role, TemplateId, UserId};

use crate::settings::{boolean, changes, integer, text};
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, person, refusal};

on_both_databases! {
    a_template_is_a_copy
    each_change_makes_a_version
    bad_templates_are_not_made_and_good_ones_are_listed_by_name
    a_template_in_use_is_deleted_with_a_successor_only
    a_template_is_given_to_many_users_at_once
    administrators_get_a_template_from_a_super_admin_only
    the_templates_of_another_account_do_not_exist
}

const LENGTH: &str = "session.default_duration_minutes";

impl Stack {
    async fn create_template(
        &self,
        person: &Person,
        message: CreateSettingsTemplateRequest,
    ) -> Result<SettingsTemplate, Status> {
        let request = self.as_person(person, message);
        let answer = self.settings_templates().create_settings_template(request).await?;
        Ok(answer.into_inner().settings_template.unwrap())
    }

    async fn template(&self, person: &Person, name: &str) -> SettingsTemplate {
        self.create_template(person, named(name)).await.unwrap()
    }

    async fn get_template(&self, person: &Person, id: &str) -> Result<SettingsTemplate, Status> {
        let message = GetSettingsTemplateRequest {
            settings_template_id: id.into(),
        };
        let request = self.as_person(person, message);
        let answer = self.settings_templates().get_settings_template(request).await?;
        Ok(answer.into_inner().settings_template.unwrap())
    }

    async fn update_template(
        &self,
        person: &Person,
        message: UpdateSettingsTemplateRequest,
    ) -> Result<SettingsTemplate, Status> {
        let request = self.as_person(person, message);
        let answer = self.settings_templates().update_settings_template(request).await?;
        Ok(answer.into_inner().settings_template.unwrap())
    }

    async fn delete_template(&self, person: &Person, id: &str, successor: Option<Successor>) -> Result<i64, Status> {
        let message = DeleteSettingsTemplateRequest {
            settings_template_id: id.into(),
            etag: String::new(),
            successor,
        };
        let request = self.as_person(person, message);
        let answer = self.settings_templates().delete_settings_template(request).await?;
        Ok(answer.into_inner().user_count)
    }

    async fn apply(&self, person: &Person, template: &str, target: Option<Target>) -> Result<(i64, i64), Status> {
        let message = ApplySettingsTemplateRequest {
            settings_template_id: template.into(),
            target,
        };
        let request = self.as_person(person, message);
        let answer = self.settings_templates().apply_settings_template(request).await?;
        let ApplySettingsTemplateResponse {
            changed_count,
            protected_count,
        } = answer.into_inner();
        Ok((changed_count, protected_count))
    }

    async fn template_of(&self, person: &Person, user_id: &str) -> String {
        let message = GetUserRequest {
            user_id: user_id.into(),
        };
        let answer = self.users().get_user(self.as_person(person, message)).await.unwrap();
        answer.into_inner().user.unwrap().settings_template_id
    }

    async fn told(&self, action: &str) -> i64 {
        self.count(format!(
            "SELECT count(*) AS n FROM audit_events WHERE action = '{action}'"
        ))
        .await
    }
}

fn named(name: &str) -> CreateSettingsTemplateRequest {
    CreateSettingsTemplateRequest {
        name: name.into(),
        ..CreateSettingsTemplateRequest::default()
    }
}

fn with_template(template: &SettingsTemplate, emails: &[&str]) -> AddUsersRequest {
    let mut request = add(emails);
    request.options.get_or_insert_default().settings_template_id = template.id.clone();
    request
}

fn users(ids: &[&str]) -> Option<Target> {
    let ids = ids.iter().map(|&id| id.to_owned()).collect();
    Some(Target::Users(Users { ids }))
}

async fn a_template_is_a_copy(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = CreateSettingsTemplateRequest {
        request_id: RequestId::new().to_string(),
        values: changes(&[(LENGTH, integer(90)), ("session.lobby", None)]),
        ..named("Trainers")
    };
    let (first, twin) = tokio::join!(
        stack.create_template(&owner, request.clone()),
        stack.create_template(&owner, request.clone()),
    );
    let first = first.unwrap();
    assert_eq!(
        (twin.unwrap().id, first.version, first.user_count),
        (first.id.clone(), 1, 0)
    );
    // The system default as it is, save what is said.
    assert_eq!(first.values[LENGTH].kind, integer(90));
    assert_eq!(first.values["session.recording"].kind, text("manual"));
    assert!(!first.values.contains_key("session.lobby"));
    assert!(!first.values.contains_key("security.idle_log_out_minutes"));
    let copy = CreateSettingsTemplateRequest {
        source_template_id: first.id.clone(),
        values: changes(&[("session.chat", text("off"))]),
        ..named("Guests")
    };
    let copy = stack.create_template(&owner, copy).await.unwrap();
    assert_eq!(
        (&copy.values[LENGTH].kind, copy.values["session.chat"].kind.clone()),
        (&integer(90), text("off"))
    );
}

async fn each_change_makes_a_version(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let first = stack.template(&owner, "Trainers").await;
    let copy = CreateSettingsTemplateRequest {
        source_template_id: first.id.clone(),
        ..named("Guests")
    };
    let copy = stack.create_template(&owner, copy).await.unwrap();
    let change = UpdateSettingsTemplateRequest {
        settings_template: Some(first.clone()),
        update_mask: None,
        changes: changes(&[(LENGTH, integer(30)), ("session.recording", None)]),
    };
    let (one, other) = tokio::join!(
        stack.update_template(&owner, change.clone()),
        stack.update_template(&owner, change.clone()),
    );
    let (made, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    let made = made.unwrap();
    assert_eq!((made.version, made.values[LENGTH].kind.clone()), (2, integer(30)));
    assert!(!made.values.contains_key("session.recording"));
    assert_eq!(refusal(lost), (Code::Aborted, "ETAG_MISMATCH".into()));
    assert_eq!(stack.get_template(&owner, &copy.id).await.unwrap(), copy);

    assert_eq!(stack.told("settings_template.create").await, 2);
    assert_eq!(stack.told("settings_template.update").await, 1);
}

async fn bad_templates_are_not_made_and_good_ones_are_listed_by_name(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.template(&owner, "Trainers").await;
    stack.template(&owner, "Guests").await;
    let exists = (Code::AlreadyExists, "SETTINGS_TEMPLATE_EXISTS".to_owned());
    assert_eq!(refusal(stack.create_template(&owner, named("gUESTS")).await), exists);
    for (values, reason) in [
        (changes(&[("session.telex", boolean(true))]), "SETTING_UNKNOWN"),
        (changes(&[(LENGTH, integer(1))]), "SETTING_VALUE_INVALID"),
        (
            changes(&[("security.idle_log_out_minutes", integer(9))]),
            "SETTING_LEVEL_INVALID",
        ),
    ] {
        let bad = CreateSettingsTemplateRequest { values, ..named("Bad") };
        assert_eq!(
            refusal(stack.create_template(&owner, bad).await),
            (Code::InvalidArgument, reason.into())
        );
    }
    let request = stack.as_person(
        &owner,
        ListSettingsTemplatesRequest {
            page_size: 1,
            page_token: String::new(),
        },
    );
    let page = stack
        .settings_templates()
        .list_settings_templates(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(page.settings_templates[0].name, "Guests");
    let next = ListSettingsTemplatesRequest {
        page_size: 1,
        page_token: page.next_page_token,
    };
    let request = stack.as_person(&owner, next);
    let page = stack
        .settings_templates()
        .list_settings_templates(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (page.settings_templates[0].name.as_str(), page.next_page_token.as_str()),
        ("Trainers", "")
    );
}

async fn a_template_in_use_is_deleted_with_a_successor_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let stranger = address();
    stack.commit(&other, commit(&other, add(&[&stranger]))).await.unwrap();
    let (old, new) = (stack.template(&owner, "Old").await, stack.template(&owner, "New").await);
    let theirs = stack.template(&other, "New").await;
    let request = with_template(&old, &[&address(), &address(), &stranger]);
    let answer = stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let ada = &answer.results[0].user_id;
    assert_eq!(stack.get_template(&owner, &old.id).await.unwrap().user_count, 2);
    let length = stack.effective(&owner, ada, LENGTH).await.unwrap();
    assert_eq!((length.0, length.1), (integer(60), Origin::Template));

    for successor in [None, Some(Successor::UseSystemDefault(false))] {
        let status = stack.delete_template(&owner, &old.id, successor).await.unwrap_err();
        let info = status.get_details_error_info().unwrap();
        assert_eq!(
            (info.metadata["users"].as_str(), info.metadata["invitations"].as_str()),
            ("2", "1")
        );
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::FailedPrecondition, "SETTINGS_TEMPLATE_IN_USE".into())
        );
    }
    for (id, code, reason) in [
        (&old.id, Code::InvalidArgument, "REPLACEMENT_INVALID"),
        (&theirs.id, Code::NotFound, "SETTINGS_TEMPLATE_NOT_FOUND"),
    ] {
        let successor = Some(Successor::ReplacementTemplateId(id.clone()));
        let status = stack.delete_template(&owner, &old.id, successor).await.unwrap_err();
        assert_eq!(bad_fields(&status), [("replacement_template_id".into(), reason.into())]);
        assert_eq!(status.code(), code);
    }
    let successor = Some(Successor::ReplacementTemplateId(new.id.clone()));
    assert_eq!(stack.delete_template(&owner, &old.id, successor).await.unwrap(), 2);
    assert_eq!(stack.template_of(&owner, ada).await, new.id);
    let promised = format!(
        "SELECT count(*) AS n FROM invitations WHERE settings_template_id = '{}'",
        new.id
    );
    assert_eq!(stack.count(promised).await, 3);
    assert_eq!(stack.told("user.update").await, 2);
    let successor = Some(Successor::UseSystemDefault(true));
    assert_eq!(stack.delete_template(&owner, &new.id, successor).await.unwrap(), 2);
    assert_eq!(stack.template_of(&owner, ada).await, "");
    assert_eq!(stack.told("settings_template.delete").await, 2);
}

async fn a_template_is_given_to_many_users_at_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let template = stack.template(&owner, "Trainers").await;
    let group = CreateGroupRequest {
        name: "Sales".into(),
        ..CreateGroupRequest::default()
    };
    let group = stack
        .groups()
        .create_group(stack.as_person(&owner, group))
        .await
        .unwrap();
    let group = group.into_inner().group.unwrap().id;
    let mut request = add(&[&address(), &address(), &address()]);
    request.options.get_or_insert_default().group_id = group.clone();
    let answer = stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let ids: Vec<&str> = answer.results.iter().map(|result| result.user_id.as_str()).collect();
    assert_eq!(
        stack
            .apply(&owner, &template.id, users(&[ids[0], ids[0]]))
            .await
            .unwrap(),
        (1, 0)
    );
    let in_group = || Some(Target::GroupId(group.clone()));
    assert_eq!(stack.apply(&owner, &template.id, in_group()).await.unwrap(), (2, 0));
    assert_eq!(stack.apply(&owner, &template.id, in_group()).await.unwrap(), (0, 0));
    assert_eq!(stack.told("user.update").await, 3);
    assert_eq!(stack.template_of(&owner, ids[2]).await, template.id);
    assert_eq!(stack.apply(&owner, "", users(&ids)).await.unwrap(), (3, 0));
    assert_eq!(stack.template_of(&owner, ids[2]).await, "");
    let gone = UserId::new().to_string();
    let status = stack
        .apply(&owner, &template.id, users(&[ids[0], &gone]))
        .await
        .unwrap_err();
    assert_eq!(bad_fields(&status), [("users.ids[1]".into(), "USER_NOT_FOUND".into())]);
    assert_eq!(stack.template_of(&owner, ids[0]).await, "");
    let count = (Code::InvalidArgument, "USERS_COUNT".to_owned());
    assert_eq!(refusal(stack.apply(&owner, "", None).await), count);
    assert_eq!(refusal(stack.apply(&owner, "", users(&[])).await), count);
    assert_eq!(
        refusal(stack.apply(&owner, "", users(&vec![ids[0]; 1_001])).await),
        count
    );
    let status = stack.apply(&owner, "", users(&["usr_1"])).await.unwrap_err();
    assert_eq!(bad_fields(&status), [("users.ids[0]".into(), "ID_MALFORMED".into())]);
}

async fn administrators_get_a_template_from_a_super_admin_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let template = stack.template(&owner, "Trainers").await;
    let answer = stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let (ada, boss) = (answer.results[0].user_id.as_str(), owner.user.to_string());
    let admin = person(owner.account, UserId::new(), Role::Admin);
    let status = stack
        .apply(&admin, &template.id, users(&[ada, &boss]))
        .await
        .unwrap_err();
    assert_eq!(
        bad_fields(&status),
        [("users.ids[1]".into(), "ADMINISTRATOR_PROTECTED".into())]
    );
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(stack.template_of(&owner, ada).await, "");
    // Of a group, those are left out.
    let group = CreateGroupRequest {
        name: "All".into(),
        ..CreateGroupRequest::default()
    };
    let group = stack
        .groups()
        .create_group(stack.as_person(&owner, group))
        .await
        .unwrap();
    let group = group.into_inner().group.unwrap().id;
    stack.execute(&format!("UPDATE users SET group_id = '{group}'")).await;
    let target = || Some(Target::GroupId(group.clone()));
    assert_eq!(stack.apply(&admin, &template.id, target()).await.unwrap(), (1, 1));
    assert_eq!(stack.template_of(&owner, &boss).await, "");
    assert_eq!(stack.apply(&owner, &template.id, target()).await.unwrap(), (1, 0));
}

async fn the_templates_of_another_account_do_not_exist(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let template = stack.template(&owner, "Trainers").await;
    let unknown = (Code::NotFound, "SETTINGS_TEMPLATE_NOT_FOUND".to_owned());
    for id in [&template.id, &TemplateId::new().to_string()] {
        assert_eq!(refusal(stack.get_template(&other, id).await), unknown);
        assert_eq!(refusal(stack.delete_template(&other, id, None).await), unknown);
        let me = other.user.to_string();
        assert_eq!(refusal(stack.apply(&other, id, users(&[&me])).await), unknown);
        let update = UpdateSettingsTemplateRequest {
            settings_template: Some(SettingsTemplate {
                id: id.clone(),
                ..SettingsTemplate::default()
            }),
            update_mask: None,
            changes: changes(&[(LENGTH, integer(30))]),
        };
        assert_eq!(refusal(stack.update_template(&other, update).await), unknown);
        let copy = CreateSettingsTemplateRequest {
            source_template_id: id.clone(),
            ..named("Copy")
        };
        assert_eq!(refusal(stack.create_template(&other, copy).await), unknown);
        let added = stack
            .commit(&other, commit(&other, with_template(&template, &[&address()])))
            .await;
        assert_eq!(refusal(added), unknown);
    }
    let me = owner.user.to_string();
    let refused = stack.apply(&other, "", users(&[&me])).await;
    assert_eq!(refusal(refused), (Code::NotFound, "USER_NOT_FOUND".into()));
    assert_eq!(stack.get_template(&owner, &template.id).await.unwrap(), template);
}
