//! What tests say to identity, in few words.

use std::time::Duration;

use chassis::{Actor, Channel, Person};
use prost::Message;
use proto::admin::v1::add_user_result::Outcome;
use proto::admin::v1::{AddUsersRequest, AddUsersResponse, NewUser, SeatCount, UserOptions};
use proto::identity::internal::v1::change_service_client::ChangeServiceClient;
use proto::identity::internal::v1::resolution::Outcome as Resolved;
use proto::identity::internal::v1::{
    Change, CommitChangeRequest, CreateAccountRequest, ResolveReservationsRequest, answer, change,
};
use proto::identity::v1::{AcceptInvitationRequest, LogInRequest, SessionTokens};
use proto::licensing::internal::v1::{Grant, ReservationKey, SeatQuantity};
use proto::notification::internal::v1::Mail;
use testkit::eventually;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{AccountId, Clock, Mac, RequestId, Role, SessionId, UserId};

use crate::stack::{GRANT_KEY, SOON, Stack};

/// The password of every account's first user.
pub const PASSWORD: &str = "correct-horse-battery";

/// An account to make; its first user has an address that nobody else has.
pub fn new_account() -> CreateAccountRequest {
    let request_id = RequestId::new();
    CreateAccountRequest {
        request_id: request_id.to_string(),
        name: "Analytical Engines".into(),
        plan: "team".into(),
        language: String::new(),
        time_zone: String::new(),
        given_name: "Charles".into(),
        family_name: "Babbage".into(),
        email: format!("owner-{request_id}@example.com"),
        password: PASSWORD.into(),
    }
}

/// An address that nobody has.
pub fn address() -> String {
    format!("{}@example.com", RequestId::new())
}

/// Somebody to add, who has the request's options.
pub fn new_user(email: &str) -> NewUser {
    NewUser {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        email: email.to_owned(),
        options: None,
    }
}

/// Options with nothing but products.
pub fn products(list: &[&str]) -> UserOptions {
    UserOptions {
        products: list.iter().map(|&product| product.to_owned()).collect(),
        ..UserOptions::default()
    }
}

/// Adds people with a seat of `training` each.
pub fn add(emails: &[&str]) -> AddUsersRequest {
    AddUsersRequest {
        request_id: RequestId::new().to_string(),
        users: emails.iter().map(|email| new_user(email)).collect(),
        options: Some(products(&["training"])),
        validate_only: false,
        allow_partial: false,
    }
}

/// A reservation's name.
pub fn key(account: AccountId, request: &AddUsersRequest, epoch: i64) -> ReservationKey {
    ReservationKey {
        account_id: account.to_string(),
        request_id: request.request_id.clone(),
        epoch,
    }
}

/// Licensing's promise, good for an hour.
pub fn grant(key: ReservationKey, seats: &[(&str, i64)]) -> Grant {
    let seat = |&(product, quantity): &(&str, i64)| SeatQuantity {
        product: product.to_owned(),
        quantity,
    };
    prove(Grant {
        key: Some(key),
        seats: seats.iter().map(seat).collect(),
        deadline: Some(in_seconds(3_600)),
        mac: vec![],
    })
}

/// The same promise with licensing's proof.
pub fn prove(grant: Grant) -> Grant {
    let bare = Grant { mac: vec![], ..grant };
    let mac = Mac::new(GRANT_KEY.as_bytes()).unwrap().sign(&bare.encode_to_vec());
    Grant { mac, ..bare }
}

/// The commit of a request to add users.
#[derive(Clone, Debug)]
pub struct AddUsersCommit {
    pub request: Option<AddUsersRequest>,
    pub grant: Option<Grant>,
    pub seats: Vec<SeatCount>,
    pub not_after: Option<prost_types::Timestamp>,
}

impl From<AddUsersCommit> for CommitChangeRequest {
    fn from(commit: AddUsersCommit) -> Self {
        Self {
            change: Some(Change {
                kind: commit.request.map(change::Kind::AddUsers),
            }),
            grant: commit.grant,
            seats: commit.seats,
            not_after: commit.not_after,
        }
    }
}

/// The commit of a request by its first attempt, with as many seats of `training` as it has rows.
pub fn commit(person: &Person, request: AddUsersRequest) -> AddUsersCommit {
    attempt(person, request, 1)
}

/// The commit of a request by an attempt.
pub fn attempt(person: &Person, request: AddUsersRequest, epoch: i64) -> AddUsersCommit {
    let seats = i64::try_from(request.users.len()).unwrap();
    AddUsersCommit {
        grant: Some(grant(key(person.account, &request, epoch), &[("training", seats)])),
        request: Some(request),
        seats: vec![],
        not_after: Some(in_seconds(60)),
    }
}

/// A point in time, `seconds` from now.
pub fn in_seconds(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: Clock::system().now().seconds() + seconds,
        nanos: 0,
    }
}

/// Somebody with a role in an account.
pub fn person(account: AccountId, user: UserId, role: Role) -> Person {
    Person {
        account,
        user,
        role,
        billing_contact: false,
        permissions: types::Permissions::of(role, false),
        session: SessionId::new(),
    }
}

/// The code and reason of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.unwrap_err();
    (status.code(), chassis::reason(&status).unwrap_or_default())
}

/// The field paths and reasons in a refusal's BadRequest.
pub fn bad_fields(status: &Status) -> Vec<(String, String)> {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.clone());
    let read = |violation: tonic_types::FieldViolation| {
        let reason = violation.reason.clone();
        (violation.field, reason)
    };
    violations.unwrap_or_default().into_iter().map(read).collect()
}

/// What became of each row.
pub fn outcomes(answer: &AddUsersResponse) -> Vec<Outcome> {
    answer.results.iter().map(|result| result.outcome()).collect()
}

/// The token in a mail's link.
pub fn token(mail: &Mail) -> String {
    mail.link.split_once("?token=").unwrap().1.to_owned()
}

/// Waits until there are `count` of what `list` answers, and answers them.
pub async fn arrived<T>(count: usize, list: impl Fn() -> Vec<T>) -> Vec<T> {
    eventually(SOON, async || match list() {
        found if found.len() >= count => Ok(found),
        found => Err(format!("{} of {count} have arrived", found.len())),
    })
    .await
}

impl Stack {
    /// A new account's first user.
    pub async fn owner(&self) -> Person {
        let message = self.signed("operator", new_account());
        let created = self.accounts().create_account(message).await.unwrap().into_inner();
        let (account, user) = (created.account_id.parse().unwrap(), created.user_id.parse().unwrap());
        person(account, user, Role::SuperAdmin)
    }

    pub async fn commit(&self, person: &Person, message: AddUsersCommit) -> Result<AddUsersResponse, Status> {
        self.commit_at(self.channel(), person, message).await
    }

    /// Commits at one of several processes.
    pub async fn commit_at(
        &self,
        channel: Channel,
        person: &Person,
        message: AddUsersCommit,
    ) -> Result<AddUsersResponse, Status> {
        let message = CommitChangeRequest::from(message);
        let message = self.signed_for("gateway", &Actor::Person(*person), message);
        let answer = ChangeServiceClient::new(channel)
            .commit_change(message)
            .await?
            .into_inner();
        let Some(answer::Kind::AddUsers(answer)) = answer.answer.unwrap().kind else {
            panic!("another kind of answer");
        };
        Ok(answer)
    }

    /// What became of reservations, as licensing is told.
    pub async fn resolve(&self, keys: Vec<ReservationKey>) -> Vec<Resolved> {
        self.resolve_at(self.channel(), keys).await
    }

    pub async fn resolve_at(&self, channel: Channel, keys: Vec<ReservationKey>) -> Vec<Resolved> {
        let message = self.signed("licensing", ResolveReservationsRequest { reservations: keys });
        let answer = ChangeServiceClient::new(channel).resolve_reservations(message).await;
        let resolutions = answer.unwrap().into_inner().resolutions.into_iter();
        resolutions.map(|resolution| resolution.outcome.unwrap()).collect()
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Result<SessionTokens, Status> {
        let message = LogInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let answer = self.sessions().log_in(self.anonymous(message)).await?;
        Ok(answer.into_inner().tokens.unwrap())
    }

    /// The first mail to an address, when it has come.
    pub async fn mail_to(&self, email: &str) -> Mail {
        let to = |mails: Vec<Mail>| mails.into_iter().filter(|mail| mail.to == email).collect();
        arrived(1, || to(self.peers.mails())).await.remove(0)
    }

    /// A new member of somebody's account, with a seat of `training`, who has accepted and is logged in.
    pub async fn member(&self, owner: &Person) -> Person {
        self.member_at(owner, &address()).await
    }

    /// The same, with this address.
    pub async fn member_at(&self, owner: &Person, email: &str) -> Person {
        self.commit(owner, commit(owner, add(&[email]))).await.unwrap();
        let message = self.anonymous(AcceptInvitationRequest {
            token: token(&self.mail_to(email).await),
            password: PASSWORD.into(),
        });
        let answer = self.invitations().accept_invitation(message).await.unwrap();
        let tokens = answer.into_inner().tokens.unwrap();
        let session = format!("SELECT id AS text FROM sessions WHERE user_id = '{}'", tokens.user_id);
        Person {
            session: self.texts(session).await[0].parse().unwrap(),
            ..person(owner.account, tokens.user_id.parse().unwrap(), Role::Member)
        }
    }

    /// Gives somebody a built-in role.
    pub async fn promote(&self, who: &Person, role: Role) -> Person {
        self.execute(&format!("UPDATE users SET role = '{role}' WHERE id = '{}'", who.user))
            .await;
        Person {
            session: who.session,
            ..person(who.account, who.user, role)
        }
    }

    /// How many users have an address.
    pub async fn users_with(&self, email: &str) -> i64 {
        self.count(format!("SELECT count(*) AS n FROM users WHERE email = '{email}'"))
            .await
    }

    /// Waits until the outbox holds nothing that is still to be delivered.
    pub async fn delivered(&self) {
        eventually(Duration::from_secs(20), async || {
            let depth = storage::outbox::depth(self.database.reader()).await.unwrap();
            match depth.waiting {
                0 => Ok(()),
                waiting => Err(format!("{waiting} messages wait")),
            }
        })
        .await;
    }
}
