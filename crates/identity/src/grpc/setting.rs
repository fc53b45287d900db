//! Settings and their values, between messages and what is meant by them.

use std::collections::HashMap;

use proto::identity::v1 as wire;
use proto::identity::v1::setting_value::Kind as WireKind;

use crate::domain::effective_settings::{Effective, Lock, Origin};
use crate::domain::setting::{Definition, Kind, Level, Value};
use crate::domain::settings::{Changes, Settings};

/// What is to change; an unset value takes one away.
pub fn read_changes(changes: HashMap<String, wire::SettingValue>) -> Changes {
    let read = |value: wire::SettingValue| {
        value.kind.map(|kind| match kind {
            WireKind::Boolean(boolean) => Value::Boolean(boolean),
            WireKind::Integer(integer) => Value::Integer(integer),
            WireKind::Text(text) => Value::Text(text),
        })
    };
    changes.into_iter().map(|(key, value)| (key, read(value))).collect()
}

/// Values on the wire.
pub fn values(settings: &Settings) -> HashMap<String, wire::SettingValue> {
    settings
        .iter()
        .map(|(key, value)| (key.to_owned(), self::value(value)))
        .collect()
}

fn value(value: &Value) -> wire::SettingValue {
    let kind = match value {
        Value::Boolean(boolean) => WireKind::Boolean(*boolean),
        Value::Integer(integer) => WireKind::Integer(*integer),
        Value::Text(text) => WireKind::Text(text.clone()),
    };
    wire::SettingValue { kind: Some(kind) }
}

/// A setting's definition on the wire.
pub fn definition(definition: &Definition) -> wire::SettingDefinition {
    use wire::setting_definition::Type;
    let plain = wire::SettingDefinition {
        key: definition.key.to_owned(),
        description: definition.description.to_owned(),
        default_value: Some(value(&definition.default_value())),
        levels: definition.levels.iter().map(|it| level(*it).into()).collect(),
        ..wire::SettingDefinition::default()
    };
    match definition.kind {
        Kind::Boolean { .. } => wire::SettingDefinition {
            r#type: Type::Boolean.into(),
            ..plain
        },
        Kind::Integer { least, most, .. } => wire::SettingDefinition {
            r#type: Type::Integer.into(),
            minimum: least,
            maximum: most,
            ..plain
        },
        Kind::Choice { choices, .. } => wire::SettingDefinition {
            r#type: Type::Choice.into(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
            ..plain
        },
        Kind::Text { longest, .. } => wire::SettingDefinition {
            r#type: Type::Text.into(),
            maximum_length: i32::try_from(longest).unwrap_or(i32::MAX),
            ..plain
        },
    }
}

const fn level(level: Level) -> wire::SettingLevel {
    match level {
        Level::Account => wire::SettingLevel::Account,
        Level::Template => wire::SettingLevel::Template,
        Level::User => wire::SettingLevel::User,
    }
}

/// A setting as it is for a user, on the wire.
pub fn effective(effective: &Effective) -> wire::EffectiveSetting {
    use wire::effective_setting as told;
    let origin = match effective.origin {
        Origin::SystemDefault => told::Origin::SystemDefault,
        Origin::Account => told::Origin::Account,
        Origin::Template => told::Origin::Template,
        Origin::User => told::Origin::User,
    };
    let lock = match effective.lock {
        None => told::Lock::Unspecified,
        Some(Lock::Account) => told::Lock::Account,
        Some(Lock::Definition) => told::Lock::Definition,
    };
    wire::EffectiveSetting {
        key: effective.definition.key.to_owned(),
        value: Some(value(&effective.value)),
        origin: origin.into(),
        lock: lock.into(),
    }
}
