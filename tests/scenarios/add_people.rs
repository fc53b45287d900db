//! The main job: three people are added, get their mails, and one of them begins.

use proto::admin::v1::add_user_result::Outcome;
use proto::admin::v1::{UserOptions, WelcomeEmail, welcome_email};
use proto::identity::v1::{Role, invitation, user};
use proto::notification::v1::delivery::State as DeliveryState;
use testkit::eventually;
use tonic::Code;
use types::RequestId;

use crate::support::{Owner, PASSWORD, PATIENCE, World, adding, fresh, on_both, refusal, settled};

on_both! {
    three_people_are_added_and_one_begins
    a_repeated_request_has_one_effect
    a_dry_run_tells_everything_and_changes_nothing
    good_rows_go_in_when_others_are_bad
    somebody_may_decline_the_mail
    a_row_overrides_what_is_the_same_for_all
    only_a_super_admin_names_roles
    people_come_in_pages_of_one_order
}

async fn three_people_are_added_and_one_begins(world: &World) {
    let owner = world.account().await;
    let emails = ["ada", "alan", "grace"].map(fresh);
    let before = owner.pool("training").await;
    let meetings = owner.pool("meeting").await.available;
    let request = adding(&emails.each_ref().map(String::as_str), &["training", "meeting"]);

    let answer = owner.add(request).await.unwrap();

    assert!(answer.results.iter().all(|result| result.outcome() == Outcome::Invited));
    let seats: Vec<_> = answer
        .seats
        .iter()
        .map(|seat| (seat.product.as_str(), seat.requested, seat.available))
        .collect();
    assert_eq!(seats, [("meeting", 3, meetings), ("training", 3, before.available)]);
    for email in &emails {
        let mail = world.mail(email).await;
        assert!(
            mail.text.contains("Analytical Engines") && mail.text.contains("Olivia Owner"),
            "{}",
            mail.text
        );
    }
    settled(&owner).await;
    assert_eq!(owner.pool("training").await.assigned, before.assigned + 3);

    let ada = Owner::accept(world, &world.mail(&emails[0]).await.token())
        .await
        .unwrap();
    assert_eq!(ada.tokens.user_id, answer.results[0].user_id);
    Owner::log_in(world, &emails[0].to_uppercase(), PASSWORD).await.unwrap();

    let people = eventually(PATIENCE, async || {
        let people = owner.people().await;
        let sent = |delivery: &proto::notification::v1::Delivery| delivery.state() == DeliveryState::Sent;
        let mailed = people
            .iter()
            .filter(|person| person.delivery.as_ref().is_some_and(sent))
            .count();
        if mailed == 3 {
            Ok(people)
        } else {
            Err(format!("{mailed} mails are sent"))
        }
    })
    .await;
    assert_eq!(people.len(), 4);
    let person = people
        .iter()
        .find(|person| person.user.as_ref().unwrap().id == ada.tokens.user_id)
        .unwrap();
    let found = person.user.as_ref().unwrap();
    assert_eq!((found.state(), found.role()), (user::State::Active, Role::Member));
    assert_eq!(found.invitation.as_ref().unwrap().state(), invitation::State::Accepted);
    assert_eq!(person.products, ["meeting", "training"]);
    assert_eq!(owner.person(&found.id).await.unwrap().user.unwrap().email, emails[0]);
}

async fn a_repeated_request_has_one_effect(world: &World) {
    let owner = world.account().await;
    let (email, other) = (fresh("ada"), fresh("eve"));
    let request = adding(&[&email], &["training"]);
    let first = owner.add(request.clone()).await.unwrap();

    let mut spelled = request.clone();
    spelled.request_id = spelled.request_id.to_uppercase();
    let twins = futures::future::join_all([
        owner.add(request.clone()),
        owner.add(spelled),
        owner.add(request.clone()),
    ]);
    for again in twins.await {
        assert_eq!(again.unwrap(), first);
    }
    let mut altered = adding(&[&other], &["training"]);
    altered.request_id = request.request_id;
    let refused = owner.add(altered).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    settled(&owner).await;
    world.mail(&email).await;
    assert_eq!(owner.pool("training").await.assigned, 1);
    assert_eq!(owner.people().await.len(), 2);
    assert!(world.mails(&other).is_empty());
}

async fn a_dry_run_tells_everything_and_changes_nothing(world: &World) {
    let owner = world.account().await;
    let email = fresh("ada");
    let mut request = adding(&[&email], &["training"]);
    request.validate_only = true;

    let answer = owner.add(request.clone()).await.unwrap();

    assert_eq!(answer.results[0].outcome(), Outcome::Invited);
    assert_eq!((answer.results[0].user_id.as_str(), answer.seats[0].requested), ("", 1));
    let pool = owner.pool("training").await;
    assert_eq!(
        (pool.assigned, pool.reserved, pool.available),
        (0, 0, answer.seats[0].available)
    );
    assert_eq!(owner.people().await.len(), 1);

    request.users = (0..=pool.seats)
        .map(|index| crate::support::user(&format!("{index}-{email}")))
        .collect();
    let refused = owner.add(request.clone()).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
    request.validate_only = false;
    request.users.truncate(1);
    assert_eq!(owner.add(request).await.unwrap().results[0].outcome(), Outcome::Invited);
}

async fn good_rows_go_in_when_others_are_bad(world: &World) {
    let owner = world.account().await;
    let (good, bad) = (fresh("ada"), "not an address");
    let mut request = adding(&[&good, bad, &good], &["training"]);
    let refused = owner.add(request.clone()).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "EMAIL_CHARACTER".into()));
    let details = tonic_types::StatusExt::get_details_bad_request(&refused).unwrap();
    let fields: Vec<_> = details
        .field_violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(fields, ["users[1].email", "users[2].email"]);
    assert_eq!(owner.people().await.len(), 1);

    request.allow_partial = true;
    let answer = owner.add(request).await.unwrap();
    let outcomes: Vec<_> = answer.results.iter().map(|result| result.outcome()).collect();
    assert_eq!(outcomes, [Outcome::Invited, Outcome::Failed, Outcome::Failed]);
    let error = answer.results[1].error.clone().unwrap();
    assert_eq!(error.code, Code::InvalidArgument as i32);
    assert_eq!(answer.seats[0].requested, 1);
    settled(&owner).await;
    assert_eq!(owner.pool("training").await.assigned, 1);
}

async fn somebody_may_decline_the_mail(world: &World) {
    let owner = world.account().await;
    let (silent, loud) = (fresh("silent"), fresh("loud"));
    let mut request = adding(&[&silent, &loud], &[]);
    let declined = Some(WelcomeEmail {
        choice: Some(welcome_email::Choice::Declined(true)),
    });
    request.users[0].options = Some(UserOptions {
        welcome_email: declined,
        ..UserOptions::default()
    });

    let answer = owner.add(request).await.unwrap();

    let outcomes: Vec<_> = answer.results.iter().map(|result| result.outcome()).collect();
    assert_eq!(outcomes, [Outcome::Created, Outcome::Invited]);
    assert!(answer.seats.is_empty());
    world.mail(&loud).await;
    assert!(world.mails(&silent).is_empty());
}

async fn a_row_overrides_what_is_the_same_for_all(world: &World) {
    let owner = world.account().await;
    let (plain, special) = (fresh("plain"), fresh("special"));
    let mut request = adding(&[&plain, &special], &["training"]);
    request.options.as_mut().unwrap().language = "de".into();
    let own = UserOptions {
        language: "fr".into(),
        time_zone: "Europe/Paris".into(),
        products: vec!["phone".into()],
        ..UserOptions::default()
    };
    request.users[1].options = Some(own);
    let answer = owner.add(request).await.unwrap();
    settled(&owner).await;

    let plain = owner.person(&answer.results[0].user_id).await.unwrap();
    let special = owner.person(&answer.results[1].user_id).await.unwrap();
    assert_eq!(
        (plain.user.unwrap().language.as_str(), plain.products),
        ("de", vec!["training".to_owned()])
    );
    let user = special.user.unwrap();
    assert_eq!(
        (user.language.as_str(), user.time_zone.as_str()),
        ("fr", "Europe/Paris")
    );
    assert_eq!(special.products, ["phone"]);
}

async fn only_a_super_admin_names_roles(world: &World) {
    let owner = world.account().await;
    let email = fresh("admin");
    let mut request = adding(&[&email], &[]);
    request.options.as_mut().unwrap().role = Role::Admin.into();
    owner.add(request).await.unwrap();
    let admin = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();

    let mut request = adding(&[&fresh("member")], &[]);
    request.users[0].options = Some(UserOptions {
        role: Role::Member.into(),
        ..UserOptions::default()
    });
    request.allow_partial = true;
    let refused = admin.add(request.clone()).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".into())
    );
    request.users[0].options = None;
    request.request_id = RequestId::new().to_string();
    admin.add(request).await.unwrap();

    let seen = admin.people().await;
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter()
            .all(|person| person.user.as_ref().unwrap().role() == Role::Unspecified)
    );
    let roles: Vec<_> = owner
        .people()
        .await
        .iter()
        .map(|person| person.user.as_ref().unwrap().role())
        .collect();
    assert_eq!(roles, [Role::SuperAdmin, Role::Admin, Role::Member]);
}

async fn people_come_in_pages_of_one_order(world: &World) {
    let owner = world.account().await;
    let emails: Vec<String> = (0..5).map(|index| fresh(&format!("p{index}"))).collect();
    owner
        .add(adding(&emails.iter().map(String::as_str).collect::<Vec<_>>(), &[]))
        .await
        .unwrap();

    let listed: Vec<String> = owner
        .people()
        .await
        .into_iter()
        .map(|person| person.user.unwrap().email)
        .collect();

    assert_eq!(listed[1..], emails[..]);
}
