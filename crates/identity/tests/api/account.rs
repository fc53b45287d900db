//! GetAccount and UpdateAccount.

use chassis::{Actor, Person};
use identity::Config;
use proto::identity::v1::account::State;
use proto::identity::v1::{Account, GetAccountRequest, UpdateAccountRequest};
use tonic::{Code, Status};
use types::{AccountId, Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{bad_fields, person, refusal};

on_both_databases! {
    everybody_sees_their_account_and_only_some_its_billing_contact
    what_the_mask_names_is_changed_and_told_to_the_audit_log
    a_stale_etag_or_a_field_that_is_not_to_change_changes_nothing
    bad_fields_are_named
}

async fn get(stack: &Stack, person: &Person) -> Result<Account, Status> {
    let message = stack.signed_for("gateway", &Actor::Person(*person), GetAccountRequest {});
    Ok(stack
        .own_account()
        .get_account(message)
        .await?
        .into_inner()
        .account
        .unwrap())
}

async fn update(stack: &Stack, person: &Person, account: Account, paths: &[&str]) -> Result<Account, Status> {
    let message = UpdateAccountRequest {
        account: Some(account),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(|&path| path.to_owned()).collect(),
        }),
    };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    Ok(stack
        .own_account()
        .update_account(message)
        .await?
        .into_inner()
        .account
        .unwrap())
}

async fn everybody_sees_their_account_and_only_some_its_billing_contact(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let account = get(&stack, &owner).await.unwrap();
    assert_eq!(
        (account.id.as_str(), account.state()),
        (owner.account.to_string().as_str(), State::Active)
    );
    assert_eq!(
        (
            account.name.as_str(),
            account.language.as_str(),
            account.time_zone.as_str()
        ),
        ("Analytical Engines", "en", "UTC")
    );
    assert_eq!(account.billing_contact_id, owner.user.to_string());
    assert!(account.create_time.unwrap().seconds > 0 && !account.etag.is_empty());
    assert_ne!(get(&stack, &other).await.unwrap().id, account.id);
    for role in [Role::Member, Role::Admin] {
        let seen = get(&stack, &person(owner.account, UserId::new(), role)).await.unwrap();
        assert_eq!(
            (seen.id, seen.billing_contact_id.as_str()),
            (account.id.clone(), ""),
            "{role:?}"
        );
    }
    let nowhere = person(AccountId::new(), UserId::new(), Role::Member);
    let refused = refusal(get(&stack, &nowhere).await);
    assert_eq!(refused, (Code::NotFound, "ACCOUNT_NOT_FOUND".into()));
}

async fn what_the_mask_names_is_changed_and_told_to_the_audit_log(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let before = get(&stack, &owner).await.unwrap();
    let wish = Account {
        name: "Difference Engines".into(),
        language: "de".into(),
        time_zone: "Europe/Berlin".into(),
        etag: before.etag.clone(),
        ..Account::default()
    };
    let changed = update(&stack, &owner, wish.clone(), &["name"]).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.language.as_str()),
        ("Difference Engines", "en")
    );
    assert_ne!(changed.etag, before.etag);
    let rest = Account {
        etag: String::new(),
        ..wish
    };
    let changed = update(&stack, &owner, rest.clone(), &[]).await.unwrap();
    assert_eq!(
        (changed.language.as_str(), changed.time_zone.as_str()),
        ("de", "Europe/Berlin")
    );
    // What is so already leaves no trace.
    let again = update(&stack, &owner, rest, &["*"]).await.unwrap();
    assert_eq!(again, changed);
    assert_eq!(get(&stack, &owner).await.unwrap(), changed);
    let events = "SELECT after AS text FROM audit_events WHERE action = 'account.update' ORDER BY sequence";
    let events = stack.texts(events.into()).await;
    assert_eq!(events.len(), 2);
    assert!(
        events[0].contains("Difference Engines") && events[1].contains("Europe/Berlin"),
        "{events:?}"
    );
    let refused = refusal(
        update(
            &stack,
            &person(owner.account, UserId::new(), Role::Member),
            Account::default(),
            &[],
        )
        .await,
    );
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}

async fn a_stale_etag_or_a_field_that_is_not_to_change_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let before = get(&stack, &owner).await.unwrap();
    for etag in ["0", "x", "99"] {
        let stale = Account {
            name: "Difference Engines".into(),
            etag: etag.into(),
            ..Account::default()
        };
        let refused = refusal(update(&stack, &owner, stale, &["name"]).await);
        assert_eq!(refused, (Code::Aborted, "ETAG_MISMATCH".into()), "{etag}");
    }
    for path in ["id", "state", "billing_contact_id", "etag", "create_time", "nothing"] {
        let refused = refusal(update(&stack, &owner, before.clone(), &["name", path]).await);
        assert_eq!(refused, (Code::InvalidArgument, "UPDATE_MASK_INVALID".into()), "{path}");
    }
    assert_eq!(get(&stack, &owner).await.unwrap(), before);
}

async fn bad_fields_are_named(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let before = get(&stack, &owner).await.unwrap();
    let cases = [
        (
            "name",
            Account {
                name: String::new(),
                ..before.clone()
            },
            "NAME_MISSING",
        ),
        (
            "name",
            Account {
                name: "x".repeat(65),
                ..before.clone()
            },
            "NAME_TOO_LONG",
        ),
        (
            "language",
            Account {
                language: "klingon!".into(),
                ..before.clone()
            },
            "LANGUAGE_UNKNOWN",
        ),
        (
            "time_zone",
            Account {
                time_zone: "Mars/Olympus".into(),
                ..before.clone()
            },
            "TIME_ZONE_UNKNOWN",
        ),
    ];
    for (field, account, reason) in cases {
        let status = update(&stack, &owner, account, &[field]).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(format!("account.{field}"), reason.to_owned())]);
    }
    assert_eq!(get(&stack, &owner).await.unwrap(), before);
}
