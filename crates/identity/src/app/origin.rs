//! Who does something, as the audit log is told.

use chassis::{Actor, Caller};

use crate::domain::audit::Origin;
use crate::domain::invitation::Invitation;

/// The origin of an invited person's answer. Whether they are logged in or not, the token says who they are.
pub fn invited(caller: &Caller, invitation: &Invitation) -> Origin {
    Origin {
        actor_id: invitation.user_id.to_string(),
        ..origin(caller, "")
    }
}

/// The origin of what a caller does by a request; the request's id may be empty.
pub fn origin(caller: &Caller, request_id: &str) -> Origin {
    let actor_id = match &caller.actor {
        Actor::Person(person) => person.user.to_string(),
        Actor::Nobody | Actor::Service => caller.issuer.clone(),
    };
    Origin {
        actor_id,
        source: caller.source.map(|source| source.to_string()).unwrap_or_default(),
        request_id: request_id.to_owned(),
    }
}
