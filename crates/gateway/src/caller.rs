//! For whom a composed method calls the services.

use chassis::{Actor, Caller, Person, Refusal, Signer};
use proto::access::Rule;
use tonic::{Code, Request, Status};
use types::Permission;

/// The person a composed method works for.
#[derive(Clone, Debug)]
pub struct From {
    /// Who they are.
    pub person: Person,
    caller: Caller,
}

impl From {
    /// The person behind a request.
    ///
    /// # Errors
    /// `UNAUTHENTICATED/CALLER_REQUIRED` when nobody is logged in.
    pub fn request<T>(request: &Request<T>) -> Result<Self, Status> {
        let caller = chassis::caller(request)?.clone();
        Ok(Self {
            person: *caller.person()?,
            caller,
        })
    }

    /// The same caller, as the person is now, when they still are of the same account and may still do `needed`.
    ///
    /// # Errors
    /// `UNAUTHENTICATED/SESSION_ENDED`, `PERMISSION_DENIED/PERMISSION_REQUIRED`.
    pub fn as_now(&self, person: Person, needed: Permission) -> Result<Self, Status> {
        if person.account != self.person.account {
            return Err(Refusal::new(Code::Unauthenticated, "SESSION_ENDED", "the session has ended").into());
        }
        let caller = Caller {
            actor: Actor::Person(person),
            ..self.caller.clone()
        };
        chassis::enforce(&Rule::Permission(needed.to_string()), &caller)?;
        Ok(Self { person, caller })
    }

    /// A request to a service on this person's behalf.
    ///
    /// # Errors
    /// `INTERNAL` when it cannot be signed.
    pub fn sign<T>(&self, signer: &Signer, message: T, audience: &str) -> Result<Request<T>, Status> {
        sign(&self.caller, signer, message, audience)
    }
}

/// A request to a service for whoever calls, logged in or not.
///
/// # Errors
/// `INTERNAL` when it cannot be signed.
pub fn sign<T>(caller: &Caller, signer: &Signer, message: T, audience: &str) -> Result<Request<T>, Status> {
    let mut request = signer.request(message, &caller.actor, audience)?;
    if let Some(source) = caller.source {
        chassis::set_source(request.metadata_mut(), source);
    }
    Ok(request)
}
