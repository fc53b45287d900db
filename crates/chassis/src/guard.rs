//! Lets a call through when its caller is known and may call this method, as the access rule in the proto says.

use std::sync::Arc;

use http::HeaderMap;
use proto::access::{Policy, Rule};
use tonic::{Code, Status};
use types::Permission;

use crate::caller::{Actor, CALLER_KEY, Caller, SOURCE_KEY, required};
use crate::connections::PeerName;
use crate::verifier::Verifier;
use crate::{Refusal, answer};

/// The one process that may call for people.
const EDGE: &str = "gateway";

/// Verifies callers and enforces the access policy; cheap to clone.
#[derive(Clone)]
pub struct Guard {
    verifier: Verifier,
    policy: Arc<Policy>,
}

impl Guard {
    /// A guard that believes what `verifier` believes and enforces `policy`.
    #[must_use]
    pub fn new(verifier: Verifier, policy: Policy) -> Self {
        Self {
            verifier,
            policy: Arc::new(policy),
        }
    }

    /// The caller of this method, when they may call it. `peer` is the process whose certificate the connection has.
    pub(crate) fn admit(&self, path: &str, headers: &HeaderMap, peer: Option<&PeerName>) -> Result<Caller, Status> {
        let Some(rule) = self.policy.rule(path) else {
            return Err(answer::unknown_method());
        };
        let token = headers
            .get(CALLER_KEY)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(required)?;
        let mut caller = self.verifier.verify(token).map_err(|error| {
            tracing::warn!(%error, "a caller token is refused");
            required()
        })?;
        // A token that was overheard is of no use to whoever has not its issuer's certificate.
        if peer.is_some_and(|peer| *peer.0 != *caller.issuer) {
            return Err(not_allowed());
        }
        // A service that is broken into shall not become everybody: only the edge has seen people's tokens.
        if matches!(caller.actor, Actor::Person(_)) && caller.issuer != EDGE {
            return Err(not_allowed());
        }
        enforce(rule, &caller)?;
        caller.source = headers
            .get(SOURCE_KEY)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(caller)
    }
}

/// Whether `rule` lets this caller through.
///
/// # Errors
/// `UNAUTHENTICATED/CALLER_REQUIRED`, `PERMISSION_DENIED/PERMISSION_REQUIRED` or `PERMISSION_DENIED/CALLER_NOT_ALLOWED`.
pub fn enforce(rule: &Rule, caller: &Caller) -> Result<(), Status> {
    match rule {
        Rule::Public => Ok(()),
        Rule::Authenticated => match caller.actor {
            Actor::Person(_) | Actor::Service => Ok(()),
            Actor::Nobody => Err(required()),
        },
        Rule::Permission(name) => {
            let person = caller.person()?;
            let granted = name.parse().is_ok_and(|permission: Permission| person.can(permission));
            if granted { Ok(()) } else { Err(lacking(name)) }
        }
        // A person never reaches these: the edge does not forward them, and signs what it composes as itself or for them.
        Rule::Internal(issuers) if issuers.contains(&caller.issuer) => Ok(()),
        Rule::Internal(_) => Err(not_allowed()),
    }
}

/// The answer to whoever does not have a permission.
pub(crate) fn lacking(permission: &str) -> Status {
    Refusal::new(
        Code::PermissionDenied,
        "PERMISSION_REQUIRED",
        "Your role does not allow this; ask an administrator of your account.",
    )
    .metadata("permission", permission)
    .into()
}

fn not_allowed() -> Status {
    Refusal::new(
        Code::PermissionDenied,
        "CALLER_NOT_ALLOWED",
        "This method is for other parts of the service only.",
    )
    .into()
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use types::{AccountId, Permissions, Role, SessionId, UserId};

    use super::*;

    #[test]
    fn each_rule_lets_through_whom_it_names() {
        let caller = |issuer: &str, actor| Caller {
            issuer: issuer.to_owned(),
            actor,
            source: None,
        };
        let person = |role, billing_contact| {
            let (account, user, session) = (AccountId::new(), UserId::new(), SessionId::new());
            caller(
                "gateway",
                Actor::Person(crate::Person {
                    account,
                    user,
                    role,
                    billing_contact,
                    permissions: Permissions::of(role, billing_contact),
                    session,
                }),
            )
        };
        let nobody = caller("gateway", Actor::Nobody);
        let service = caller("identity", Actor::Service);
        let (member, admin) = (person(Role::Member, false), person(Role::Admin, false));
        let contact = person(Role::Member, true);
        let manage = Rule::Permission("MANAGE_USERS".into());
        let bill = Rule::Permission("CHANGE_BILLING".into());
        let unknown = Rule::Permission("NO_SUCH".into());
        let internal = Rule::Internal(vec!["identity".into()]);
        let (required, lacking, barred) = (
            Some("CALLER_REQUIRED"),
            Some("PERMISSION_REQUIRED"),
            Some("CALLER_NOT_ALLOWED"),
        );
        let table: [(&Rule, [Option<&str>; 5]); 6] = [
            (&Rule::Public, [None, None, None, None, None]),
            (&Rule::Authenticated, [required, None, None, None, None]),
            (&manage, [required, required, lacking, None, lacking]),
            (&bill, [required, required, lacking, lacking, None]),
            (&unknown, [required, required, lacking, lacking, lacking]),
            (&internal, [barred, None, barred, barred, barred]),
        ];
        for (row, (rule, expected)) in table.iter().enumerate() {
            let answers = [&nobody, &service, &member, &admin, &contact]
                .map(|caller| enforce(rule, caller).err().and_then(|status| crate::reason(&status)));
            assert_eq!(answers.each_ref().map(Option::as_deref), *expected, "row {row}");
        }
    }

    #[test]
    fn the_caller_required_is_unauthenticated() {
        let nobody = Caller {
            issuer: "gateway".into(),
            actor: Actor::Nobody,
            source: None,
        };
        assert_eq!(
            enforce(&Rule::Authenticated, &nobody).unwrap_err().code(),
            Code::Unauthenticated
        );
    }
}
