//! What a setting is: its key, its values, and where it may be set.

use serde::{Deserialize, Serialize};

use super::setting_catalogue::CATALOGUE;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// One of several words, or a text.
    Text(String),
}

/// What values a setting may have, and which one it has when nobody has set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Boolean {
        /// When nobody has set it.
        default: bool,
    },
    /// A whole number.
    Integer {
        /// When nobody has set it.
        default: i64,
        /// The least it may be.
        least: i64,
        /// The most it may be.
        most: i64,
    },
    /// One of several words.
    Choice {
        /// When nobody has set it.
        default: &'static str,
        /// The words.
        choices: &'static [&'static str],
    },
    /// A text in lines, without other control characters.
    Text {
        /// When nobody has set it.
        default: &'static str,
        /// The most characters it has.
        longest: usize,
    },
}

/// Where a setting may be set; each level goes before the ones above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For the whole account.
    Account,
    /// In a settings template.
    Template,
    /// By a user, for themselves.
    User,
}

/// A setting of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name, which stays the same for as long as there is such a setting.
    pub key: &'static str,
    /// What values it may have.
    pub kind: Kind,
    /// Where it may be set.
    pub levels: &'static [Level],
    /// What it does.
    pub description: &'static str,
}

impl Definition {
    /// The setting with this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|definition| definition.key == key)
    }

    /// The value that it has when nobody has set it.
    pub fn default_value(&self) -> Value {
        match self.kind {
            Kind::Boolean { default } => Value::Boolean(default),
            Kind::Integer { default, .. } => Value::Integer(default),
            Kind::Choice { default, .. } | Kind::Text { default, .. } => Value::Text(default.to_owned()),
        }
    }

    /// Whether it may have this value.
    pub fn allows(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (Kind::Boolean { .. }, Value::Boolean(_)) => true,
            (Kind::Integer { least, most, .. }, Value::Integer(number)) => (least..=most).contains(number),
            (Kind::Choice { choices, .. }, Value::Text(word)) => choices.contains(&word.as_str()),
            (Kind::Text { longest, .. }, Value::Text(text)) => {
                text.chars().count() <= longest && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
            }
            (Kind::Boolean { .. }, Value::Integer(_) | Value::Text(_))
            | (Kind::Integer { .. }, Value::Boolean(_) | Value::Text(_))
            | (Kind::Choice { .. } | Kind::Text { .. }, Value::Boolean(_) | Value::Integer(_)) => false,
        }
    }

    /// Whether it may be set there.
    pub fn may_be_set_at(&self, level: Level) -> bool {
        self.levels.contains(&level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_allows_values_of_its_kind_and_range() {
        let of = |kind| Definition {
            key: "x",
            kind,
            levels: &[],
            description: "",
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let boolean = of(Kind::Boolean { default: false });
        let integer = of(Kind::Integer {
            default: 2,
            least: 1,
            most: 3,
        });
        let choice = of(Kind::Choice {
            default: "off",
            choices: &["off", "on"],
        });
        let line = of(Kind::Text {
            default: "",
            longest: 2,
        });
        let cases = [
            (boolean, Value::Boolean(true), true),
            (boolean, Value::Integer(1), false),
            (boolean, text("true"), false),
            (integer, Value::Integer(1), true),
            (integer, Value::Integer(3), true),
            (integer, Value::Integer(0), false),
            (integer, Value::Integer(4), false),
            (integer, text("2"), false),
            (choice, text("on"), true),
            (choice, text("ON"), false),
            (choice, text(""), false),
            (choice, Value::Boolean(true), false),
            (line, text(""), true),
            (line, text("ü\n"), true),
            (line, text("abc"), false),
            (line, text("\0"), false),
            (line, Value::Integer(1), false),
        ];
        for (definition, value, allowed) in cases {
            assert_eq!(definition.allows(&value), allowed, "{:?} {value:?}", definition.kind);
        }
    }
}
