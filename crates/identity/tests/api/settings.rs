//! SettingsService: values, locks, and what comes of them.

use std::collections::HashMap;

use chassis::Person;
use identity::Config;
use proto::identity::v1::effective_setting::{Lock, Origin};
use proto::identity::v1::setting_value::Kind;
use proto::identity::v1::{
    AccountSettings, GetAccountSettingsRequest, GetEffectiveSettingsRequest, GetMySettingsRequest,
    GetUserSettingsRequest, ListSettingDefinitionsRequest, SettingValue, UpdateAccountSettingsRequest,
    UpdateMySettingsRequest, UpdateUserSettingsRequest, UserSettings,
};
use tonic::{Code, Status};
use types::{Permissions, Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, person, refusal};

on_both_databases! {
    a_value_comes_from_the_lowest_level_that_has_set_it
    a_lock_stops_at_the_account
    of_two_changes_with_one_etag_one_is_made
    what_is_wrong_with_a_change_is_told_with_its_path
    the_settings_of_others_are_for_those_who_manage_them
    what_a_later_version_does_not_know_is_ignored
}

type Change<'a> = &'a [(&'a str, Option<Kind>)];

pub fn integer(value: i64) -> Option<Kind> {
    Some(Kind::Integer(value))
}

pub fn boolean(value: bool) -> Option<Kind> {
    Some(Kind::Boolean(value))
}

pub fn text(value: &str) -> Option<Kind> {
    Some(Kind::Text(value.into()))
}

/// Changes on the wire.
pub fn changes(changes: Change<'_>) -> HashMap<String, SettingValue> {
    let read = |(key, kind): &(&str, Option<Kind>)| ((*key).to_owned(), SettingValue { kind: kind.clone() });
    changes.iter().map(read).collect()
}

const LENGTH: &str = "session.default_duration_minutes";

impl Stack {
    async fn account_settings(&self, person: &Person) -> AccountSettings {
        let request = self.as_person(person, GetAccountSettingsRequest {});
        let answer = self.settings().get_account_settings(request).await.unwrap();
        answer.into_inner().settings.unwrap()
    }

    pub async fn set_for_account(
        &self,
        person: &Person,
        message: UpdateAccountSettingsRequest,
    ) -> Result<AccountSettings, Status> {
        let request = self.as_person(person, message);
        let answer = self.settings().update_account_settings(request).await?;
        Ok(answer.into_inner().settings.unwrap())
    }

    pub async fn set_for_me(&self, person: &Person, change: Change<'_>) -> Result<UserSettings, Status> {
        let message = UpdateMySettingsRequest {
            changes: changes(change),
            etag: String::new(),
        };
        let answer = self
            .settings()
            .update_my_settings(self.as_person(person, message))
            .await?;
        Ok(answer.into_inner().settings.unwrap())
    }

    async fn set_for(&self, person: &Person, user_id: &str) -> Result<UserSettings, Status> {
        let message = UpdateUserSettingsRequest {
            user_id: user_id.into(),
            changes: changes(&[(LENGTH, integer(45))]),
            etag: String::new(),
        };
        let request = self.as_person(person, message);
        let answer = self.settings().update_user_settings(request).await?;
        Ok(answer.into_inner().settings.unwrap())
    }

    async fn settings_of(&self, person: &Person, user_id: &str) -> Result<UserSettings, Status> {
        let message = GetUserSettingsRequest {
            user_id: user_id.into(),
        };
        let answer = self
            .settings()
            .get_user_settings(self.as_person(person, message))
            .await?;
        Ok(answer.into_inner().settings.unwrap())
    }

    /// The value of a setting for a user, where it comes from, and what locks it.
    pub async fn effective(
        &self,
        person: &Person,
        user_id: &str,
        key: &str,
    ) -> Result<(Option<Kind>, Origin, Lock), Status> {
        let message = GetEffectiveSettingsRequest {
            user_id: user_id.into(),
        };
        let answer = self
            .settings()
            .get_effective_settings(self.as_person(person, message))
            .await?;
        let settings = answer.into_inner().settings;
        let setting = settings.into_iter().find(|setting| setting.key == key).unwrap();
        Ok((setting.value.clone().unwrap().kind, setting.origin(), setting.lock()))
    }
}

fn account_wide(change: Change<'_>, lock: &[&str], unlock: &[&str]) -> UpdateAccountSettingsRequest {
    let owned = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
    UpdateAccountSettingsRequest {
        changes: changes(change),
        lock: owned(lock),
        unlock: owned(unlock),
        etag: String::new(),
    }
}

async fn a_value_comes_from_the_lowest_level_that_has_set_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let now = async || stack.effective(&owner, "", LENGTH).await.unwrap();
    assert_eq!(now().await, (integer(60), Origin::SystemDefault, Lock::Unspecified));
    stack
        .set_for_account(&owner, account_wide(&[(LENGTH, integer(30))], &[], &[]))
        .await
        .unwrap();
    assert_eq!(now().await, (integer(30), Origin::Account, Lock::Unspecified));
    stack.set_for_me(&owner, &[(LENGTH, integer(45))]).await.unwrap();
    assert_eq!(now().await, (integer(45), Origin::User, Lock::Unspecified));
    // Only what is named changes, and what is unset is taken away.
    let mine = stack
        .set_for_me(&owner, &[("session.lobby", boolean(false))])
        .await
        .unwrap();
    assert_eq!(mine.values.len(), 2);
    let mine = stack.set_for_me(&owner, &[(LENGTH, None)]).await.unwrap();
    assert_eq!(mine.values, changes(&[("session.lobby", boolean(false))]));
    let request = stack.as_person(&owner, GetMySettingsRequest {});
    let read = stack.settings().get_my_settings(request).await.unwrap();
    assert_eq!(read.into_inner().settings, Some(mine));
    assert_eq!(now().await, (integer(30), Origin::Account, Lock::Unspecified));
    let retention = stack.effective(&owner, "", "session.recording_retention_days").await;
    assert_eq!(retention.unwrap().2, Lock::Definition);
    // A change to what it is already leaves no trace.
    stack.set_for_me(&owner, &[(LENGTH, None)]).await.unwrap();
    let told = stack
        .texts("SELECT before || ' ' || after AS text FROM audit_events WHERE action LIKE '%.update_settings' ORDER BY sequence".into())
        .await;
    let told: Vec<_> = told.iter().map(String::as_str).collect();
    let expected = [
        r#"{"session.default_duration_minutes":null} {"session.default_duration_minutes":30}"#,
        r#"{"session.default_duration_minutes":null} {"session.default_duration_minutes":45}"#,
        r#"{"session.lobby":null} {"session.lobby":false}"#,
        r#"{"session.default_duration_minutes":45} {"session.default_duration_minutes":null}"#,
    ];
    assert_eq!(told, expected);
}

async fn a_lock_stops_at_the_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let now = async || stack.effective(&owner, "", LENGTH).await.unwrap();
    stack.set_for_me(&owner, &[(LENGTH, integer(45))]).await.unwrap();
    let locked = stack
        .set_for_account(&owner, account_wide(&[], &[LENGTH], &[]))
        .await
        .unwrap();
    assert_eq!(locked.locked_keys, [LENGTH]);
    assert_eq!(now().await, (integer(60), Origin::SystemDefault, Lock::Account));
    stack
        .set_for_account(&owner, account_wide(&[(LENGTH, integer(30))], &[], &[]))
        .await
        .unwrap();
    assert_eq!(now().await, (integer(30), Origin::Account, Lock::Account));
    let status = stack.set_for_me(&owner, &[(LENGTH, integer(90))]).await.unwrap_err();
    assert_eq!(
        bad_fields(&status),
        [(format!("changes[\"{LENGTH}\"]"), "SETTING_LOCKED".into())]
    );
    assert_eq!(status.code(), Code::FailedPrecondition);
    stack
        .set_for_account(&owner, account_wide(&[], &[], &[LENGTH]))
        .await
        .unwrap();
    assert_eq!(now().await, (integer(45), Origin::User, Lock::Unspecified));
    // What is locked can be taken away.
    stack
        .set_for_account(&owner, account_wide(&[], &[LENGTH], &[]))
        .await
        .unwrap();
    assert!(
        stack
            .set_for_me(&owner, &[(LENGTH, None)])
            .await
            .unwrap()
            .values
            .is_empty()
    );
}

async fn of_two_changes_with_one_etag_one_is_made(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let etag = stack.account_settings(&owner).await.etag;
    let change = |minutes| UpdateAccountSettingsRequest {
        etag: etag.clone(),
        ..account_wide(&[(LENGTH, integer(minutes))], &[], &[])
    };
    let (one, other) = tokio::join!(
        stack.set_for_account(&owner, change(20)),
        stack.set_for_account(&owner, change(30)),
    );
    let (made, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    let stale = (Code::Aborted, "ETAG_MISMATCH".to_owned());
    assert_eq!(refusal(lost), stale);
    assert_eq!(stack.account_settings(&owner).await, made.unwrap());
    let message = UpdateMySettingsRequest {
        changes: changes(&[(LENGTH, integer(20))]),
        etag,
    };
    let refused = stack
        .settings()
        .update_my_settings(stack.as_person(&owner, message))
        .await;
    assert_eq!(refusal(refused), stale);
}

async fn what_is_wrong_with_a_change_is_told_with_its_path(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let path = |key: &str| format!("changes[\"{key}\"]");
    let cases = [
        ("session.telex", boolean(true), "SETTING_UNKNOWN"),
        ("session.lobby", integer(1), "SETTING_VALUE_INVALID"),
        (LENGTH, integer(14), "SETTING_VALUE_INVALID"),
        ("session.recording", text("sometimes"), "SETTING_VALUE_INVALID"),
        ("security.idle_log_out_minutes", integer(5), "SETTING_LEVEL_INVALID"),
    ];
    for (key, value, reason) in cases {
        let status = stack.set_for_me(&owner, &[(key, value.clone())]).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(path(key), reason.into())]);
        assert_eq!(status.code(), Code::InvalidArgument);
        if reason != "SETTING_LEVEL_INVALID" {
            let refused = stack
                .set_for_account(&owner, account_wide(&[(key, value)], &[], &[]))
                .await;
            assert_eq!(refusal(refused), (Code::InvalidArgument, reason.into()));
        }
    }
    let status = stack
        .set_for_account(&owner, account_wide(&[], &["session.telex"], &[]))
        .await
        .unwrap_err();
    assert_eq!(bad_fields(&status), [("lock[0]".into(), "SETTING_UNKNOWN".into())]);
    let both = account_wide(&[], &["session.lobby"], &["session.lobby"]);
    let refused = refusal(stack.set_for_account(&owner, both).await);
    assert_eq!(refused, (Code::InvalidArgument, "SETTING_LOCK_AMBIGUOUS".into()));
    assert_eq!(stack.account_settings(&owner).await.values.len(), 0);
    let request = stack.as_person(&owner, ListSettingDefinitionsRequest {});
    let definitions = stack.settings().list_setting_definitions(request).await.unwrap();
    assert_eq!(definitions.into_inner().definitions.len(), 16);
}

async fn the_settings_of_others_are_for_those_who_manage_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let answer = stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let id = answer.results[0].user_id.clone();
    let ada = person(owner.account, id.parse().unwrap(), Role::Member);
    let admin = person(owner.account, UserId::new(), Role::Admin);
    stack.set_for(&admin, &id).await.unwrap();
    assert_eq!(stack.settings_of(&admin, &id).await.unwrap().values.len(), 1);
    assert_eq!(stack.effective(&admin, &id, LENGTH).await.unwrap().1, Origin::User);
    assert_eq!(stack.effective(&ada, "", LENGTH).await.unwrap().0, integer(45));
    let owner_id = owner.user.to_string();
    assert_eq!(
        refusal(stack.set_for(&admin, &owner_id).await),
        (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".into())
    );
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    assert_eq!(refusal(stack.effective(&ada, &owner_id, LENGTH).await), lacking);
    assert_eq!(refusal(stack.set_for(&ada, &owner_id).await), lacking);
    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    for id in [&id, &UserId::new().to_string()] {
        assert_eq!(refusal(stack.effective(&other, id, LENGTH).await), unknown);
        assert_eq!(refusal(stack.set_for(&other, id).await), unknown);
        assert_eq!(refusal(stack.settings_of(&other, id).await), unknown);
    }
    let malformed = (Code::InvalidArgument, "ID_MALFORMED".to_owned());
    assert_eq!(refusal(stack.effective(&owner, "usr_1", LENGTH).await), malformed);
    assert_eq!(refusal(stack.settings_of(&owner, "").await), malformed);
    assert_eq!(refusal(stack.set_for(&owner, "").await), malformed);
    let powerless = Person {
        permissions: Permissions::default(),
        ..ada
    };
    assert_eq!(refusal(stack.set_for_me(&powerless, &[]).await), lacking);
}

async fn what_a_later_version_does_not_know_is_ignored(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack
        .execute(r#"UPDATE accounts SET settings = '{"session.telex": 1, "session.lobby": "x", "session.chat": "off"}', locked_settings = '["session.telex", "session.chat"]'"#)
        .await;
    let settings = stack.account_settings(&owner).await;
    assert_eq!(settings.values, changes(&[("session.chat", text("off"))]));
    assert_eq!(settings.locked_keys, ["session.chat"]);
    let lobby = stack.effective(&owner, "", "session.lobby").await.unwrap();
    assert_eq!(lobby, (boolean(true), Origin::SystemDefault, Lock::Unspecified));
}
