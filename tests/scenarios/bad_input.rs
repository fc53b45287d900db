//! Bad input gets a code, a reason and a field, and changes nothing.

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{AddUsersRequest, ListPeopleRequest, NewUser, UserOptions, WelcomeEmail, welcome_email};
use tonic::{Code, Status};
use types::{EmailTemplateId, GroupId, RequestId, TemplateId, UserId};

use crate::support::{World, adding, fresh, on_both, refusal, user};

on_both! {
    every_bad_request_says_what_is_wrong_and_changes_nothing
    a_message_over_the_limit_is_refused
    ids_and_page_tokens_of_others_are_unknown
}

type Spoil = Box<dyn Fn(&mut AddUsersRequest)>;

fn email(text: &'static str) -> Spoil {
    Box::new(move |request| request.users[0].email = text.into())
}

fn name(text: &str) -> Spoil {
    let text = text.to_owned();
    Box::new(move |request| request.users[0].given_name = text.clone())
}

fn option(set: impl Fn(&mut UserOptions) + 'static) -> Spoil {
    Box::new(move |request| set(request.options.get_or_insert_default()))
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn cases() -> Vec<(&'static str, Spoil, Code, &'static str, &'static str)> {
    use Code::{InvalidArgument, NotFound};
    let old = "01700000-0000-7000-8000-000000000000";
    vec![
        (
            "no users",
            Box::new(|request| request.users.clear()),
            InvalidArgument,
            "USERS_COUNT",
            "users",
        ),
        (
            "1,001 users",
            Box::new(|request| request.users = (0..1_001).map(|n| user(&format!("u{n}@example.com"))).collect()),
            InvalidArgument,
            "USERS_COUNT",
            "users",
        ),
        (
            "no uuid",
            Box::new(|request| request.request_id = "1".into()),
            InvalidArgument,
            "REQUEST_ID_MALFORMED",
            "request_id",
        ),
        (
            "an old id",
            Box::new(move |request| request.request_id = old.into()),
            InvalidArgument,
            "REQUEST_ID_EXPIRED",
            "request_id",
        ),
        (
            "no address",
            email(""),
            InvalidArgument,
            "EMAIL_MISSING",
            "users[0].email",
        ),
        (
            "no domain",
            email("ada"),
            InvalidArgument,
            "EMAIL_MALFORMED",
            "users[0].email",
        ),
        (
            "two ats",
            email("a@b@example.com"),
            InvalidArgument,
            "EMAIL_MALFORMED",
            "users[0].email",
        ),
        (
            "a bad domain",
            email("ada@exa_mple.com"),
            InvalidArgument,
            "EMAIL_MALFORMED",
            "users[0].email",
        ),
        (
            "a line break",
            email("ada@example.com\r\nBcc: x@example.com"),
            InvalidArgument,
            "EMAIL_CHARACTER",
            "users[0].email",
        ),
        (
            "an invisible character",
            email("a\u{200b}da@example.com"),
            InvalidArgument,
            "EMAIL_CHARACTER",
            "users[0].email",
        ),
        (
            "a NUL",
            email("ada\0@example.com"),
            InvalidArgument,
            "EMAIL_CHARACTER",
            "users[0].email",
        ),
        (
            "a long address",
            Box::new(|request| request.users[0].email = format!("ada@{}.example", "x".repeat(250))),
            InvalidArgument,
            "EMAIL_TOO_LONG",
            "users[0].email",
        ),
        (
            "twice, by case",
            Box::new(|request| {
                let again = request.users[0].email.to_uppercase();
                request.users.push(user(&again));
            }),
            InvalidArgument,
            "EMAIL_REPEATED",
            "users[1].email",
        ),
        (
            "twice, by punycode",
            Box::new(|request| request.users = vec![user("ada@bücher.example"), user("ada@xn--bcher-kva.example")]),
            InvalidArgument,
            "EMAIL_REPEATED",
            "users[1].email",
        ),
        (
            "no name",
            name(" "),
            InvalidArgument,
            "NAME_MISSING",
            "users[0].given_name",
        ),
        (
            "a line break in a name",
            name("Ada\r\nBcc: x"),
            InvalidArgument,
            "NAME_CHARACTER",
            "users[0].given_name",
        ),
        (
            "a NUL in a name",
            name("Ada\0"),
            InvalidArgument,
            "NAME_CHARACTER",
            "users[0].given_name",
        ),
        (
            "a long name",
            name(&"x".repeat(65)),
            InvalidArgument,
            "NAME_TOO_LONG",
            "users[0].given_name",
        ),
        (
            "an unknown product",
            option(|o| o.products = vec!["telex".into()]),
            InvalidArgument,
            "PRODUCT_UNKNOWN",
            "options.products[0]",
        ),
        (
            "a product twice",
            option(|o| o.products = vec!["phone".into(), "phone".into()]),
            InvalidArgument,
            "PRODUCT_REPEATED",
            "options.products[1]",
        ),
        (
            "an unknown language",
            option(|o| o.language = "xx".into()),
            InvalidArgument,
            "LANGUAGE_UNKNOWN",
            "options.language",
        ),
        (
            "an unknown time zone",
            option(|o| o.time_zone = "Mars/Base".into()),
            InvalidArgument,
            "TIME_ZONE_UNKNOWN",
            "options.time_zone",
        ),
        (
            "an unknown role",
            option(|o| o.role = 99),
            InvalidArgument,
            "ROLE_UNKNOWN",
            "options.role",
        ),
        (
            "no id",
            option(|o| o.group_id = "x".into()),
            InvalidArgument,
            "ID_MALFORMED",
            "options.group_id",
        ),
        (
            "no group",
            option(|o| o.group_id = GroupId::new().to_string()),
            NotFound,
            "GROUP_NOT_FOUND",
            "options.group_id",
        ),
        (
            "no template",
            option(|o| o.settings_template_id = TemplateId::new().to_string()),
            NotFound,
            "SETTINGS_TEMPLATE_NOT_FOUND",
            "options.settings_template_id",
        ),
        (
            "no mail template",
            option(|o| {
                let choice = welcome_email::Choice::TemplateId(EmailTemplateId::new().to_string());
                o.welcome_email = Some(WelcomeEmail { choice: Some(choice) });
            }),
            NotFound,
            "EMAIL_TEMPLATE_NOT_FOUND",
            "options.welcome_email.template_id",
        ),
    ]
}

fn fields(status: &Status) -> Vec<String> {
    let details = tonic_types::StatusExt::get_details_bad_request(status);
    details
        .map(|details| details.field_violations.into_iter().map(|v| v.field).collect())
        .unwrap_or_default()
}

async fn every_bad_request_says_what_is_wrong_and_changes_nothing(world: &World) {
    let owner = world.account().await;
    for (case, spoil, code, reason, field) in cases() {
        for validate_only in [false, true] {
            let mut request = adding(&[&fresh("ada")], &["training"]);
            request.validate_only = validate_only;
            spoil(&mut request);
            let refused = owner.add(request).await.expect_err(case);
            assert_eq!(refusal(&refused), (code, reason.to_owned()), "{case}");
            assert_eq!(fields(&refused), [field], "{case}");
        }
    }
    assert_eq!(owner.people().await.len(), 1);
    assert!(
        owner
            .pools()
            .await
            .iter()
            .all(|pool| pool.assigned == 0 && pool.reserved == 0)
    );
    let deliveries = owner.deliveries().await;
    assert!(
        deliveries.iter().all(|delivery| delivery.invitation_id.is_empty()),
        "{deliveries:?}"
    );

    // What merely looks odd is somebody else, and welcome.
    let emails = ["\u{430}da@example.com", "ada@bücher.example", "o'hara+tag@example.com"].map(|email| {
        let (local, domain) = email.split_once('@').unwrap();
        format!("{local}@{}.{domain}", RequestId::new())
    });
    owner
        .add(adding(&emails.each_ref().map(String::as_str), &[]))
        .await
        .unwrap();
}

async fn a_message_over_the_limit_is_refused(world: &World) {
    let owner = world.account().await;
    let mut request = adding(&[], &[]);
    let long = NewUser {
        given_name: "x".repeat(1_000_000),
        ..user("ada@example.com")
    };
    request.users = vec![long; 5];
    let refused = owner.add(request).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::OutOfRange, "MESSAGE_TOO_LARGE".into()));
}

async fn ids_and_page_tokens_of_others_are_unknown(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    owner
        .add(adding(&[&fresh("a"), &fresh("b"), &fresh("c")], &[]))
        .await
        .unwrap();
    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    assert_eq!(
        refusal(&stranger.person(&owner.tokens.user_id).await.unwrap_err()),
        unknown
    );
    assert_eq!(
        refusal(&owner.person(&UserId::new().to_string()).await.unwrap_err()),
        unknown
    );
    assert_eq!(
        refusal(&owner.person("usr_1").await.unwrap_err()),
        (Code::InvalidArgument, "ID_MALFORMED".into())
    );

    let mut client = PeopleServiceClient::new(owner.channel.clone());
    let first = ListPeopleRequest {
        page_size: 1,
        page_token: String::new(),
        ..ListPeopleRequest::default()
    };
    let token = client
        .list_people(owner.request(first))
        .await
        .unwrap()
        .into_inner()
        .next_page_token;
    let next = |page_token: &str| ListPeopleRequest {
        page_size: 1,
        page_token: page_token.into(),
        ..ListPeopleRequest::default()
    };
    client.list_people(owner.request(next(&token))).await.unwrap();
    let refused = [
        client.list_people(owner.request(next("x"))).await.unwrap_err(),
        client.list_people(stranger.request(next(&token))).await.unwrap_err(),
    ];
    for refused in refused {
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
}
