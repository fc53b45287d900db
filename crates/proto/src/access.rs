//! Who may call which method, read from the descriptors once at start.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorError, DescriptorPool, DynamicMessage, Value};

use crate::FILE_DESCRIPTOR_SET;

const RULE: &str = "usher.access.v1.rule";

/// What a method asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing.
    Public,
    /// To be logged in, or to be another service.
    Authenticated,
    /// A permission of the capability matrix, by its name such as `MANAGE_USERS`.
    Permission(String),
    /// To be one of these processes.
    Internal(Vec<String>),
}

/// The rule of every method.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: BTreeMap<String, Rule>,
}

impl Policy {
    /// Reads the rules from the descriptors that the program was built with.
    ///
    /// # Errors
    /// When the descriptors cannot be read; the build has made sure that they can.
    pub fn load() -> Result<Self, DescriptorError> {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        let mut rules = BTreeMap::new();
        let Some(extension) = pool.get_extension_by_name(RULE) else {
            return Ok(Self { rules });
        };
        for service in pool.services() {
            for method in service.methods() {
                let options = method.options();
                let value = options.get_extension(&extension);
                if let Some(rule) = value.as_message().and_then(read) {
                    rules.insert(format!("/{}/{}", service.full_name(), method.name()), rule);
                }
            }
        }
        Ok(Self { rules })
    }

    /// The rule of the method at an HTTP path, such as `/usher.identity.v1.SessionService/LogIn`.
    #[must_use]
    pub fn rule(&self, path: &str) -> Option<&Rule> {
        self.rules.get(path)
    }

    /// Every method's path and rule, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.rules.iter().map(|(path, rule)| (path.as_str(), rule))
    }
}

fn read(rule: &DynamicMessage) -> Option<Rule> {
    let (field, value) = rule.fields().next()?;
    match (field.name(), value) {
        ("audience", Value::EnumNumber(number)) => match enum_name(&field, *number)?.as_str() {
            "AUDIENCE_PUBLIC" => Some(Rule::Public),
            "AUDIENCE_AUTHENTICATED" => Some(Rule::Authenticated),
            _ => None,
        },
        ("permission", Value::EnumNumber(number)) => {
            let name = enum_name(&field, *number)?;
            Some(Rule::Permission(name.strip_prefix("PERMISSION_")?.to_owned()))
        }
        ("internal", Value::Message(internal)) => {
            let callers = internal.get_field_by_name("callers")?;
            let names = callers
                .as_list()?
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned));
            Some(Rule::Internal(names.collect()))
        }
        _ => None,
    }
}

fn enum_name(field: &prost_reflect::FieldDescriptor, number: i32) -> Option<String> {
    let kind = field.kind();
    Some(kind.as_enum()?.get_value(number)?.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_a_rule() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let policy = Policy::load().unwrap();
        let methods: usize = pool.services().map(|service| service.methods().len()).sum();
        assert!(methods > 10);
        assert_eq!(policy.iter().count(), methods);
    }

    #[test]
    fn internal_methods_and_internal_packages_are_the_same_thing() {
        for (path, rule) in Policy::load().unwrap().iter() {
            assert_eq!(
                path.contains(".internal.v1."),
                matches!(rule, Rule::Internal(_)),
                "{path}"
            );
        }
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        let policy = Policy::load().unwrap();
        let cases = [
            ("/usher.identity.v1.SessionService/LogIn", Rule::Public),
            ("/usher.identity.v1.SessionService/LogOut", Rule::Authenticated),
            (
                "/usher.admin.v1.PeopleService/AddUsers",
                Rule::Permission("MANAGE_USERS".into()),
            ),
            (
                "/usher.identity.internal.v1.ChangeService/ResolveReservations",
                Rule::Internal(vec!["licensing".into()]),
            ),
        ];
        for (path, rule) in cases {
            assert_eq!(policy.rule(path), Some(&rule), "{path}");
        }
        assert_eq!(policy.rule("/usher.identity.v1.SessionService/Nothing"), None);
    }
}
