//! Sending invitations again: what is refused, what is mailed, and who gets seats back.

use chassis::{Actor, Person};
use identity::Config;
use proto::admin::v1::{ResendInvitationRequest, ResendInvitationResponse, UserOptions, WelcomeEmail, welcome_email};
use proto::identity::internal::v1::{
    Change, CommitChangeRequest, PrepareChangeRequest, PrepareChangeResponse, answer, change,
};
use proto::identity::v1::{InspectInvitationRequest, invitation};
use proto::licensing::internal::v1::{Grant, Holder, ReservationKey};
use std::time::Duration;
use tonic::{Code, Status};
use types::{InvitationId, RequestId, Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, commit, grant, in_seconds, person, products, refusal, token};

on_both_databases! {
    a_new_link_takes_the_place_of_the_old_one
    a_declined_mail_is_sent_at_once_and_again_after_a_while
    a_repeated_request_sends_once
    an_expired_invitation_to_join_gets_its_seats_back
    an_expired_invitation_to_transfer_gets_its_seats_back
    only_what_waits_or_has_expired_is_sent_again
    what_promises_an_administrator_is_sent_by_those_who_assign_roles
    an_address_an_account_and_a_domain_see_only_so_many
}

pub fn at_once(config: &mut Config) {
    config.invitations.resend_interval = Duration::ZERO;
}

pub fn resend(invitation: &str) -> ResendInvitationRequest {
    ResendInvitationRequest {
        welcome_email: None,
        request_id: RequestId::new().to_string(),
        invitation_id: invitation.to_owned(),
    }
}

fn name(person: &Person, request: &ResendInvitationRequest) -> ReservationKey {
    ReservationKey {
        account_id: person.account.to_string(),
        request_id: request.request_id.clone(),
        epoch: 1,
    }
}

impl Stack {
    pub async fn resend(
        &self,
        person: &Person,
        request: &ResendInvitationRequest,
        grant: Option<Grant>,
    ) -> Result<ResendInvitationResponse, Status> {
        let kind = Some(change::Kind::ResendInvitation(request.clone()));
        let message = CommitChangeRequest {
            change: Some(Change { kind }),
            grant,
            seats: vec![],
            not_after: Some(in_seconds(60)),
        };
        let message = self.signed_for("gateway", &Actor::Person(*person), message);
        let committed = self.changes().commit_change(message).await?.into_inner();
        let Some(answer::Kind::ResendInvitation(answer)) = committed.answer.unwrap().kind else {
            panic!("another kind of answer");
        };
        Ok(answer)
    }

    async fn foretold(
        &self,
        person: &Person,
        request: &ResendInvitationRequest,
    ) -> Result<PrepareChangeResponse, Status> {
        let kind = Some(change::Kind::ResendInvitation(request.clone()));
        let message = PrepareChangeRequest {
            change: Some(Change { kind }),
        };
        let message = self.signed_for("gateway", &Actor::Person(*person), message);
        Ok(self.changes().prepare_change(message).await?.into_inner())
    }

    /// The seats that sending again would need.
    async fn needed(&self, person: &Person, request: &ResendInvitationRequest) -> Vec<(String, i64)> {
        let prepared = self.foretold(person, request).await.unwrap();
        prepared
            .seats
            .into_iter()
            .map(|seat| (seat.product, seat.quantity))
            .collect()
    }

    /// Somebody new, invited with a seat of `training`: their user, their invitation.
    async fn invited(&self, owner: &Person) -> (String, String) {
        let added = self.commit(owner, commit(owner, add(&[&address()]))).await.unwrap();
        let result = &added.results[0];
        (result.user_id.clone(), result.invitation_id.clone())
    }

    async fn inspected(&self, token: &str) -> Result<invitation::State, Status> {
        let message = self.anonymous(InspectInvitationRequest { token: token.into() });
        Ok(self
            .invitations()
            .inspect_invitation(message)
            .await?
            .into_inner()
            .state())
    }

    async fn column(&self, table: &str, id: &str, column: &str) -> String {
        let sql = format!("SELECT CAST({column} AS TEXT) AS text FROM {table} WHERE id = '{id}'");
        self.texts(sql).await.remove(0)
    }
}

async fn a_new_link_takes_the_place_of_the_old_one(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(at_once).await;
    let owner = stack.owner().await;
    let (user, invitation) = stack.invited(&owner).await;
    let first = arrived(1, || stack.peers.mails()).await.remove(0);
    let request = resend(&invitation);
    assert_eq!(stack.needed(&owner, &request).await, []);

    let answer = stack.resend(&owner, &request, None).await.unwrap();

    assert_eq!(
        (answer.invitation_id.as_str(), answer.send_count),
        (invitation.as_str(), 2)
    );
    let second = arrived(2, || stack.peers.mails()).await.remove(1);
    assert_eq!(second.send_key, format!("{invitation}:2"));
    assert_eq!((first.resent, second.resent), (false, true));
    stack.delivered().await;
    assert_eq!(stack.peers.cancelled(), [format!("{invitation}:1")]);
    assert_eq!(answer.expire_time, second.expire_time);
    let same = |mail: &proto::notification::internal::v1::Mail| {
        (
            mail.to.clone(),
            mail.given_name.clone(),
            mail.person_name.clone(),
            mail.products.clone(),
            mail.kind,
        )
    };
    assert_eq!(same(&second), same(&first));
    let refused = refusal(stack.inspected(&token(&first)).await);
    assert_eq!(refused, (Code::FailedPrecondition, "INVITATION_SUPERSEDED".into()));
    assert_eq!(
        stack.inspected(&token(&second)).await.unwrap(),
        invitation::State::Pending
    );
    assert_eq!(stack.column("users", &user, "seat_version").await, "1");
    let events = "SELECT count(*) AS n FROM audit_events WHERE action = 'invitation.resend'";
    assert_eq!(stack.count(events).await, 1);
}

async fn a_declined_mail_is_sent_at_once_and_again_after_a_while(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let mut adding = add(&[&address()]);
    adding.options = Some(UserOptions {
        welcome_email: Some(WelcomeEmail {
            choice: Some(welcome_email::Choice::Declined(true)),
        }),
        ..products(&["training"])
    });
    let added = stack.commit(&owner, commit(&owner, adding)).await.unwrap();
    let invitation = added.results[0].invitation_id.clone();

    let answer = stack.resend(&owner, &resend(&invitation), None).await.unwrap();

    assert_eq!(answer.send_count, 1);
    let mail = arrived(1, || stack.peers.mails()).await.remove(0);
    assert_eq!(
        stack.inspected(&token(&mail)).await.unwrap(),
        invitation::State::Pending
    );
    let status = stack.resend(&owner, &resend(&invitation), None).await.unwrap_err();
    let retry = tonic_types::StatusExt::get_details_retry_info(&status)
        .unwrap()
        .retry_delay
        .unwrap();
    assert!(
        retry > Duration::from_secs(50) && retry <= Duration::from_secs(60),
        "{retry:?}"
    );
    assert_eq!(
        refusal::<()>(Err(status)),
        (Code::ResourceExhausted, "RESEND_TOO_SOON".into())
    );
    stack
        .execute("UPDATE invitations SET last_send_time = last_send_time - 60000000")
        .await;
    assert_eq!(
        stack
            .resend(&owner, &resend(&invitation), None)
            .await
            .unwrap()
            .send_count,
        2
    );
}

async fn a_repeated_request_sends_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let (_, invitation) = stack.invited(&owner).await;
    stack
        .execute("UPDATE invitations SET last_send_time = last_send_time - 60000000")
        .await;
    let request = resend(&invitation);
    let twins = futures::future::join_all((0..8).map(|_| stack.resend(&owner, &request, None))).await;
    let answer = twins[0].clone().unwrap();
    for twin in twins {
        assert_eq!(twin.unwrap(), answer);
    }
    assert_eq!(stack.needed(&owner, &request).await, []);
    let (_, other) = stack.invited(&owner).await;
    let altered = ResendInvitationRequest {
        invitation_id: other,
        ..request
    };
    let refused = refusal(stack.resend(&owner, &altered, None).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    stack.delivered().await;
    assert_eq!(stack.peers.mails().len(), 3);
}

async fn an_expired_invitation_to_join_gets_its_seats_back(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(at_once).await;
    let owner = stack.owner().await;
    let (user, invitation) = stack.invited(&owner).await;
    // As the timer leaves it.
    stack
        .execute(&format!(
            "UPDATE users SET products = '[]', seat_version = 2 WHERE id = '{user}'"
        ))
        .await;
    stack
        .execute("UPDATE invitations SET state = 'EXPIRED', expire_time = 1")
        .await;
    let request = resend(&invitation);
    assert_eq!(stack.needed(&owner, &request).await, [("training".to_owned(), 1)]);
    let refused = refusal(stack.resend(&owner, &request, None).await);
    assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()));

    let promised = grant(name(&owner, &request), &[("training", 1)]);
    stack.resend(&owner, &request, Some(promised)).await.unwrap();

    assert_eq!(stack.column("users", &user, "products").await, "[\"training\"]");
    assert_eq!(stack.column("invitations", &invitation, "state").await, "PENDING");
    let confirmed = arrived(2, || stack.peers.confirmations()).await;
    let of_this = confirmed
        .into_iter()
        .find(|sent| sent.key == Some(name(&owner, &request)))
        .unwrap();
    let expected = Holder {
        subject: user,
        version: 3,
        products: vec!["training".into()],
        kept: vec![],
    };
    assert_eq!(of_this.holders, [expected]);
    let mail = arrived(2, || stack.peers.mails()).await.remove(1);
    assert_eq!(
        stack.inspected(&token(&mail)).await.unwrap(),
        invitation::State::Pending
    );
}

async fn an_expired_invitation_to_transfer_gets_its_seats_back(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(at_once).await;
    let (home, owner) = (stack.owner().await, stack.owner().await);
    let ada = address();
    stack.commit(&home, commit(&home, add(&[&ada]))).await.unwrap();
    let invited = stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    let invitation = invited.results[0].invitation_id.clone();
    let expire = format!(
        "UPDATE invitations SET state = 'EXPIRED', expire_time = 1, seat_version = 2 WHERE id = '{invitation}'"
    );
    stack.execute(&expire).await;
    let request = resend(&invitation);
    assert_eq!(stack.needed(&owner, &request).await, [("training".to_owned(), 1)]);
    let promised = grant(name(&owner, &request), &[("training", 1)]);
    stack.resend(&owner, &request, Some(promised)).await.unwrap();
    let confirmed = arrived(3, || stack.peers.confirmations()).await;
    let of_this = confirmed
        .into_iter()
        .find(|sent| sent.key == Some(name(&owner, &request)))
        .unwrap();
    assert_eq!(
        (of_this.holders[0].subject.as_str(), of_this.holders[0].version),
        (invitation.as_str(), 3)
    );

    // Once the person was invited anew, the expired one is overtaken.
    stack
        .execute(&expire.replace("seat_version = 2", "seat_version = 4"))
        .await;
    stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    let request = resend(&invitation);
    let promised = grant(name(&owner, &request), &[("training", 1)]);
    let refused = refusal(stack.resend(&owner, &request, Some(promised)).await);
    assert_eq!(refused, (Code::FailedPrecondition, "INVITATION_SUPERSEDED".into()));
    assert_eq!(arrived(1, || stack.peers.aborted()).await, [name(&owner, &request)]);
}

async fn only_what_waits_or_has_expired_is_sent_again(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(at_once).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let (_, invitation) = stack.invited(&owner).await;
    let cases = [
        ("ACCEPTED", "INVITATION_NOT_PENDING"),
        ("DECLINED", "INVITATION_NOT_PENDING"),
        ("REVOKED", "INVITATION_REVOKED"),
        ("SUPERSEDED", "INVITATION_SUPERSEDED"),
    ];
    for (state, reason) in cases {
        stack
            .execute(&format!("UPDATE invitations SET state = '{state}'"))
            .await;
        let refused = refusal(stack.resend(&owner, &resend(&invitation), None).await);
        assert_eq!(refused, (Code::FailedPrecondition, reason.into()), "{state}");
    }
    let unknown = (Code::NotFound, "INVITATION_NOT_FOUND".to_owned());
    assert_eq!(refusal(stack.resend(&other, &resend(&invitation), None).await), unknown);
    let nobody = InvitationId::new().to_string();
    assert_eq!(refusal(stack.resend(&owner, &resend(&nobody), None).await), unknown);
    let refused = refusal(stack.resend(&owner, &resend("inv_1"), None).await);
    assert_eq!(refused, (Code::InvalidArgument, "ID_MALFORMED".into()));
    stack.delivered().await;
    assert_eq!(stack.peers.mails().len(), 1);
}

async fn what_promises_an_administrator_is_sent_by_those_who_assign_roles(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(at_once).await;
    let owner = stack.owner().await;
    let mut adding = add(&[&address()]);
    adding.options.as_mut().unwrap().role = 2;
    let added = stack.commit(&owner, commit(&owner, adding)).await.unwrap();
    let invitation = added.results[0].invitation_id.clone();
    let admin = person(owner.account, UserId::new(), Role::Admin);
    let refused = refusal(stack.resend(&admin, &resend(&invitation), None).await);
    assert_eq!(refused, (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".into()));
    stack.resend(&owner, &resend(&invitation), None).await.unwrap();
}

async fn an_address_an_account_and_a_domain_see_only_so_many(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let limits: [fn(&mut Config); 3] = [
        |config| {
            at_once(config);
            config.invitations.resends.per_address_per_hour = 1;
        },
        |config| {
            at_once(config);
            config.invitations.resends.per_account_per_hour = 1;
        },
        |config| {
            at_once(config);
            config.invitations.resends.per_domain_per_hour = 1;
        },
    ];
    let limited = (Code::ResourceExhausted, "RATE_LIMITED".to_owned());
    for (limit, others_too) in limits.into_iter().zip([false, true, true]) {
        let stack = stack(limit).await;
        let owner = stack.owner().await;
        let (_, first) = stack.invited(&owner).await;
        let (_, second) = stack.invited(&owner).await;
        let request = resend(&first);
        stack.foretold(&owner, &request).await.unwrap();
        stack.resend(&owner, &request, None).await.unwrap();

        // What was answered is repeated, however often.
        stack.foretold(&owner, &request).await.unwrap();
        assert_eq!(refusal(stack.foretold(&owner, &resend(&first)).await), limited);
        match stack.foretold(&owner, &resend(&second)).await {
            answer if others_too => assert_eq!(refusal(answer), limited),
            answer => drop(answer.unwrap()),
        }
    }
}
