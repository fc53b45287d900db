//! Who is calling: the process that vouches, and the person it vouches for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Status};
use types::{AccountId, Permission, Permissions, Role, SessionId, UserId};

use crate::Refusal;

/// The metadata key of the internal caller token.
pub const CALLER_KEY: &str = "usher-caller";
/// The metadata key under which the edge hands on the address a person called from.
pub const SOURCE_KEY: &str = "usher-source";

/// Who is calling, verified. Every use case takes it first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The process that signed: `gateway`, `identity`, …
    pub issuer: String,
    /// For whom it calls.
    pub actor: Actor,
    /// The address the person called from, when the edge handed it on. For limits only: it is not signed.
    pub source: Option<IpAddr>,
}

/// For whom a process calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// For somebody who has not logged in.
    Nobody,
    /// For a person who has.
    Person(Person),
    /// For itself.
    Service,
}

/// A person as they are at present, not as their token once said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The account they belong to.
    pub account: AccountId,
    /// The user they are.
    pub user: UserId,
    /// Their role.
    pub role: Role,
    /// Whether they are the account's billing contact.
    pub billing_contact: bool,
    /// What they may do.
    pub permissions: Permissions,
    /// The session they are logged in with.
    pub session: SessionId,
}

impl Person {
    /// Whether this person's role or post grants `permission`.
    #[must_use]
    pub const fn can(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }
}

impl Caller {
    /// The person called for.
    ///
    /// # Errors
    /// `UNAUTHENTICATED/CALLER_REQUIRED` when nobody is logged in, or a service calls for itself.
    pub fn person(&self) -> Result<&Person, Status> {
        match &self.actor {
            Actor::Person(person) => Ok(person),
            Actor::Nobody | Actor::Service => Err(required()),
        }
    }
}

/// The caller of a request, as the guard has verified it.
///
/// # Errors
/// `UNAUTHENTICATED/CALLER_REQUIRED` when the request did not come through a guard.
pub fn caller<T>(request: &Request<T>) -> Result<&Caller, Status> {
    request.extensions().get().ok_or_else(required)
}

/// Hands on the address a person called from; only the edge knows it.
pub fn set_source(metadata: &mut MetadataMap, source: IpAddr) {
    if let Ok(value) = source.to_string().parse() {
        metadata.insert(SOURCE_KEY, value);
    }
}

/// The answer to a caller who has not said who they are.
pub(crate) fn required() -> Status {
    Refusal::new(
        Code::Unauthenticated,
        "CALLER_REQUIRED",
        "Log in and send your access token.",
    )
    .into()
}
