//! Settings: what somebody sees who is added with a template, sets values of their own, and meets a lock.

use std::collections::HashMap;

use proto::identity::v1::delete_settings_template_request::Successor;
use proto::identity::v1::effective_setting::{Lock, Origin};
use proto::identity::v1::setting_value::Kind;
use proto::identity::v1::settings_service_client::SettingsServiceClient;
use proto::identity::v1::settings_template_service_client::SettingsTemplateServiceClient;
use proto::identity::v1::{
    CreateSettingsTemplateRequest, DeleteSettingsTemplateRequest, GetAccountSettingsRequest,
    GetEffectiveSettingsRequest, GetSettingsTemplateRequest, SettingValue, UpdateAccountSettingsRequest,
    UpdateMySettingsRequest,
};
use tonic::{Code, Status};

use crate::support::{Owner, World, adding, fresh, on_both, refusal};

on_both! {
    a_person_added_with_a_template_has_its_settings_until_a_lock
}

const RECORDING: &str = "session.recording";

fn value(word: &str) -> HashMap<String, SettingValue> {
    let kind = Some(Kind::Text(word.into()));
    HashMap::from([(RECORDING.to_owned(), SettingValue { kind })])
}

async fn effective(reader: &Owner, user_id: &str) -> Result<(String, Origin, Lock), Status> {
    let message = GetEffectiveSettingsRequest {
        user_id: user_id.into(),
    };
    let mut client = SettingsServiceClient::new(reader.channel.clone());
    let answer = client
        .get_effective_settings(reader.request(message))
        .await?
        .into_inner();
    let setting = answer.settings.into_iter().find(|it| it.key == RECORDING).unwrap();
    let told = (setting.origin(), setting.lock());
    match setting.value.unwrap().kind {
        Some(Kind::Text(word)) => Ok((word, told.0, told.1)),
        kind => panic!("{kind:?} is not a word"),
    }
}

async fn set(person: &Owner, word: &str) -> Result<(), Status> {
    let message = UpdateMySettingsRequest {
        changes: value(word),
        etag: String::new(),
    };
    let mut client = SettingsServiceClient::new(person.channel.clone());
    client.update_my_settings(person.request(message)).await.map(drop)
}

async fn set_for_all(owner: &Owner, word: &str, lock: bool, etag: &str) -> Result<(), Status> {
    let message = UpdateAccountSettingsRequest {
        changes: value(word),
        lock: if lock { vec![RECORDING.into()] } else { vec![] },
        unlock: vec![],
        etag: etag.into(),
    };
    let mut client = SettingsServiceClient::new(owner.channel.clone());
    client.update_account_settings(owner.request(message)).await.map(drop)
}

async fn a_person_added_with_a_template_has_its_settings_until_a_lock(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let create = CreateSettingsTemplateRequest {
        name: "Trainers".into(),
        values: value("automatic"),
        ..CreateSettingsTemplateRequest::default()
    };
    let mut templates = SettingsTemplateServiceClient::new(owner.channel.clone());
    let answer = templates.create_settings_template(owner.request(create)).await.unwrap();
    let template = answer.into_inner().settings_template.unwrap();
    let email = fresh("ada");
    let mut request = adding(&[&email], &[]);
    request.options.get_or_insert_default().settings_template_id = template.id.clone();
    let added = owner.add(request).await.unwrap();
    let id = &added.results[0].user_id;
    let ada = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    let told = |word: &str, origin, lock| (word.to_owned(), origin, lock);
    let free = Lock::Unspecified;
    assert_eq!(
        effective(&ada, "").await.unwrap(),
        told("automatic", Origin::Template, free)
    );
    set(&ada, "manual").await.unwrap();
    assert_eq!(effective(&owner, id).await.unwrap(), told("manual", Origin::User, free));

    let mut settings = SettingsServiceClient::new(owner.channel.clone());
    let account = settings
        .get_account_settings(owner.request(GetAccountSettingsRequest {}))
        .await
        .unwrap();
    let etag = account.into_inner().settings.unwrap().etag;
    let (one, other) = tokio::join!(
        set_for_all(&owner, "off", true, &etag),
        set_for_all(&owner, "off", true, &etag),
    );
    let lost: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    let stale = (Code::Aborted, "ETAG_MISMATCH".to_owned());
    assert_eq!(lost.len(), 1);
    assert_eq!(refusal(&lost[0]), stale);
    assert_eq!(
        effective(&ada, "").await.unwrap(),
        told("off", Origin::Account, Lock::Account)
    );
    let refused = refusal(&set(&ada, "automatic").await.unwrap_err());
    assert_eq!(refused, (Code::FailedPrecondition, "SETTING_LOCKED".into()));
    let refused = refusal(&set_for_all(&owner, "sometimes", false, "").await.unwrap_err());
    assert_eq!(refused, (Code::InvalidArgument, "SETTING_VALUE_INVALID".into()));

    another_tenant_has_neither(&stranger, id, &template.id).await;
    let refused = refusal(&effective(&ada, &owner.tokens.user_id).await.unwrap_err());
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    a_template_in_use_needs_a_successor(&owner, &template.id).await;
}

async fn another_tenant_has_neither(stranger: &Owner, user_id: &str, template_id: &str) {
    let refused = refusal(&effective(stranger, user_id).await.unwrap_err());
    assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".into()));
    let get = GetSettingsTemplateRequest {
        settings_template_id: template_id.into(),
    };
    let mut theirs = SettingsTemplateServiceClient::new(stranger.channel.clone());
    let refused = theirs.get_settings_template(stranger.request(get)).await.unwrap_err();
    let unknown = (Code::NotFound, "SETTINGS_TEMPLATE_NOT_FOUND".to_owned());
    assert_eq!(refusal(&refused), unknown);
    let mut stolen = adding(&[&fresh("eve")], &[]);
    stolen.options.get_or_insert_default().settings_template_id = template_id.into();
    assert_eq!(refusal(&stranger.add(stolen).await.unwrap_err()), unknown);
}

async fn a_template_in_use_needs_a_successor(owner: &Owner, template_id: &str) {
    let mut templates = SettingsTemplateServiceClient::new(owner.channel.clone());
    let delete = |successor| DeleteSettingsTemplateRequest {
        settings_template_id: template_id.into(),
        etag: String::new(),
        successor,
    };
    let refused = templates
        .delete_settings_template(owner.request(delete(None)))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::FailedPrecondition, "SETTINGS_TEMPLATE_IN_USE".into())
    );
    let successor = Some(Successor::UseSystemDefault(true));
    let deleted = templates
        .delete_settings_template(owner.request(delete(successor)))
        .await
        .unwrap();
    assert_eq!(deleted.into_inner().user_count, 1);
}
