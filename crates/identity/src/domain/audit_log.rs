//! Reading an account's audit log: what is asked for, and what a reader may see of it.

use serde::Serialize;
use serde_json::Value;
use types::Timestamp;

use super::audit::{Entry, Event, Outcome};
use super::error::Error;

/// The longest beginning of an action that is looked for, in octets.
const MAX_ACTION: usize = 200;
/// The longest id or name that is looked for, in octets.
const MAX_ID: usize = 128;

/// Which events are asked for. What is empty or none does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Filter {
    /// What this actor did.
    pub actor_id: String,
    /// What was done on this.
    pub subject_id: String,
    /// Actions that begin like this.
    pub action_prefix: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// At this time or later.
    pub start_time: Option<Timestamp>,
    /// Before this time.
    pub end_time: Option<Timestamp>,
    /// Not what tells who holds the billing contact's post.
    pub except_post: bool,
}

impl Filter {
    /// The same, if it is one.
    ///
    /// # Errors
    /// [`Error::IdMalformed`], [`Error::ActionPrefixTooLong`], [`Error::TimeRangeInvalid`].
    pub fn check(self) -> Result<Self, Error> {
        for (field, id) in [("actor_id", &self.actor_id), ("subject_id", &self.subject_id)] {
            if !is_id(id) {
                return Err(Error::IdMalformed { field });
            }
        }
        if self.action_prefix.len() > MAX_ACTION {
            return Err(Error::ActionPrefixTooLong);
        }
        match (self.start_time, self.end_time) {
            (Some(start), Some(end)) if start >= end => Err(Error::TimeRangeInvalid { field: "end_time" }),
            _ => Ok(self),
        }
    }

    /// The same for a reader who sees no roles: what [`Shown::without_roles`] takes an id from is not found by that id.
    #[must_use]
    pub fn without_roles(self) -> Self {
        let except_post = !(self.actor_id.is_empty() && self.subject_id.is_empty());
        Self { except_post, ..self }
    }
}

/// Whether a text may name an actor or a subject: ids, names of services and of products.
fn is_id(text: &str) -> bool {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.' | b'/');
    text.len() <= MAX_ID && text.bytes().all(is_plain)
}

/// In which order events are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Order {
    /// The earliest first.
    Ascending,
    /// The latest first.
    Descending,
}

impl Order {
    /// Reads `sequence` (also when nothing is said) or `sequence desc`.
    ///
    /// # Errors
    /// [`Error::OrderByUnknown`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "" | "sequence" | "sequence asc" => Ok(Self::Ascending),
            "sequence desc" => Ok(Self::Descending),
            _ => Err(Error::OrderByUnknown),
        }
    }
}

/// An event as one reader sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The event, without what the reader may not see.
    pub entry: Entry,
    /// Whether anything was left out.
    pub redacted: bool,
}

impl Shown {
    /// All of an event.
    pub const fn whole(entry: Entry) -> Self {
        Self { entry, redacted: false }
    }

    /// An event without what tells of roles.
    pub fn without_roles(mut entry: Entry) -> Self {
        // Who holds the post, or is offered it, would be told by the ids alone.
        if about_the_post(&entry.event) {
            entry.event = Event {
                actor_id: String::new(),
                subject_id: String::new(),
                before: String::new(),
                after: String::new(),
                ..entry.event
            };
            return Self { entry, redacted: true };
        }
        let before = hide_roles(&entry.event, &entry.event.before);
        let after = hide_roles(&entry.event, &entry.event.after);
        let redacted = before.is_some() || after.is_some();
        if let Some(before) = before {
            entry.event.before = before;
        }
        if let Some(after) = after {
            entry.event.after = after;
        }
        Self { entry, redacted }
    }
}

/// How the actions begin that are about the billing contact's post.
pub const POST: &str = "billing_contact.";

/// Whether an event is about the billing contact's post.
fn about_the_post(event: &Event) -> bool {
    event.action.starts_with(POST)
}

/// The members that tell of roles, wherever they stand.
const ROLES: [&str; 7] = [
    "role",
    "roles",
    "role_id",
    "custom_role_id",
    "permissions",
    "billing_contact",
    "billing_contact_id",
];

/// What is left of a text without roles; none when it tells of none.
fn hide_roles(event: &Event, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    // Everything about a role of the account's own is about roles; what cannot be read is not shown.
    let about_roles = event.action.starts_with("role.");
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return Some(String::new());
    };
    if about_roles {
        return Some(String::new());
    }
    (remove_roles(&mut value) > 0).then(|| value.to_string())
}

/// Removes them; how many there were.
fn remove_roles(value: &mut Value) -> usize {
    match value {
        Value::Object(members) => {
            let count = members.len();
            members.retain(|name, _| !ROLES.contains(&name.as_str()));
            count - members.len() + members.values_mut().map(remove_roles).sum::<usize>()
        }
        Value::Array(values) => values.iter_mut().map(remove_roles).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use types::AccountId;

    use super::*;
    use crate::domain::audit::{Head, Origin};

    fn shown(action: &'static str, before: &str, after: &str) -> (String, String, bool) {
        let origin = Origin::service("identity");
        let event = Event::new(AccountId::new(), &origin, action, "usr_1", Timestamp::from_micros(7));
        let event = Event {
            before: before.into(),
            after: after.into(),
            ..event
        };
        let head = Head::default().next(&event);
        let shown = Shown::without_roles(Entry { head, event });
        (shown.entry.event.before, shown.entry.event.after, shown.redacted)
    }

    #[test]
    fn roles_are_left_out_at_any_depth_and_nothing_else() {
        let invited = shown("user.invite", "", r#"{"email":"a@b.c","role":"ADMIN"}"#);
        assert_eq!(invited, (String::new(), r#"{"email":"a@b.c"}"#.into(), true));
        let deep = shown("user.update", r#"{"x":[{"custom_role_id":null,"y":1}]}"#, "{}");
        assert_eq!(deep, (r#"{"x":[{"y":1}]}"#.into(), "{}".into(), true));
        let named = shown("role.create", "", r#"{"name":"Auditors"}"#);
        assert_eq!(named, (String::new(), String::new(), true));
        let unreadable = shown("user.update", "", "role=ADMIN");
        assert_eq!(unreadable, (String::new(), String::new(), true));
        let plain = r#"{"given_name":"role"}"#;
        assert_eq!(shown("user.update", "", plain), (String::new(), plain.into(), false));
    }

    #[test]
    fn whoever_may_not_see_roles_does_not_learn_who_holds_the_post() {
        let origin = Origin::service("usr_1");
        let (account, now) = (AccountId::new(), Timestamp::from_micros(7));
        let event = Event::new(account, &origin, "billing_contact.offer", "usr_2", now);
        let head = Head::default().next(&event);
        let shown = Shown::without_roles(Entry { head, event });
        let Event {
            actor_id, subject_id, ..
        } = &shown.entry.event;
        assert_eq!((actor_id.as_str(), subject_id.as_str(), shown.redacted), ("", "", true));
    }

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        let time = |micros| Some(Timestamp::from_micros(micros));
        let good = Filter {
            actor_id: "usr_1".into(),
            action_prefix: "user.".into(),
            start_time: time(1),
            end_time: time(2),
            ..Filter::default()
        };
        assert!(good.clone().check().is_ok());
        let id = Filter {
            actor_id: "a b".into(),
            ..good.clone()
        };
        assert!(matches!(id.check(), Err(Error::IdMalformed { field: "actor_id" })));
        let long = Filter {
            action_prefix: "x".repeat(201),
            ..good.clone()
        };
        assert!(matches!(long.check(), Err(Error::ActionPrefixTooLong)));
        let empty = Filter {
            end_time: time(1),
            ..good
        };
        assert!(matches!(
            empty.check(),
            Err(Error::TimeRangeInvalid { field: "end_time" })
        ));
        assert!(matches!(Order::parse("time"), Err(Error::OrderByUnknown)));
    }
}
