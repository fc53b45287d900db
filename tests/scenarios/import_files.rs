//! Files that cannot be read, or not wholly: each says what is wrong with it, and changes nothing.

use std::time::Duration;

use futures::{StreamExt, stream};
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::import_users_request::Part;
use proto::admin::v1::{ImportOptions, ImportUsersRequest, ListImportsRequest, UserOptions};
use proto::identity::v1::Role;
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::imports::{ended, failed_file, failures, import, reason, send, sheet};
use crate::support::{Owner, World, fresh, on_both, refusal, with_role};

on_both! {
    a_file_that_cannot_be_read_is_refused_by_column
    what_is_too_long_or_asks_too_much_is_refused
    every_row_that_fails_says_why_on_which_line
    rows_that_fail_come_back_to_be_mended
    a_file_that_does_not_arrive_whole_leaves_nothing
}

fn lenient() -> ImportOptions {
    ImportOptions {
        ignore_unknown_columns: true,
        ..ImportOptions::default()
    }
}

async fn emails(owner: &Owner) -> Vec<String> {
    let people = owner.people().await.into_iter();
    people.filter_map(|person| Some(person.user?.email)).collect()
}

async fn a_file_that_cannot_be_read_is_refused_by_column(world: &World) {
    let owner = world.account().await;
    let row = "\na@b.c,Ada,Lovelace\n";
    let wide = ",x".repeat(300);
    let cases = [
        (String::new(), "FILE_EMPTY", vec![]),
        ("\r\n\r\n".to_owned(), "FILE_EMPTY", vec![]),
        ("PK\u{3}\u{4}\0\0".to_owned(), "FILE_BINARY", vec![]),
        ("email,given_name,family_name\n".to_owned(), "FILE_WITHOUT_ROWS", vec![]),
        (format!("email,given_name{row}"), "COLUMN_MISSING", vec!["family_name"]),
        (
            format!("email,first name,E-mail,last name{row}"),
            "COLUMN_REPEATED",
            vec!["E-mail"],
        ),
        (
            format!("email,given_name,family_name,Shoe size{row}"),
            "COLUMN_UNKNOWN",
            vec!["Shoe size"],
        ),
        (format!("email{wide}{row}"), "HEADER_TOO_WIDE", vec![]),
        (
            format!("email,given_name,\"family_name{row}"),
            "HEADER_TOO_WIDE",
            vec![],
        ),
    ];
    for (file, reason, columns) in cases {
        let status = import(&owner, ImportOptions::default(), &file).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, reason.to_owned()), "{file:?}");
        let details = status.get_error_details();
        let fields = details
            .bad_request()
            .map(|bad| &bad.field_violations[..])
            .unwrap_or_default();
        let fields: Vec<_> = fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, columns);
    }
}

async fn what_is_too_long_or_asks_too_much_is_refused(world: &World) {
    let owner = world.account().await;
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let long = vec![b'x'; 64 * 1024 * 1024 + 1];
    let status = send(&owner, ImportOptions::default(), &long, 1024 * 1024)
        .await
        .unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "FILE_TOO_LARGE".to_owned()));
    let status = send(&owner, ImportOptions::default(), &long, 2 * 1024 * 1024)
        .await
        .unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "IMPORT_MALFORMED".to_owned()));
    let bad = ImportOptions {
        user_options: Some(UserOptions {
            language: "xx".into(),
            ..UserOptions::default()
        }),
        ..ImportOptions::default()
    };
    let status = import(&owner, bad, &sheet(&["a@b.c"])).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "LANGUAGE_UNKNOWN".to_owned()));
    let raising = ImportOptions {
        user_options: Some(with_role(Role::Admin)),
        ..ImportOptions::default()
    };
    let status = import(&admin, raising, &sheet(&["a@b.c"])).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".to_owned())
    );
    let list = ListImportsRequest::default();
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let imports = client
        .list_imports(owner.request(list))
        .await
        .unwrap()
        .into_inner()
        .imports;
    assert!(imports.is_empty());
}

async fn every_row_that_fails_says_why_on_which_line(world: &World) {
    let owner = world.account().await;
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let (ada, bob, eve) = (fresh("ada"), fresh("bob"), fresh("eve"));
    let file = format!(
        "email,given_name,family_name,role,group,Notes\n\
        {ada},Ada,Lovelace,,,=1+1\n\
        {eve},Eve,Evil,SUPER_ADMIN,,\n\
        {bob},Bob\\,Builder,,,\"x\ny\"\n\
        {bob},@Bob,Builder,,Nowhere,\n\
        {bob},Bob,Builder,SUPER_ADMIN\n\
        \u{1}{bob},Bob,Builder,,,\n\
        {bob},\"Bob,Builder,,,\n\
        {bob},Bob,Builder,,,\n"
    );
    let begun = import(&admin, lenient(), &file).await.unwrap();
    assert_eq!(begun.ignored_columns, ["Notes"]);
    let done = ended(&owner, &begun.id).await;
    let counts = done.counts.unwrap();
    assert_eq!((counts.invited, counts.failed), (2, 5));
    let failed: Vec<_> = failures(&owner, &begun.id).await.iter().map(reason).collect();
    let expected = [
        (3, "ROLE_ASSIGNMENT_FORBIDDEN"),
        (6, "GROUP_NOT_FOUND"),
        (7, "ROW_RAGGED"),
        (8, "EMAIL_CHARACTER"),
        (9, "QUOTE_UNBALANCED"),
    ];
    assert_eq!(failed, expected.map(|(line, reason)| (line, reason.to_owned())));
    let emails = emails(&owner).await;
    assert!(emails.contains(&ada) && emails.contains(&bob) && !emails.contains(&eve));
}

async fn rows_that_fail_come_back_to_be_mended(world: &World) {
    let owner = world.account().await;
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let (eve, bob) = (fresh("eve"), fresh("bob"));
    let file = format!(
        "email,given_name,family_name,role,group,Notes\n\
        {eve},Eve,Evil,SUPER_ADMIN,,\n\
        {bob},@Bob,Builder,,Nowhere,=1+1\n"
    );
    let begun = import(&admin, lenient(), &file).await.unwrap();
    ended(&admin, &begun.id).await;

    let text = failed_file(&owner, &begun.id).await;
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert_eq!(
        header,
        "\u{feff}email,given_name,family_name,role,group,Notes,import_line,import_error"
    );
    let eves = lines.next().unwrap();
    assert!(eves.starts_with(&format!("{eve},Eve,Evil,SUPER_ADMIN,,,2,")), "{eves}");
    let bobs = lines.next().unwrap();
    assert!(
        bobs.starts_with(&format!("{bob},'@Bob,Builder,,Nowhere,'=1+1,3,")),
        "{bobs}"
    );
    // The super admin may what the admin may not, and the group was a slip.
    let mended = format!("{header}\n{eves}\n{}\n", bobs.replace("Nowhere", ""));
    let begun = import(&owner, lenient(), &mended).await.unwrap();
    let counts = ended(&owner, &begun.id).await.counts.unwrap();
    assert_eq!((counts.invited, counts.failed), (2, 0));
    let people = owner.people().await;
    let users: Vec<_> = people.into_iter().filter_map(|person| person.user).collect();
    let find = |email: &str| users.iter().find(|user| user.email == email).unwrap();
    assert_eq!(find(&eve).role(), Role::SuperAdmin);
    assert_eq!(find(&bob).given_name, "@Bob");
}

async fn a_file_that_does_not_arrive_whole_leaves_nothing(world: &World) {
    let owner = world.account().await;
    let file = sheet(&[&fresh("ada")]);
    let part = |part| ImportUsersRequest { part: Some(part) };
    let options = part(Part::Options(ImportOptions::default()));
    let content = part(Part::Content(file.clone().into_bytes()));
    for begin in [vec![], vec![content.clone()], vec![options.clone(), options.clone()]] {
        let mut client = ImportServiceClient::new(owner.channel.clone());
        let answer = client.import_users(owner.request(stream::iter(begin))).await;
        assert_eq!(
            refusal(&answer.unwrap_err()),
            (Code::InvalidArgument, "IMPORT_MALFORMED".to_owned())
        );
    }
    // A client that vanishes after a piece.
    let sent = stream::iter([options, content]).chain(stream::pending());
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let never = tokio::time::timeout(Duration::from_millis(300), client.import_users(owner.request(sent)));
    assert!(never.await.is_err());
    let mut client = ImportServiceClient::new(owner.channel.clone());
    let list = client.list_imports(owner.request(ListImportsRequest::default())).await;
    assert!(list.unwrap().into_inner().imports.is_empty());
    assert_eq!(owner.people().await.len(), 1);
}
