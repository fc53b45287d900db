//! Reports: rows and CSV that say what the lists say, streams that can be resumed, and whom they are for.

use std::collections::{BTreeMap, BTreeSet};

use proto::admin::v1::report_service_client::ReportServiceClient;
use proto::admin::v1::seat_use_report_row::HolderKind;
use proto::admin::v1::{
    AddUsersRequest, InvitationsReportRow, NewUser, Person, ReportFormat, SeatUseReportRow,
    StreamInvitationsReportRequest, StreamSeatUseReportRequest, StreamSeatUseReportResponse, StreamUsersReportRequest,
    StreamUsersReportResponse, UserOptions, UsersReportRow, WelcomeEmail, welcome_email,
};
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{Invitation, ListInvitationsRequest, Role, SuspendUserRequest, invitation, user};
use proto::licensing::v1::ListSeatPoolsRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::notification::v1::delivery;
use tonic::{Code, Status, Streaming};

use crate::support::{Owner, World, adding, fresh, on_both, refusal, settled};

on_both! {
    a_users_report_says_what_the_list_says
    a_seat_use_report_says_what_the_pools_say
    an_invitations_report_says_what_the_list_says
    a_report_that_is_cut_goes_on_where_it_stopped
    a_report_is_for_those_who_may_read_it
}

async fn users(
    owner: &Owner,
    message: StreamUsersReportRequest,
) -> Result<Streaming<StreamUsersReportResponse>, Status> {
    let mut client = ReportServiceClient::new(owner.channel.clone());
    Ok(client.stream_users_report(owner.request(message)).await?.into_inner())
}

async fn seats(
    owner: &Owner,
    message: StreamSeatUseReportRequest,
) -> Result<Streaming<StreamSeatUseReportResponse>, Status> {
    let mut client = ReportServiceClient::new(owner.channel.clone());
    Ok(client
        .stream_seat_use_report(owner.request(message))
        .await?
        .into_inner())
}

/// Everything that comes until the stream ends, well or not.
async fn drain<C>(mut stream: Streaming<C>) -> Result<Vec<C>, Status> {
    let mut chunks = Vec::new();
    while let Some(chunk) = stream.message().await? {
        chunks.push(chunk);
    }
    Ok(chunks)
}

fn users_in(format: ReportFormat, resume_token: &str) -> StreamUsersReportRequest {
    StreamUsersReportRequest {
        format: format.into(),
        resume_token: resume_token.into(),
        filter: None,
    }
}

fn seats_in(format: ReportFormat, product: &str) -> StreamSeatUseReportRequest {
    StreamSeatUseReportRequest {
        format: format.into(),
        product: product.into(),
        ..StreamSeatUseReportRequest::default()
    }
}

/// The rows of the whole users report.
async fn user_rows(owner: &Owner) -> Vec<UsersReportRow> {
    let chunks = drain(users(owner, users_in(ReportFormat::Rows, "")).await.unwrap())
        .await
        .unwrap();
    chunks.into_iter().flat_map(|chunk| chunk.rows).collect()
}

/// The lines of a CSV file, each with its cells by their columns' names.
fn parse(file: &[u8]) -> Vec<BTreeMap<String, String>> {
    assert!(file.starts_with("\u{feff}".as_bytes()) && file.ends_with(b"\r\n"));
    let mut reader = csv::Reader::from_reader(file);
    reader.deserialize().map(|line| line.unwrap()).collect()
}

async fn users_file(owner: &Owner) -> Vec<u8> {
    let chunks = drain(users(owner, users_in(ReportFormat::Csv, "")).await.unwrap())
        .await
        .unwrap();
    assert!(chunks.iter().all(|chunk| chunk.rows.is_empty()));
    chunks.into_iter().flat_map(|chunk| chunk.csv).collect()
}

/// A request to add people without seats or mails.
fn crowd(count: usize) -> AddUsersRequest {
    let emails: Vec<_> = (0..count).map(|_| fresh("crowd")).collect();
    let emails: Vec<_> = emails.iter().map(String::as_str).collect();
    let mut request = adding(&emails, &[]);
    request.options = Some(UserOptions {
        welcome_email: Some(WelcomeEmail {
            choice: Some(welcome_email::Choice::Declined(true)),
        }),
        ..UserOptions::default()
    });
    request
}

/// An admin of the owner's account, logged in.
async fn colleague(world: &World, owner: &Owner, role: Role) -> Owner {
    let email = fresh("colleague");
    let mut request = adding(&[&email], &[]);
    request.options.as_mut().unwrap().role = role.into();
    owner.add(request).await.unwrap();
    Owner::accept(world, &world.mail(&email).await.token()).await.unwrap()
}

async fn a_users_report_says_what_the_list_says(world: &World) {
    let owner = world.account().await;
    let names = [
        ("=HYPERLINK(\"http://x\")", "\"quoted\", comma"),
        ("＝1+1", " @SUM(A1)"),
        ("Ada", "O'Neill; -1"),
    ];
    let person = |&(given_name, family_name): &(&str, &str)| NewUser {
        given_name: given_name.into(),
        family_name: family_name.into(),
        email: format!("+{}", fresh("ada")),
        options: None,
    };
    let mut request = adding(&[], &["training", "meeting"]);
    request.users = names.iter().map(person).collect();
    owner.add(request).await.unwrap();
    settled(&owner).await;
    let admin = colleague(world, &owner, Role::Admin).await;

    let rows = user_rows(&owner).await;
    let people = owner.people().await;
    assert_eq!(rows, people.into_iter().map(row).collect::<Vec<_>>());
    let roles: Vec<_> = rows.iter().map(|row| row.role()).collect();
    assert_eq!(
        roles,
        [Role::SuperAdmin, Role::Member, Role::Member, Role::Member, Role::Admin]
    );
    check_file(&parse(&users_file(&owner).await), &rows);

    let seen = user_rows(&admin).await;
    let hidden = |row: UsersReportRow| UsersReportRow { role: 0, ..row };
    assert_eq!(seen, rows.into_iter().map(hidden).collect::<Vec<_>>());
    let seen = parse(&users_file(&admin).await);
    assert_eq!(seen.len(), 5);
    assert!(
        seen.iter()
            .all(|line| line["role"].is_empty() && line["custom_role_name"].is_empty())
    );
}

/// The row that a report has for a person without a group, a template and a role of the account's own.
fn row(person: Person) -> UsersReportRow {
    let user = person.user.unwrap();
    UsersReportRow {
        user_id: user.id,
        email: user.email,
        given_name: user.given_name,
        family_name: user.family_name,
        state: user.state,
        role: user.role,
        products: person.products,
        language: user.language,
        time_zone: user.time_zone,
        create_time: user.create_time,
        update_time: user.update_time,
        invitation_state: user.invitation.map(|invitation| invitation.state).unwrap_or_default(),
        ..UsersReportRow::default()
    }
}

/// The file says what the rows say, and nothing in it is a formula.
fn check_file(lines: &[BTreeMap<String, String>], rows: &[UsersReportRow]) {
    let names = lines
        .iter()
        .map(|line| (line["given_name"].as_str(), line["family_name"].as_str()));
    let expected = [
        ("Olivia", "Owner"),
        ("'=HYPERLINK(\"http://x\")", "\"quoted\", comma"),
        ("'＝1+1", "'@SUM(A1)"),
        ("Ada", "O'Neill; -1"),
        ("Ada", "Lovelace"),
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    for (line, row) in lines.iter().zip(rows) {
        assert_eq!(line["user_id"], row.user_id);
        assert_eq!(line["email"].trim_start_matches('\''), row.email);
        assert_eq!(line["products"], row.products.join(" "));
        assert_eq!(format!("ROLE_{}", line["role"]), row.role().as_str_name());
        assert_eq!(format!("STATE_{}", line["state"]), row.state().as_str_name());
        assert!(line["create_time"].ends_with('Z') && line["update_time"].ends_with('Z'));
    }
    assert!(lines[1]["email"].starts_with("'+"));
    assert_eq!(lines[1]["invitation_state"], "PENDING");
}

async fn a_seat_use_report_says_what_the_pools_say(world: &World) {
    let (owner, neighbour) = (world.account().await, world.account().await);
    let (ada, alan, eve) = (fresh("ada"), fresh("alan"), fresh("eve"));
    neighbour.add(adding(&[&eve], &["webinar"])).await.unwrap();
    let added = owner.add(adding(&[&ada], &["training", "meeting"])).await.unwrap();
    owner.add(adding(&[&alan], &["training"])).await.unwrap();
    Owner::accept(world, &world.mail(&eve).await.token()).await.unwrap();
    let invited = owner.add(adding(&[&eve], &["training"])).await.unwrap();
    let pools = settled(&owner).await;

    let chunks = drain(seats(&owner, seats_in(ReportFormat::Rows, "")).await.unwrap());
    let chunks = chunks.await.unwrap();
    assert_eq!(chunks[0].seat_pools, pools);
    let rows: Vec<SeatUseReportRow> = chunks.into_iter().flat_map(|chunk| chunk.rows).collect();
    assert_eq!(rows.len(), 4);
    for pool in &pools {
        let held = rows.iter().filter(|row| row.product == pool.product).count();
        assert_eq!(i64::try_from(held).unwrap(), pool.assigned, "{}", pool.product);
    }
    let held_by = |id: &str| {
        rows.iter()
            .filter(move |row| row.holder_id == id)
            .cloned()
            .collect::<Vec<_>>()
    };
    let transfer = SeatUseReportRow {
        product: "training".into(),
        holder_kind: HolderKind::Invitation.into(),
        holder_id: invited.results[0].invitation_id.clone(),
        email: eve,
        ..SeatUseReportRow::default()
    };
    assert_eq!(held_by(&transfer.holder_id), std::slice::from_ref(&transfer));
    let of_ada = ["meeting", "training"].map(|product| SeatUseReportRow {
        product: product.into(),
        holder_kind: HolderKind::User.into(),
        holder_id: added.results[0].user_id.clone(),
        email: ada.clone(),
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        user_state: user::State::Invited.into(),
    });
    assert_eq!(held_by(&of_ada[0].holder_id), of_ada);

    let chunks = drain(seats(&owner, seats_in(ReportFormat::Csv, "training")).await.unwrap());
    let file: Vec<_> = chunks.await.unwrap().into_iter().flat_map(|chunk| chunk.csv).collect();
    let lines = parse(&file);
    assert!(lines.iter().all(|line| line["product"] == "training"));
    let records: Vec<_> = lines.iter().map(|line| line["record"].as_str()).collect();
    assert_eq!(records, ["PRODUCT", "HOLDER", "HOLDER", "HOLDER"]);
    assert_eq!(
        (lines[0]["assigned"].as_str(), lines[0]["holder_id"].as_str()),
        ("3", "")
    );

    let refused = seats(&owner, seats_in(ReportFormat::Rows, "nothing"))
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "PRODUCT_UNKNOWN".into()));
}

#[expect(clippy::too_many_lines, reason = "one report compared with one list, field by field")]
async fn an_invitations_report_says_what_the_list_says(world: &World) {
    let (owner, neighbour) = (world.account().await, world.account().await);
    let (ada, eve) = (fresh("ada"), format!("-{}", fresh("eve")));
    neighbour.add(adding(&[&eve], &[])).await.unwrap();
    Owner::accept(world, &world.mail(&eve).await.token()).await.unwrap();
    owner.add(adding(&[&ada, &eve], &["training"])).await.unwrap();
    let report = async |format: ReportFormat, states: &[invitation::State]| {
        let message = StreamInvitationsReportRequest {
            format: format.into(),
            states: states.iter().map(|&state| state.into()).collect(),
            ..StreamInvitationsReportRequest::default()
        };
        let mut client = ReportServiceClient::new(owner.channel.clone());
        let stream = client.stream_invitations_report(owner.request(message)).await.unwrap();
        drain(stream.into_inner()).await.unwrap()
    };
    let rows = testkit::eventually(crate::support::PATIENCE, async || {
        let rows = report(ReportFormat::Rows, &[]).await.remove(0).rows;
        let sent = rows.iter().all(|row| row.delivery_state() == delivery::State::Sent);
        if sent {
            Ok(rows)
        } else {
            Err("the mails are not sent yet")
        }
    })
    .await;

    let list = ListInvitationsRequest::default();
    let mut client = InvitationServiceClient::new(owner.channel.clone());
    let listed = client.list_invitations(owner.request(list)).await.unwrap().into_inner();
    let expected = |invitation: Invitation| InvitationsReportRow {
        invitation_id: invitation.id,
        kind: invitation.kind,
        state: invitation.state,
        email: invitation.email,
        inviter_id: owner.tokens.user_id.clone(),
        inviter_name: "Olivia Owner".into(),
        inviter_email: rows[0].inviter_email.clone(),
        products: vec!["training".into()],
        send_count: 1,
        create_time: invitation.create_time,
        expire_time: invitation.expire_time,
        answer_time: None,
        delivery_state: delivery::State::Sent.into(),
        delivery_reason: String::new(),
    };
    assert_eq!(rows, listed.invitations.into_iter().map(expected).collect::<Vec<_>>());
    assert!(rows[0].inviter_email.starts_with("owner-"));

    let lines = parse(&report(ReportFormat::Csv, &[]).await.remove(0).csv);
    let told: BTreeSet<_> = lines
        .iter()
        .map(|line| {
            (
                line["kind"].clone(),
                line["email"].clone(),
                line["delivery_state"].clone(),
            )
        })
        .collect();
    let told_of = |kind: &str, email: String| (kind.to_owned(), email, "SENT".to_owned());
    assert_eq!(
        told,
        BTreeSet::from([told_of("JOIN", ada), told_of("TRANSFER", format!("'{eve}"))])
    );
    let accepted = report(ReportFormat::Rows, &[invitation::State::Accepted]).await;
    assert!(accepted[0].rows.is_empty());
}

async fn a_report_that_is_cut_goes_on_where_it_stopped(world: &World) {
    let owner = world.account().await;
    owner.add(crowd(1_000)).await.unwrap();
    owner.add(crowd(10)).await.unwrap();

    let mut stream = users(&owner, users_in(ReportFormat::Rows, "")).await.unwrap();
    let first = stream.message().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(first.rows.len(), 500);
    // Who comes meanwhile stands at the end.
    let late = owner.add(crowd(1)).await.unwrap();
    let rest = users(&owner, users_in(ReportFormat::Rows, &first.resume_token))
        .await
        .unwrap();
    let rest = drain(rest).await.unwrap();

    assert_eq!(rest.iter().map(|chunk| chunk.rows.len()).collect::<Vec<_>>(), [500, 12]);
    assert_eq!(rest[1].resume_token, "");
    let read: Vec<_> = first
        .rows
        .iter()
        .chain(rest.iter().flat_map(|chunk| &chunk.rows))
        .collect();
    let ids: BTreeSet<_> = read.iter().map(|row| &row.user_id).collect();
    assert_eq!((read.len(), ids.len()), (1_012, 1_012));
    assert_eq!(read[1_011].user_id, late.results[0].user_id);

    let whole = users_file(&owner).await;
    assert_eq!(parse(&whole).len(), 1_012);
    let mut file = users(&owner, users_in(ReportFormat::Csv, "")).await.unwrap();
    let first = file.message().await.unwrap().unwrap();
    let rest = users(&owner, users_in(ReportFormat::Csv, &first.resume_token))
        .await
        .unwrap();
    let rest = drain(rest).await.unwrap().into_iter().flat_map(|chunk| chunk.csv);
    assert_eq!(first.csv.into_iter().chain(rest).collect::<Vec<_>>(), whole);

    let stranger = world.account().await;
    let token = &first.resume_token;
    for (reader, token) in [
        (&owner, &format!("{token}x")),
        (&owner, &"x".to_owned()),
        (&stranger, token),
    ] {
        let refused = users(reader, users_in(ReportFormat::Rows, token)).await.unwrap_err();
        assert_eq!(
            refusal(&refused),
            (Code::InvalidArgument, "RESUME_TOKEN_INVALID".into())
        );
    }
    let elsewhere = StreamSeatUseReportRequest {
        resume_token: token.clone(),
        ..StreamSeatUseReportRequest::default()
    };
    let refused = seats(&owner, elsewhere).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::InvalidArgument, "RESUME_TOKEN_INVALID".into())
    );
}

async fn a_report_is_for_those_who_may_read_it(world: &World) {
    let owner = world.account().await;
    let member = colleague(world, &owner, Role::Member).await;
    let admin = colleague(world, &owner, Role::Admin).await;
    let stranger = world.account().await;
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    let rows = ReportFormat::Rows;
    assert_eq!(refusal(&users(&member, users_in(rows, "")).await.unwrap_err()), lacking);
    assert_eq!(refusal(&seats(&member, seats_in(rows, "")).await.unwrap_err()), lacking);
    let own = user_rows(&stranger).await;
    assert_eq!(
        own.iter().map(|row| &row.user_id).collect::<Vec<_>>(),
        [&stranger.tokens.user_id]
    );
    let chunks = drain(seats(&stranger, seats_in(rows, "")).await.unwrap())
        .await
        .unwrap();
    assert!(chunks.iter().all(|chunk| chunk.rows.is_empty()));
    let mut odd = users_in(rows, "");
    odd.format = 7;
    let refused = users(&owner, odd).await.unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::InvalidArgument, "REPORT_FORMAT_UNKNOWN".into())
    );

    // More than any window between them takes, so that the stream waits for its reader.
    owner.add(crowd(1_000)).await.unwrap();
    owner.add(crowd(1_000)).await.unwrap();
    let mut stream = users(&admin, users_in(rows, "")).await.unwrap();
    assert_eq!(stream.message().await.unwrap().unwrap().rows.len(), 500);
    let suspension = SuspendUserRequest {
        user_id: admin.tokens.user_id.clone(),
        ..SuspendUserRequest::default()
    };
    UserServiceClient::new(owner.channel.clone())
        .suspend_user(owner.request(suspension))
        .await
        .unwrap();
    gone(&admin).await;
    let ended = drain(stream).await.unwrap_err();
    assert_eq!(refusal(&ended), (Code::Unauthenticated, "SESSION_ENDED".into()));
}

/// Waits until the gateway does not know somebody any more.
async fn gone(person: &Owner) {
    let mut client = SeatServiceClient::new(person.channel.clone());
    testkit::eventually(crate::support::PATIENCE, async || {
        let answer = client.list_seat_pools(person.request(ListSeatPoolsRequest {})).await;
        match answer.map_err(|status| refusal(&status)) {
            Err((Code::Unauthenticated, reason)) if reason == "SESSION_ENDED" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_goes_on_after_the_gateway_has_started_anew() {
    let mut world = World::five_processes().await;
    let owner = world.account().await;
    owner.add(crowd(1_000)).await.unwrap();
    owner.add(crowd(1_000)).await.unwrap();
    let mut stream = users(&owner, users_in(ReportFormat::Rows, "")).await.unwrap();
    let mut read = vec![stream.message().await.unwrap().unwrap()];

    let gateway = world.cluster().member("gateway");
    gateway.process().terminate();
    let ended = loop {
        match stream.message().await {
            Ok(Some(chunk)) => read.push(chunk),
            Ok(None) => panic!("the stream was read to its end"),
            Err(status) => break status,
        }
    };
    assert_eq!(refusal(&ended), (Code::Unavailable, "SHUTTING_DOWN".into()));
    drop(stream);
    gateway.process().exited(crate::support::PATIENCE).await.unwrap();
    gateway.start(&[]).await.unwrap();

    let token = read.last().unwrap().resume_token.clone();
    let rest = testkit::eventually(crate::support::PATIENCE, async || {
        let stream = users(&owner, users_in(ReportFormat::Rows, &token)).await;
        drain(stream.map_err(|status| format!("{status:?}"))?)
            .await
            .map_err(|status| format!("{status:?}"))
    })
    .await;
    let rows: Vec<_> = read.into_iter().chain(rest).flat_map(|chunk| chunk.rows).collect();
    let ids: BTreeSet<_> = rows.iter().map(|row| &row.user_id).collect();
    assert_eq!((rows.len(), ids.len()), (2_001, 2_001));
}
