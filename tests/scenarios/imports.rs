//! Whole files of people: looked at first, then added, each row once, whatever stops in between.

use futures::StreamExt;
use proto::admin::v1::import::{Counts, State};
use proto::admin::v1::import_options::{ExistingUsers, SeatPolicy};
use proto::admin::v1::import_row::Outcome;
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::{
    CancelImportRequest, GetImportTemplateRequest, Import, ImportOptions, ListImportRowsRequest, UserOptions,
    WatchImportRequest, WelcomeEmail, welcome_email,
};
use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::{AssignRolesRequest, CreateGroupRequest, Role, RoleAssignment, User};
use testkit::eventually;
use tonic::Code;
use tonic_types::{RpcStatusExt, StatusExt};

use crate::big_import::done;
use crate::support::crowd::crowd;
use crate::support::imports::{ended, failures, import, look, reason, send, sheet};
use crate::support::{Owner, PATIENCE, World, adding, fresh, on_both, refusal, settled, with_role};

on_both! {
    a_file_is_imported_with_everything_its_rows_say
    what_would_happen_is_told_and_nothing_changes
    all_get_seats_or_nobody_or_those_who_come_first
    people_who_are_there_are_skipped_or_fail
    people_who_are_there_become_what_their_rows_say
    what_an_admin_may_not_touch_stays_as_it_is
    the_same_file_twice_is_one_import
    an_import_is_nobody_elses_business
    an_import_stops_when_its_author_may_add_nobody_any_more
}

fn with_seats(products: &[&str]) -> ImportOptions {
    ImportOptions {
        user_options: Some(UserOptions {
            products: products.iter().map(|&product| product.into()).collect(),
            ..UserOptions::default()
        }),
        ..ImportOptions::default()
    }
}

fn updating() -> ImportOptions {
    ImportOptions {
        existing_users: ExistingUsers::Update.into(),
        ..ImportOptions::default()
    }
}

fn counts(import: &Import) -> Counts {
    import.counts.unwrap()
}

async fn group(owner: &Owner, name: &str) -> String {
    let group = CreateGroupRequest {
        name: name.into(),
        ..CreateGroupRequest::default()
    };
    let mut groups = GroupServiceClient::new(owner.channel.clone());
    let group = groups.create_group(owner.request(group)).await.unwrap().into_inner();
    group.group.unwrap().id
}

/// What is told of an import until it has ended.
async fn watched(owner: &Owner, import_id: &str) -> Vec<Import> {
    let watch = WatchImportRequest {
        import_id: import_id.into(),
    };
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let watched = client.watch_import(owner.request(watch)).await.unwrap().into_inner();
    watched.map(|it| it.unwrap().import.unwrap()).collect().await
}

/// The one of an account's users who has this address.
async fn user(owner: &Owner, email: &str) -> User {
    let people = owner.people().await.into_iter();
    let mut users = people.filter_map(|person| person.user);
    users.find(|user| user.email == email).unwrap()
}

/// How many seats of each of these products are held, when nothing is reserved.
async fn held<const N: usize>(owner: &Owner, products: [&str; N]) -> [i64; N] {
    let pools = settled(owner).await;
    products.map(|product| pools.iter().find(|pool| pool.product == product).unwrap().assigned)
}

async fn a_file_is_imported_with_everything_its_rows_say(world: &World) {
    let owner = world.account().await;
    let group = group(&owner, "Vertrieb Süd").await;
    let (ada, zoe) = (fresh("ada"), fresh("zoe"));
    let file = format!(
        "\u{feff}E-Mail;First name;Last name;Role;Products;Group;Language;Time zone;Welcome e-mail\r\n\
        {ada};Ada;Lovelace;;;;;;\r\n\
        \r\n\
        {zoe};\"Zoë; \"\"Z\"\"\";'=Strauß;Admin;training | webinar;VERTRIEB SÜD;de-AT;Europe/Vienna;none\r\n"
    );
    let begun = send(&owner, with_seats(&["meeting"]), file.as_bytes(), 7)
        .await
        .unwrap();
    let watched = watched(&owner, &begun.id).await;
    let done = watched.last().unwrap();
    assert_eq!(done.state(), State::Succeeded, "{done:?}");
    assert_eq!((done.row_count, done.done_count), (2, 2));
    let expected = Counts {
        invited: 1,
        created: 1,
        ..Counts::default()
    };
    assert_eq!(counts(done), expected);
    assert!(watched.is_sorted_by_key(|import| import.done_count));
    assert_eq!(done.seats.iter().map(|seat| seat.requested).sum::<i64>(), 3);

    assert_eq!(held(&owner, ["meeting", "training", "webinar"]).await, [1, 1, 1]);
    let user = user(&owner, &zoe).await;
    assert_eq!(
        (user.given_name.as_str(), user.family_name.as_str()),
        ("Zoë; \"Z\"", "=Strauß")
    );
    assert_eq!((user.role(), user.group_id.as_str()), (Role::Admin, group.as_str()));
    assert_eq!(
        (user.language.as_str(), user.time_zone.as_str()),
        ("de-AT", "Europe/Vienna")
    );
    Owner::accept(world, &world.mail(&ada).await.token()).await.unwrap();
    assert!(world.mails(&zoe).is_empty());
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let template = client
        .get_import_template(owner.request(GetImportTemplateRequest {}))
        .await;
    assert!(
        template
            .unwrap()
            .into_inner()
            .content
            .starts_with(b"email,given_name,family_name,")
    );
}

async fn what_would_happen_is_told_and_nothing_changes(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let (ada, moving, there) = (fresh("ada"), fresh("moving"), fresh("there"));
    other.add(adding(&[&moving], &[])).await.unwrap();
    owner.add(adding(&[&there], &[])).await.unwrap();
    let file = sheet(&[&ada, &moving, &there, "nobody", &ada.to_uppercase()]);
    let free = owner.pool("training").await.available;
    let options = ImportOptions {
        validate_only: true,
        ..with_seats(&["training"])
    };
    for _ in 0..2 {
        let begun = import(&owner, options.clone(), &file).await.unwrap();
        let done = ended(&owner, &begun.id).await;
        assert_eq!(done.state(), State::Succeeded);
        let expected = Counts {
            invited: 1,
            transfer_invited: 1,
            skipped: 1,
            failed: 2,
            ..Counts::default()
        };
        assert_eq!((counts(&done), done.done_count), (expected, 5));
        let seat = &done.seats[0];
        assert_eq!((seat.requested, seat.available), (2, free));
        let rows = ListImportRowsRequest {
            import_id: begun.id.clone(),
            ..ListImportRowsRequest::default()
        };
        let mut client = ImportServiceClient::new(owner.channel.clone());
        let rows = client
            .list_import_rows(owner.request(rows))
            .await
            .unwrap()
            .into_inner()
            .rows;
        let told: Vec<_> = rows.iter().map(|row| (row.row, row.outcome())).collect();
        let expected = [
            (1, Outcome::Invited),
            (2, Outcome::TransferInvited),
            (3, Outcome::Skipped),
            (4, Outcome::Failed),
            (5, Outcome::Failed),
        ];
        assert_eq!(told, expected);
        let failed: Vec<_> = failures(&owner, &begun.id).await.iter().map(reason).collect();
        assert_eq!(failed, [(5, "EMAIL_MALFORMED".into()), (6, "EMAIL_REPEATED".into())]);
    }
    assert_eq!(owner.people().await.len(), 2);
    assert_eq!(owner.pool("training").await.available, free);
}

async fn all_get_seats_or_nobody_or_those_who_come_first(world: &World) {
    let owner = world.account().await;
    let free = owner.pool("training").await.available;
    let emails: Vec<String> = (0..=free).map(|_| fresh("ada")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let file = sheet(&emails);
    let begun = import(&owner, with_seats(&["training"]), &file).await.unwrap();
    let done = ended(&owner, &begun.id).await;
    assert_eq!(done.state(), State::Failed);
    assert!(done.error.unwrap().message.contains("more seats are needed"));
    assert_eq!((done.seats[0].requested, done.seats[0].available), (free + 1, free));
    assert_eq!(
        (owner.people().await.len(), owner.pool("training").await.available),
        (1, free)
    );

    let options = ImportOptions {
        seat_policy: SeatPolicy::AsFarAsTheyGo.into(),
        ..with_seats(&["training"])
    };
    let begun = import(&owner, options, &file).await.unwrap();
    let done = ended(&owner, &begun.id).await;
    assert_eq!(done.state(), State::Succeeded, "{done:?}");
    assert_eq!((counts(&done).invited, counts(&done).failed), (free, 1));
    let failed: Vec<_> = failures(&owner, &begun.id).await.iter().map(reason).collect();
    assert_eq!(failed, [(free + 2, "SEATS_EXHAUSTED".into())]);
    settled(&owner).await;
    let pool = owner.pool("training").await;
    assert_eq!((pool.assigned, pool.available), (free, 0));
}

async fn people_who_are_there_are_skipped_or_fail(world: &World) {
    let owner = world.account().await;
    let (there, ada) = (fresh("there"), fresh("ada"));
    owner.add(adding(&[&there], &[])).await.unwrap();
    let file = sheet(&[&there, &ada]);
    let options = ImportOptions {
        existing_users: ExistingUsers::Fail.into(),
        ..ImportOptions::default()
    };
    let begun = import(&owner, options, &file).await.unwrap();
    let done = ended(&owner, &begun.id).await;
    assert_eq!((counts(&done).invited, counts(&done).failed), (1, 1));
    let failed: Vec<_> = failures(&owner, &begun.id).await.iter().map(reason).collect();
    assert_eq!(failed, [(2, "USER_EXISTS".into())]);
    let begun = import(&owner, ImportOptions::default(), &file).await.unwrap();
    let done = ended(&owner, &begun.id).await;
    assert_eq!((done.state(), counts(&done).skipped), (State::Succeeded, 2));
    assert_eq!(owner.people().await.len(), 3);
}

async fn people_who_are_there_become_what_their_rows_say(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let (ada, bob, courted, new) = (fresh("ada"), fresh("bob"), fresh("courted"), fresh("new"));
    owner.add(adding(&[&ada, &bob], &["meeting"])).await.unwrap();
    other.add(adding(&[&courted], &[])).await.unwrap();
    owner.add(adding(&[&courted], &[])).await.unwrap();
    let file = format!(
        "email,given_name,family_name,products,language,role\n\
        {ada},Augusta,King,training,fr,\n\
        {bob},Ada,Lovelace,,,\n\
        {courted},Ada,Lovelace,training,,\n\
        {new},Ada,Lovelace,,,\n"
    );
    let options = ImportOptions {
        user_options: with_seats(&["webinar"]).user_options,
        ..updating()
    };
    let foretold = ImportOptions {
        validate_only: true,
        ..options.clone()
    };
    let expected = Counts {
        updated: 1,
        unchanged: 1,
        skipped: 1,
        invited: 1,
        ..Counts::default()
    };
    for options in [foretold, options.clone()] {
        let begun = import(&owner, options, &file).await.unwrap();
        let done = ended(&owner, &begun.id).await;
        assert_eq!((done.state(), counts(&done)), (State::Succeeded, expected), "{done:?}");
        let seats: Vec<_> = done
            .seats
            .iter()
            .map(|seat| (seat.product.as_str(), seat.requested))
            .collect();
        assert_eq!(seats, [("training", 1), ("webinar", 1)]);
    }
    assert_eq!(held(&owner, ["meeting", "training", "webinar"]).await, [1, 1, 1]);
    let augusta = user(&owner, &ada).await;
    assert_eq!(
        (augusta.given_name.as_str(), augusta.family_name.as_str()),
        ("Augusta", "King")
    );
    assert_eq!(
        (augusta.language.as_str(), augusta.products),
        ("fr", vec!["training".to_owned()])
    );
}

async fn what_an_admin_may_not_touch_stays_as_it_is(world: &World) {
    let owner = world.account().await;
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let ada = fresh("ada");
    owner.add(adding(&[&ada], &[])).await.unwrap();
    let above = owner.person(&owner.tokens.user_id).await.unwrap().user.unwrap().email;
    let file = format!(
        "email,given_name,family_name,role\n\
        {ada},Augusta,King,SUPER_ADMIN\n\
        {above},Somebody,Else,\n"
    );
    let begun = import(&admin, updating(), &file).await.unwrap();
    ended(&admin, &begun.id).await;
    let failed: Vec<_> = failures(&admin, &begun.id).await.iter().map(reason).collect();
    let expected = [(2, "ROLE_ASSIGNMENT_FORBIDDEN"), (3, "ADMINISTRATOR_PROTECTED")];
    assert_eq!(failed, expected.map(|(line, reason)| (line, reason.to_owned())));
}

async fn the_same_file_twice_is_one_import(world: &World) {
    let owner = world.account().await;
    let emails: Vec<String> = (0..2_500).map(|index| format!("user{index}-{}", fresh("x"))).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let options = ImportOptions {
        user_options: Some(UserOptions {
            welcome_email: Some(WelcomeEmail {
                choice: Some(welcome_email::Choice::Declined(true)),
            }),
            ..UserOptions::default()
        }),
        ..ImportOptions::default()
    };
    let file = sheet(&emails);
    let other = sheet(&[&fresh("later")]);
    let first = import(&owner, options.clone(), &file).await.unwrap();
    // One at a time: the next waits for the first.
    let next = import(&owner, options.clone(), &other).await.unwrap();
    let second = import(&owner, options.clone(), &file).await;
    let done = ended(&owner, &first.id).await;
    assert_eq!(counts(&done).created, 2_500, "{done:?}");
    assert_eq!(counts(&ended(&owner, &next.id).await).created, 1);
    match second {
        Ok(second) => assert_eq!(second.id, first.id),
        Err(status) => assert_eq!(refusal(&status).1, "FILE_IMPORTED", "it was over by then"),
    }
    let status = import(&owner, options.clone(), &file).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::AlreadyExists, "FILE_IMPORTED".into()));
    let metadata = &status.get_error_details().error_info().unwrap().metadata.clone();
    assert_eq!(metadata["import_id"], first.id);
    let forced = ImportOptions { force: true, ..options };
    let again = import(&owner, forced, &file).await.unwrap();
    assert_eq!(counts(&ended(&owner, &again.id).await).skipped, 2_500);
}

async fn an_import_is_nobody_elses_business(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let member = owner.admit(world, UserOptions::default()).await;
    let file = sheet(&[&fresh("ada")]);
    let begun = import(&owner, ImportOptions::default(), &file).await.unwrap();
    let unknown = (Code::NotFound, "IMPORT_NOT_FOUND".to_owned());
    assert_eq!(refusal(&look(&stranger, &begun.id).await.unwrap_err()), unknown);
    let cancel = CancelImportRequest {
        import_id: begun.id.clone(),
    };
    let mut client = ImportServiceClient::new(stranger.channel.clone());
    let status = client.cancel_import(stranger.request(cancel)).await.unwrap_err();
    assert_eq!(refusal(&status), unknown);
    let status = import(&member, ImportOptions::default(), &file).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned())
    );
    assert_eq!(ended(&owner, &begun.id).await.state(), State::Succeeded);
}

async fn an_import_stops_when_its_author_may_add_nobody_any_more(world: &World) {
    let owner = world.account_on("enterprise-yearly").await;
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let (emails, file) = crowd(20_000);
    let begun = import(&admin, with_seats(&["training"]), &file).await.unwrap();
    let watch = WatchImportRequest {
        import_id: begun.id.clone(),
    };
    let mut client = ImportServiceClient::new(admin.channel.clone());
    let watched = client.watch_import(admin.request(watch)).await.unwrap().into_inner();
    done(&admin, &begun.id, 1_000).await;
    let demotion = AssignRolesRequest {
        assignments: vec![RoleAssignment {
            user_id: admin.tokens.user_id.clone(),
            role: Role::Member.into(),
            ..RoleAssignment::default()
        }],
        allow_partial: false,
    };
    let client = RoleServiceClient::new(owner.channel.clone());
    // SQLite has one writer at a time, and an import writes all the time.
    eventually(PATIENCE, async || {
        client
            .clone()
            .assign_roles(owner.request(demotion.clone()))
            .await
            .map_err(|status| format!("{status:?}"))
    })
    .await;
    let import = ended(&owner, &begun.id).await;
    assert_eq!(import.state(), State::Failed, "{import:?}");
    let error = import.error.clone().unwrap().get_error_details();
    assert_eq!(error.error_info().unwrap().reason, "PERMISSION_LOST");
    let made = import.done_count;
    assert!(
        (1_000..i64::try_from(emails.len()).unwrap()).contains(&made),
        "{import:?}"
    );
    assert_eq!(
        held(&owner, ["training"]).await,
        [made],
        "what was held for the rest is free"
    );
    let told: Vec<_> = watched.collect().await;
    let status = told.into_iter().find_map(Result::err).unwrap();
    let expected = (Code::Unauthenticated, "SESSION_ENDED".to_owned());
    assert_eq!(
        refusal(&status),
        expected,
        "another role ends sessions, and what they watch"
    );
}
