//! The values of settings, as people type and read them.

use std::collections::HashMap;
use std::str::FromStr;

use prost_reflect::DescriptorPool;
use proto::identity::v1::setting_definition::Type;
use proto::identity::v1::setting_value::Kind;
use proto::identity::v1::settings_service_client::SettingsServiceClient;
use proto::identity::v1::{ListSettingDefinitionsRequest, SettingDefinition, SettingValue};
use serde::Serialize;
use serde_json::Value;

use crate::client::Client;
use crate::complaint::Problem;
use crate::output::{Document, Record};

/// `key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    key: String,
    value: String,
}

impl FromStr for Assignment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or("KEY=VALUE is expected")?;
        Ok(Self {
            key: key.trim().to_owned(),
            value: value.to_owned(),
        })
    }
}

/// The values in the types of their settings.
pub(super) async fn typed(
    client: &Client,
    assignments: Vec<Assignment>,
) -> anyhow::Result<HashMap<String, SettingValue>> {
    let request = client.request(ListSettingDefinitionsRequest {}).await?;
    let mut settings = SettingsServiceClient::new(client.channel());
    let definitions = settings.list_setting_definitions(request).await?.into_inner();
    let mut values = HashMap::new();
    for assignment in assignments {
        let value = read(&definitions.definitions, &assignment)?;
        values.insert(assignment.key, value);
    }
    Ok(values)
}

/// The empty text is no value.
fn read(definitions: &[SettingDefinition], assignment: &Assignment) -> Result<SettingValue, Problem> {
    let Assignment { key, value } = assignment;
    if value.is_empty() {
        return Ok(SettingValue { kind: None });
    }
    let definition = definitions.iter().find(|definition| definition.key == *key);
    let bad = |expected: &str| Problem::BadInput(format!("{key}: {expected} is expected, and not {value}"));
    let kind = match definition.map(SettingDefinition::r#type) {
        Some(Type::Boolean) => Kind::Boolean(value.parse().map_err(|_| bad("true or false"))?),
        Some(Type::Integer) => Kind::Integer(value.parse().map_err(|_| bad("a whole number"))?),
        // Of a setting that does not exist, the answer says so.
        Some(Type::Choice | Type::Text | Type::Unspecified) | None => Kind::Text(value.clone()),
    };
    Ok(SettingValue { kind: Some(kind) })
}

/// One setting and its value, in a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Row {
    setting: String,
    value: String,
}

/// Values in the order of their settings.
pub(super) fn rows(values: &HashMap<String, SettingValue>) -> Vec<Row> {
    let row = |(setting, value): (&String, &SettingValue)| Row {
        setting: setting.clone(),
        value: text(value),
    };
    let mut rows: Vec<_> = values.iter().map(row).collect();
    rows.sort();
    rows
}

impl Document for Row {
    fn json(&self, _: &DescriptorPool) -> anyhow::Result<Value> {
        Ok(serde_json::to_value(self)?)
    }
}

impl Record for Row {
    const COLUMNS: &'static [&'static str] = &["setting", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.setting.clone(), self.value.clone()]
    }
}

fn text(value: &SettingValue) -> String {
    match &value.kind {
        None => String::new(),
        Some(Kind::Boolean(value)) => value.to_string(),
        Some(Kind::Integer(value)) => value.to_string(),
        Some(Kind::Text(value)) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_type_of_its_setting() {
        let definition = |key: &str, kind: Type| SettingDefinition {
            key: key.into(),
            r#type: kind.into(),
            ..SettingDefinition::default()
        };
        let definitions = [
            definition("bool", Type::Boolean),
            definition("number", Type::Integer),
            definition("word", Type::Choice),
        ];
        let table = [
            ("bool=true", Ok(Some(Kind::Boolean(true)))),
            ("bool=yes", Err(())),
            ("number=-3", Ok(Some(Kind::Integer(-3)))),
            ("number=x", Err(())),
            ("word=a=b", Ok(Some(Kind::Text("a=b".into())))),
            ("other=x", Ok(Some(Kind::Text("x".into())))),
            ("number=", Ok(None)),
        ];
        for (text, expected) in table {
            let value = read(&definitions, &text.parse().unwrap());
            assert_eq!(value.map(|value| value.kind).map_err(|_| ()), expected, "{text}");
        }
        assert!("bool".parse::<Assignment>().is_err());
    }

    #[test]
    fn values_are_shown_in_order() {
        let value = |kind| SettingValue { kind: Some(kind) };
        let values = HashMap::from([
            ("b".to_owned(), value(Kind::Integer(2))),
            ("a".to_owned(), value(Kind::Boolean(false))),
        ]);
        let cells: Vec<_> = rows(&values).iter().map(Record::cells).collect();
        assert_eq!(cells, [["a", "false"], ["b", "2"]]);
    }
}
