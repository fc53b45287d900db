//! What a batch of decided requests writes: collected row by row, written in one statement a table.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use storage::{Handover, Message, RelayWaker};
use types::{InvitationId, Timestamp, UserId};

use super::Commit;
use crate::app::links::Links;
use crate::app::world::World;
use crate::domain::account::Account;
use crate::domain::admission::{Answer, Confirmation, Holder, ReservationKey};
use crate::domain::answered::Answered;
use crate::domain::audit::Event;
use crate::domain::decision::{Decided, Destiny};
use crate::domain::error::Error;
use crate::domain::invitation::{FIRST_GENERATION, InvitationState, Kind};
use crate::domain::message::{ABORT_RESERVATION, CONFIRM_RESERVATION, INVITATION_MAIL, InvitationMail};
use crate::domain::new_user::Candidate;
use crate::domain::token;
use crate::domain::user::{UserState, name_keys};
use crate::store::requests::Key;
use crate::store::{Connection, audit_events, invitations, requests, users};

/// The first version of what somebody holds.
const FIRST_VERSION: i64 = 1;

/// Rows to write.
pub struct Effects<'a> {
    now: Timestamp,
    expire_time: Timestamp,
    links: &'a Links,
    requests: Vec<requests::Row>,
    aborted: Vec<ReservationKey>,
    users: Vec<users::Row>,
    invitations: Vec<invitations::Row>,
    events: Vec<Event>,
    messages: Vec<Message>,
}

/// Who invites, and what they write.
pub struct Inviter<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Where the account's welcome e-mails are.
    pub world: &'a World,
}

impl<'a> Effects<'a> {
    /// Nothing yet.
    pub fn new(now: Timestamp, lifetime: Duration, links: &'a Links) -> Self {
        Self {
            now,
            expire_time: now + lifetime,
            links,
            requests: vec![],
            aborted: vec![],
            users: vec![],
            invitations: vec![],
            events: vec![],
            messages: vec![],
        }
    }

    /// The moment of the decision.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// An attempt is given up: its tombstone, and word to licensing at once.
    pub fn abort(&mut self, item: &Commit, key: ReservationKey) -> Result<(), Error> {
        self.tell(item, ABORT_RESERVATION, key.request_id.clone(), &key)?;
        self.aborted.push(key);
        Ok(())
    }

    /// A request is committed: its users, its invitations, and what is to be told of them.
    pub fn admit(
        &mut self,
        item: &Commit,
        key: &Key,
        account: &Account,
        inviter: &Inviter<'_>,
        rows: &[Decided],
    ) -> Result<Answer, Error> {
        let mut results = Vec::with_capacity(rows.len());
        let mut holders = Vec::new();
        for row in rows {
            let Ok((candidate, destiny)) = &row.verdict else {
                results.push(row.result(None, None));
                continue;
            };
            let invitation_id = InvitationId::new();
            let (user_id, subject) = match destiny {
                Destiny::Join => {
                    let user_id = self.join(item, candidate)?;
                    (user_id, user_id.to_string())
                }
                Destiny::Transfer(user_id) => (*user_id, invitation_id.to_string()),
            };
            let kind = self.invite(item, candidate, *destiny, user_id, invitation_id)?;
            if candidate.welcome.is_sent() {
                self.mail(item, candidate, kind, invitation_id, (account, inviter))?;
            }
            if !candidate.products.is_empty() {
                holders.push(Holder {
                    subject,
                    version: FIRST_VERSION,
                    products: candidate.products.clone(),
                    kept: vec![],
                });
            }
            let is_new = matches!(destiny, Destiny::Join);
            results.push(row.result(is_new.then_some(user_id), Some(invitation_id)));
        }
        let answer = Answer {
            results,
            seats: item.seats.clone(),
        };
        self.remember(item, key, &answer, holders)?;
        Ok(answer)
    }

    fn join(&mut self, item: &Commit, candidate: &Candidate) -> Result<UserId, Error> {
        let id = UserId::new();
        let (given_key, sort_key) = name_keys(&candidate.given_name.to_string(), &candidate.family_name.to_string());
        self.users.push(users::Row {
            id,
            account_id: item.asked.person.account,
            email: candidate.email.canonical().to_owned(),
            address: candidate.email.address().to_owned(),
            given_name: candidate.given_name.to_string(),
            family_name: candidate.family_name.to_string(),
            given_key,
            sort_key,
            role: candidate.role.role,
            custom_role_id: candidate.role.custom_role_id,
            state: UserState::Invited,
            language: candidate.language.to_string(),
            time_zone: candidate.time_zone.to_string(),
            group_id: candidate.group_id,
            settings_template_id: candidate.settings_template_id,
            products: serde_json::to_string(&candidate.products).map_err(unwritable)?,
            password_hash: None,
            seat_version: FIRST_VERSION,
            create_time: self.now,
        });
        Ok(id)
    }

    fn invite(
        &mut self,
        item: &Commit,
        candidate: &Candidate,
        destiny: Destiny,
        user_id: UserId,
        id: InvitationId,
    ) -> Result<Kind, Error> {
        let (kind, action) = match destiny {
            Destiny::Join => (Kind::Join, "user.invite"),
            Destiny::Transfer(_) => (Kind::Transfer, "transfer.invite"),
        };
        self.invitations.push(invitations::Row {
            id,
            account_id: item.asked.person.account,
            user_id,
            kind,
            state: InvitationState::Pending,
            email: candidate.email.canonical().to_owned(),
            address: candidate.email.address().to_owned(),
            role: candidate.role.role,
            custom_role_id: candidate.role.custom_role_id,
            group_id: candidate.group_id,
            settings_template_id: candidate.settings_template_id,
            send_count: u32::from(candidate.welcome.is_sent()),
            last_send_time: candidate.welcome.is_sent().then_some(self.now),
            welcome_email_id: candidate.welcome.own(),
            language: candidate.language.to_string(),
            time_zone: candidate.time_zone.to_string(),
            products: serde_json::to_string(&candidate.products).map_err(unwritable)?,
            generation: FIRST_GENERATION,
            token_hash: token::hash(&self.links.token(id, FIRST_GENERATION, self.expire_time)),
            inviter_id: item.asked.person.user,
            create_time: self.now,
            expire_time: self.expire_time,
        });
        let mut after = json!({
            "invitation_id": id,
            "email": candidate.email.address(),
            "role": candidate.role.role,
            "products": candidate.products,
            "group_id": candidate.group_id,
            "settings_template_id": candidate.settings_template_id,
        });
        if let Some(role) = candidate.role.custom_role_id {
            after["custom_role_id"] = json!(role);
        }
        let event = Event::new(item.asked.person.account, &item.origin, action, user_id, self.now);
        self.events.push(event.after(&after));
        Ok(kind)
    }

    fn mail(
        &mut self,
        item: &Commit,
        candidate: &Candidate,
        kind: Kind,
        invitation_id: InvitationId,
        (account, inviter): (&Account, &Inviter<'_>),
    ) -> Result<(), Error> {
        // What moving means is said by the system.
        let welcome_email = match kind {
            Kind::Join => inviter.world.welcome_email(account, candidate.welcome),
            Kind::Transfer => None,
        };
        let mail = InvitationMail {
            account_id: account.id,
            invitation_id,
            generation: FIRST_GENERATION,
            kind,
            to: candidate.email.address().to_owned(),
            given_name: candidate.given_name.to_string(),
            family_name: candidate.family_name.to_string(),
            language: candidate.language.to_string(),
            account_name: account.name.clone(),
            inviter_name: inviter.name.to_owned(),
            products: candidate.products.clone(),
            expire_time: self.expire_time,
            welcome_email,
        };
        self.tell(item, INVITATION_MAIL, invitation_id.to_string(), &mail)
    }

    fn remember(&mut self, item: &Commit, key: &Key, answer: &Answer, holders: Vec<Holder>) -> Result<(), Error> {
        let epoch = item.grant.as_ref().map_or(0, |grant| grant.epoch);
        self.requests.push(requests::Row {
            account_id: key.account_id,
            request_id: key.request_id.clone(),
            committed_epoch: epoch,
            fingerprint: item.asked.request.fingerprint.clone(),
            answer: serde_json::to_string(&Answered::from(answer.clone())).map_err(unwritable)?,
            holders: serde_json::to_string(&holders).map_err(unwritable)?,
            assigner_id: item.asked.person.user,
            create_time: self.now,
        });
        if item.grant.is_some() {
            let Key { account_id, request_id } = key.clone();
            let confirmation = Confirmation {
                key: ReservationKey {
                    account_id,
                    request_id,
                    epoch,
                },
                holders,
                assigner_id: Some(item.asked.person.user),
                assign_time: Some(self.now),
            };
            self.tell(item, CONFIRM_RESERVATION, key.request_id.clone(), &confirmation)?;
        }
        Ok(())
    }

    fn tell(&mut self, item: &Commit, topic: &str, key: String, payload: &impl Serialize) -> Result<(), Error> {
        self.messages
            .push(Message::new(topic, key, payload)?.of(item.trace.clone()));
        Ok(())
    }

    /// Writes everything; the decisions first, since they are what another process may have made meanwhile.
    pub async fn write(self, tx: &impl Connection, relay: &RelayWaker, tombstones: bool) -> Result<Handover, Error> {
        requests::commit(tx, &self.requests, tombstones).await?;
        // Who was committed meanwhile must not be given up: licensing would free the seats of its users.
        if requests::abort(tx, &self.aborted, self.now).await? != self.aborted.len() {
            return Err(Error::Contended);
        }
        users::insert(tx, &self.users).await?;
        invitations::insert(tx, &self.invitations).await?;
        let handover = relay.append(tx, self.now, self.messages).await?;
        audit_events::append(tx, &self.events).await?;
        Ok(handover)
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Broken(format!("a row cannot be written as JSON: {error}"))
}
