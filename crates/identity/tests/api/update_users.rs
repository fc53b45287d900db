//! Changes of users: what is refused, what is answered, and what licensing is told.

use chassis::{Actor, Person};
use identity::Config;
use proto::admin::v1::update_user_result::Outcome;
use proto::admin::v1::{
    BatchUpdateUsersRequest, BatchUpdateUsersResponse, ProductChange, UserChange, product_change::List,
};
use proto::identity::internal::v1::resolution::Outcome as Resolved;
use proto::identity::internal::v1::{Answer, Change, CommitChangeRequest, PrepareChangeRequest, answer, change};
use proto::licensing::internal::v1::{Grant, Holder, Release, ReservationKey, SeatQuantity};
use tonic::{Code, Status};
use types::{GroupId, RequestId, Role, TemplateId, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, bad_fields, commit, grant, in_seconds, new_user, person, products, refusal};

on_both_databases! {
    products_are_added_out_of_the_grant_and_removed_without_one
    a_grant_covers_what_is_needed_beyond_what_is_held
    a_change_that_adds_nothing_needs_no_grant
    what_a_pending_invitation_promises_stays_in_step
    bad_rows_are_told_and_refuse_the_whole_unless_allowed
    what_is_wrong_with_the_whole_is_refused
    a_repeated_request_is_answered_as_the_first_time
    an_aborted_attempt_is_never_committed
    administrators_are_changed_by_those_who_assign_roles
    whoever_is_changed_at_once_by_two_is_changed_by_both
}

fn list(products: &[&str]) -> Vec<String> {
    products.iter().map(|&product| product.to_owned()).collect()
}

fn adjusting(add: &[&str], remove: &[&str]) -> UserChange {
    UserChange {
        products: Some(ProductChange {
            set: None,
            add: list(add),
            remove: list(remove),
        }),
        ..UserChange::default()
    }
}

pub fn setting(products: &[&str]) -> UserChange {
    UserChange {
        products: Some(ProductChange {
            set: Some(List {
                products: list(products),
            }),
            ..ProductChange::default()
        }),
        ..UserChange::default()
    }
}

pub fn speaking(language: &str) -> UserChange {
    UserChange {
        language: language.into(),
        ..UserChange::default()
    }
}

pub fn update(users: &[String], change: UserChange) -> BatchUpdateUsersRequest {
    BatchUpdateUsersRequest {
        request_id: RequestId::new().to_string(),
        user_ids: users.to_vec(),
        change: Some(change),
        ..BatchUpdateUsersRequest::default()
    }
}

fn name(person: &Person, request: &BatchUpdateUsersRequest, epoch: i64) -> ReservationKey {
    ReservationKey {
        account_id: person.account.to_string(),
        request_id: request.request_id.clone(),
        epoch,
    }
}

pub fn outcomes(answer: &BatchUpdateUsersResponse) -> Vec<Outcome> {
    answer.results.iter().map(|result| result.outcome()).collect()
}

fn read(answer: Answer) -> BatchUpdateUsersResponse {
    let Some(answer::Kind::BatchUpdateUsers(answer)) = answer.kind else {
        panic!("{answer:?}");
    };
    answer
}

impl Stack {
    async fn foretell(
        &self,
        person: &Person,
        request: &BatchUpdateUsersRequest,
    ) -> Result<(BatchUpdateUsersResponse, Vec<SeatQuantity>), Status> {
        let kind = Some(change::Kind::BatchUpdateUsers(request.clone()));
        let message = PrepareChangeRequest {
            change: Some(Change { kind }),
        };
        let message = self.signed_for("gateway", &Actor::Person(*person), message);
        let prepared = self.changes().prepare_change(message).await?.into_inner();
        Ok((read(prepared.foretold.or(prepared.answered).unwrap()), prepared.seats))
    }

    pub async fn update(
        &self,
        person: &Person,
        request: &BatchUpdateUsersRequest,
        grant: Option<Grant>,
    ) -> Result<BatchUpdateUsersResponse, Status> {
        let kind = Some(change::Kind::BatchUpdateUsers(request.clone()));
        let message = CommitChangeRequest {
            change: Some(Change { kind }),
            grant,
            seats: vec![],
            not_after: Some(in_seconds(60)),
        };
        let message = self.signed_for("gateway", &Actor::Person(*person), message);
        let committed = self.changes().commit_change(message).await?.into_inner();
        Ok(read(committed.answer.unwrap()))
    }

    /// Users with a seat of `training` each.
    pub async fn trained(&self, owner: &Person, count: usize) -> Vec<String> {
        let emails: Vec<String> = (0..count).map(|_| address()).collect();
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        let added = self.commit(owner, commit(owner, add(&emails))).await.unwrap();
        added.results.into_iter().map(|result| result.user_id).collect()
    }

    pub async fn value(&self, user: &str, column: &str) -> String {
        let sql = format!("SELECT CAST({column} AS TEXT) AS text FROM users WHERE id = '{user}'");
        self.texts(sql).await.remove(0)
    }

    pub async fn promise(&self, user: &str, column: &str) -> String {
        let sql = format!("SELECT CAST({column} AS TEXT) AS text FROM invitations WHERE user_id = '{user}'");
        self.texts(sql).await.remove(0)
    }

    /// How many events of an action there are.
    pub async fn done(&self, action: &str) -> i64 {
        self.count(format!(
            "SELECT count(*) AS n FROM audit_events WHERE action = '{action}'"
        ))
        .await
    }
}

async fn products_are_added_out_of_the_grant_and_removed_without_one(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 2).await;
    let more = update(&users, adjusting(&["phone"], &[]));
    let (foretold, needed) = stack.foretell(&owner, &more).await.unwrap();
    assert_eq!(outcomes(&foretold), [Outcome::Updated; 2]);
    let needed: Vec<_> = needed
        .iter()
        .map(|seat| (seat.product.as_str(), seat.quantity))
        .collect();
    assert_eq!(
        (needed, stack.value(&users[0], "products").await.as_str()),
        (vec![("phone", 2)], "[\"training\"]")
    );

    let promised = grant(name(&owner, &more, 1), &[("phone", 2)]);
    stack.update(&owner, &more, Some(promised)).await.unwrap();

    assert_eq!(stack.value(&users[0], "products").await, "[\"phone\",\"training\"]");
    let confirmed = arrived(2, || stack.peers.confirmations()).await;
    let of_this = confirmed
        .into_iter()
        .find(|sent| sent.key == Some(name(&owner, &more, 1)))
        .unwrap();
    let expected = users.iter().map(|user| Holder {
        subject: user.clone(),
        version: 2,
        products: list(&["phone", "training"]),
        kept: list(&["training"]),
    });
    assert_eq!(of_this.holders, expected.collect::<Vec<_>>());

    let less = update(&users[..1], adjusting(&[], &["training"]));
    assert_eq!(stack.foretell(&owner, &less).await.unwrap().1, []);
    stack.update(&owner, &less, None).await.unwrap();
    let released = arrived(1, || stack.peers.releases()).await;
    let expected = Release {
        account_id: owner.account.to_string(),
        subject: users[0].clone(),
        version: 3,
        products: list(&["phone"]),
    };
    assert_eq!(released, [expected]);
    assert_eq!(stack.done("user.update").await, 3);
}

async fn a_grant_covers_what_is_needed_beyond_what_is_held(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 3).await;
    let request = update(&users, setting(&["phone", "training"]));
    let short: [&[(&str, i64)]; 3] = [&[("phone", 2)], &[], &[("training", 3), ("meeting", 3)]];
    for (epoch, seats) in (1..).zip(short) {
        let promised = grant(name(&owner, &request, epoch), seats);
        let refused = refusal(stack.update(&owner, &request, Some(promised)).await);
        assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()), "{seats:?}");
    }
    assert_eq!(refusal(stack.update(&owner, &request, None).await).1, "GRANT_LAPSED");
    assert_eq!(arrived(3, || stack.peers.aborted()).await.len(), 3);
    // Somebody gives one of them the product meanwhile: now two seats are enough.
    let one = update(&users[..1], setting(&["phone", "training"]));
    let promised = grant(name(&owner, &one, 1), &[("phone", 1)]);
    stack.update(&owner, &one, Some(promised)).await.unwrap();
    let promised = grant(name(&owner, &request, 4), &[("phone", 2)]);
    let answer = stack.update(&owner, &request, Some(promised)).await.unwrap();
    assert_eq!(
        outcomes(&answer),
        [Outcome::Unchanged, Outcome::Updated, Outcome::Updated]
    );
    let resolved = stack.resolve(vec![name(&owner, &request, 4)]).await.remove(0);
    let Resolved::Committed(confirmation) = resolved else {
        panic!("{resolved:?}")
    };
    let subjects: Vec<_> = confirmation.holders.into_iter().map(|holder| holder.subject).collect();
    assert_eq!(subjects, users[1..]);
}

async fn a_change_that_adds_nothing_needs_no_grant(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 2).await;
    let request = update(&users, speaking("fr"));
    let answer = stack.update(&owner, &request, None).await.unwrap();
    assert_eq!(outcomes(&answer), [Outcome::Updated; 2]);
    assert_eq!(
        (
            stack.value(&users[1], "language").await.as_str(),
            stack.value(&users[1], "seat_version").await.as_str()
        ),
        ("fr", "1")
    );
    let again = stack
        .update(&owner, &update(&users, speaking("fr")), None)
        .await
        .unwrap();
    assert_eq!(outcomes(&again), [Outcome::Unchanged; 2]);
    assert_eq!(stack.done("user.update").await, 2, "who was not changed has no event");
    let resolved = stack.resolve(vec![name(&owner, &request, 1)]).await;
    assert_eq!(
        resolved,
        [Resolved::Aborted(name(&owner, &request, 1))],
        "no attempt was needed"
    );
}

async fn what_a_pending_invitation_promises_stays_in_step(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let user = stack.trained(&owner, 1).await.remove(0);
    let change = UserChange {
        time_zone: "Europe/Berlin".into(),
        language: "de".into(),
        ..setting(&["meeting"])
    };
    let request = update(std::slice::from_ref(&user), change);
    let promised = grant(name(&owner, &request, 1), &[("meeting", 1)]);
    stack.update(&owner, &request, Some(promised)).await.unwrap();
    for (column, expected) in [
        ("language", "de"),
        ("time_zone", "Europe/Berlin"),
        ("products", "[\"meeting\"]"),
    ] {
        assert_eq!(
            (stack.value(&user, column).await, stack.promise(&user, column).await),
            (expected.into(), expected.into())
        );
    }
}

async fn bad_rows_are_told_and_refuse_the_whole_unless_allowed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let good = stack.trained(&owner, 1).await.remove(0);
    let foreign = stack.trained(&other, 1).await.remove(0);
    let deleted = stack.trained(&owner, 1).await.remove(0);
    stack
        .execute(&format!("UPDATE users SET state = 'DELETED' WHERE id = '{deleted}'"))
        .await;
    let rows = [
        good.clone(),
        foreign,
        "usr_1".into(),
        good.clone(),
        deleted,
        UserId::new().to_string(),
    ];
    let mut request = update(&rows, speaking("fr"));
    let status = stack.update(&owner, &request, None).await.unwrap_err();
    let expected = [
        ("user_ids[1]", "USER_NOT_FOUND"),
        ("user_ids[2]", "ID_MALFORMED"),
        ("user_ids[3]", "USER_REPEATED"),
        ("user_ids[4]", "USER_NOT_FOUND"),
        ("user_ids[5]", "USER_NOT_FOUND"),
    ];
    assert_eq!(
        bad_fields(&status),
        expected.map(|(field, reason)| (field.into(), reason.into()))
    );
    assert_eq!(refusal::<()>(Err(status)), (Code::NotFound, "USER_NOT_FOUND".into()));
    assert_eq!(stack.value(&good, "language").await, "en");

    request.allow_partial = true;
    let answer = stack.update(&owner, &request, None).await.unwrap();
    let mut told = vec![Outcome::Updated];
    told.resize(6, Outcome::Failed);
    assert_eq!(outcomes(&answer), told);
    assert_eq!(
        answer.results[1].error.as_ref().unwrap().code,
        i32::from(Code::NotFound)
    );
    assert_eq!(stack.value(&good, "language").await, "fr");
}

#[expect(clippy::too_many_lines, reason = "one table of bad requests")]
async fn what_is_wrong_with_the_whole_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    type Case = (fn(&mut BatchUpdateUsersRequest), Code, &'static str, &'static str);
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 1).await;
    let invalid = Code::InvalidArgument;
    let cases: [Case; 10] = [
        (
            |bad| bad.request_id = "1".into(),
            invalid,
            "request_id",
            "REQUEST_ID_MALFORMED",
        ),
        (|bad| bad.user_ids.clear(), invalid, "user_ids", "USERS_COUNT"),
        (
            |bad| bad.user_ids = vec![UserId::new().to_string(); 1_001],
            invalid,
            "user_ids",
            "USERS_COUNT",
        ),
        (|bad| bad.change = None, invalid, "change", "CHANGE_EMPTY"),
        (
            |bad| bad.change = Some(adjusting(&["telex"], &[])),
            invalid,
            "change.products.add[0]",
            "PRODUCT_UNKNOWN",
        ),
        (
            |bad| bad.change = Some(adjusting(&["phone"], &["phone"])),
            invalid,
            "change.products.remove[0]",
            "PRODUCT_REPEATED",
        ),
        (
            |bad| bad.change = Some(speaking("xx")),
            invalid,
            "change.language",
            "LANGUAGE_UNKNOWN",
        ),
        (
            |bad| bad.change.as_mut().unwrap().group_id = Some("x".into()),
            invalid,
            "change.group_id",
            "ID_MALFORMED",
        ),
        (
            |bad| bad.change.as_mut().unwrap().group_id = Some(GroupId::new().to_string()),
            Code::NotFound,
            "change.group_id",
            "GROUP_NOT_FOUND",
        ),
        (
            |bad| bad.change.as_mut().unwrap().settings_template_id = Some(TemplateId::new().to_string()),
            Code::NotFound,
            "change.settings_template_id",
            "SETTINGS_TEMPLATE_NOT_FOUND",
        ),
    ];
    for (spoil, code, field, reason) in cases {
        let mut bad = update(&users, speaking("fr"));
        bad.allow_partial = true;
        spoil(&mut bad);
        let status = stack.foretell(&owner, &bad).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), reason.into())]);
        assert_eq!(refusal::<()>(Err(status)), (code, reason.into()));
        assert_eq!(refusal(stack.update(&owner, &bad, None).await), (code, reason.into()));
    }
    assert_eq!(stack.value(&users[0], "revision").await, "1");
}

async fn a_repeated_request_is_answered_as_the_first_time(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 2).await;
    let request = update(&users, adjusting(&["phone"], &[]));
    let promised = |epoch| Some(grant(name(&owner, &request, epoch), &[("phone", 2)]));
    let answer = stack.update(&owner, &request, promised(1)).await.unwrap();
    for grant in [promised(1), promised(2), None] {
        assert_eq!(stack.update(&owner, &request, grant).await.unwrap(), answer);
    }
    assert_eq!(stack.foretell(&owner, &request).await.unwrap(), (answer, vec![]));
    assert_eq!(stack.value(&users[0], "seat_version").await, "2");

    let mut altered = request.clone();
    altered.change = Some(speaking("fr"));
    let reused = (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned());
    assert_eq!(refusal(stack.update(&owner, &altered, None).await), reused);
    // Nor is it good for a request of another kind.
    let mut adding = add(&[&address()]);
    adding.request_id.clone_from(&request.request_id);
    assert_eq!(refusal(stack.commit(&owner, commit(&owner, adding)).await), reused);
}

async fn an_aborted_attempt_is_never_committed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 1).await;
    let request = update(&users, adjusting(&["phone"], &[]));
    let key = |epoch| name(&owner, &request, epoch);
    let promised = |epoch| Some(grant(key(epoch), &[("phone", 1)]));
    assert_eq!(stack.resolve(vec![key(1)]).await, [Resolved::Aborted(key(1))]);
    let refused = refusal(stack.update(&owner, &request, promised(1)).await);
    assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()));
    assert_eq!(stack.value(&users[0], "products").await, "[\"training\"]");
    stack.update(&owner, &request, promised(2)).await.unwrap();
    assert_eq!(stack.value(&users[0], "products").await, "[\"phone\",\"training\"]");
}

async fn administrators_are_changed_by_those_who_assign_roles(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let mut adding = add(&[]);
    adding.users.push(new_user(&address()));
    adding.options = Some(proto::admin::v1::UserOptions {
        role: 2,
        ..products(&[])
    });
    let mut message = commit(&owner, adding);
    message.grant = None;
    let admin = stack.commit(&owner, message).await.unwrap().results.remove(0).user_id;
    let lesser = person(owner.account, UserId::new(), Role::Admin);
    for target in [&admin, &owner.user.to_string()] {
        let request = update(std::slice::from_ref(target), speaking("fr"));
        let refused = refusal(stack.update(&lesser, &request, None).await);
        assert_eq!(refused, (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".into()));
        stack.update(&owner, &request, None).await.unwrap();
        assert_eq!(stack.value(target, "language").await, "fr");
    }
}

async fn whoever_is_changed_at_once_by_two_is_changed_by_both(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let mut users = stack.trained(&owner, 20).await;
    let more = update(&users, adjusting(&["phone"], &[]));
    users.reverse();
    let less = update(&users, adjusting(&[], &["training"]));
    let promised = Some(grant(name(&owner, &more, 1), &[("phone", 20)]));
    let (more, less) = tokio::join!(stack.update(&owner, &more, promised), stack.update(&owner, &less, None));
    assert_eq!(
        (outcomes(&more.unwrap()), outcomes(&less.unwrap())),
        (vec![Outcome::Updated; 20], vec![Outcome::Updated; 20])
    );
    for user in &users {
        assert_eq!(
            (
                stack.value(user, "products").await.as_str(),
                stack.value(user, "seat_version").await.as_str()
            ),
            ("[\"phone\"]", "3")
        );
    }
}
