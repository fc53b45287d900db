//! What is printed as JSON: messages by the canonical mapping of protobuf, and what has a mapping of its own.

use anyhow::Context;
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;

/// Something that can be written as JSON.
pub(crate) trait Document {
    /// The value; `pool` knows every message.
    fn json(&self, pool: &DescriptorPool) -> anyhow::Result<Value>;
}

/// As protobuf says (times in RFC 3339, enums by their names), but for two things: fields have the names that stand in
/// `proto/`, and 64-bit integers are numbers. A field at its default is there all the same; one that can be unset and is,
/// is not.
impl<M: Message + Name> Document for M {
    fn json(&self, pool: &DescriptorPool) -> anyhow::Result<Value> {
        let name = M::full_name();
        let descriptor = pool.get_message_by_name(&name);
        let descriptor = descriptor.with_context(|| format!("no message is called {name}"))?;
        let message = DynamicMessage::decode(descriptor, self.encode_to_vec().as_slice())?;
        let options = SerializeOptions::new()
            .stringify_64_bit_integers(false)
            .use_proto_field_name(true)
            .skip_default_fields(false);
        Ok(message.serialize_with_options(serde_json::value::Serializer, &options)?)
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;
    use proto::admin::v1::add_user_result::Outcome;
    use proto::admin::v1::{AddUserResult, Person};
    use proto::identity::v1::{Role, User};
    use serde_json::json;
    use tonic_types::StatusExt;

    use super::*;

    fn pool() -> DescriptorPool {
        DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap()
    }

    #[test]
    fn names_are_those_of_the_api_times_are_rfc_3339_and_defaults_are_there() {
        let user = User {
            given_name: "Ada".into(),
            role: Role::SuperAdmin.into(),
            create_time: Some(Timestamp {
                seconds: 1_764_072_000,
                nanos: 5_000,
            }),
            ..User::default()
        };
        let person = Person {
            user: Some(user),
            ..Person::default()
        };
        let value = person.json(&pool()).unwrap();
        assert_eq!(value["user"]["given_name"], "Ada");
        assert_eq!(value["user"]["role"], "ROLE_SUPER_ADMIN");
        assert_eq!(value["user"]["state"], "STATE_UNSPECIFIED");
        assert_eq!(value["user"]["create_time"], "2025-11-25T12:00:00.000005Z");
        assert_eq!(value["user"].get("invitation"), None);
        assert_eq!(value["products"], json!([]));
    }

    #[test]
    fn the_error_of_a_row_keeps_its_reason() {
        let status: tonic::Status = chassis::Refusal::new(tonic::Code::AlreadyExists, "USER_EXISTS", "is there")
            .metadata("key", "value")
            .into();
        let error = tonic_types::Status::decode(status.details()).unwrap();
        assert!(status.get_details_error_info().is_some());
        let row = AddUserResult {
            outcome: Outcome::Failed.into(),
            error: Some(error),
            ..AddUserResult::default()
        };
        let value = row.json(&pool()).unwrap();
        assert_eq!(value["error"]["details"][0]["reason"], "USER_EXISTS");
    }
}
