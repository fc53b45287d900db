//! AccessService: the capability matrix, and decisions with their reasons.

use chassis::Person;
use identity::Config;
use proto::access_v1::Permission as Wire;
use proto::identity::v1::capability::Grant;
use proto::identity::v1::{
    AccessCheck, AccessReason, CheckAccessRequest, ExplainAccessRequest, ExplainAccessResponse,
    GetCapabilityMatrixRequest, Role,
};
use tonic::{Code, Status};
use types::{Permission, UserId};

use crate::roles::{assign, create, invited, signed, to, to_own, with};
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{bad_fields, person, refusal};

on_both_databases! {
    the_matrix_is_told_to_everybody
    each_decision_says_what_decides
    what_is_about_roles_is_told_to_those_who_see_them
    bad_questions_are_refused
}

async fn check(stack: &Stack, by: &Person, checks: &[(&str, Wire)]) -> Result<Vec<(bool, AccessReason)>, Status> {
    let ask = |&(user_id, permission): &(&str, Wire)| AccessCheck {
        user_id: user_id.to_owned(),
        permission: permission.into(),
    };
    let message = CheckAccessRequest {
        checks: checks.iter().map(ask).collect(),
    };
    let answer = stack.access().check_access(signed(stack, by, message)).await?;
    let decisions = answer.into_inner().decisions.into_iter();
    Ok(decisions.map(|it| (it.allowed, it.reason())).collect())
}

async fn explain(stack: &Stack, by: &Person, user: &str, permission: Wire) -> Result<ExplainAccessResponse, Status> {
    let message = ExplainAccessRequest {
        user_id: user.into(),
        permission: permission.into(),
    };
    let answer = stack.access().explain_access(signed(stack, by, message)).await?;
    Ok(answer.into_inner())
}

async fn the_matrix_is_told_to_everybody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let asked = stack.anonymous(GetCapabilityMatrixRequest {});
    let rows = stack.access().get_capability_matrix(asked).await.unwrap().into_inner();
    let (no, yes, as_role) = (Grant::No, Grant::Yes, Grant::AsRole);
    let expected = [
        (Wire::JoinSessions, false, [yes, yes, yes, yes, yes]),
        (Wire::HostSessions, true, [no, yes, yes, yes, yes]),
        (Wire::ManagePersonalSettings, false, [no, yes, yes, yes, yes]),
        (Wire::ManageUsers, false, [no, no, yes, yes, yes]),
        (Wire::ManageAccountSettings, false, [no, no, yes, yes, yes]),
        (Wire::AssignRoles, false, [no, no, no, yes, as_role]),
        (Wire::ChangePlan, false, [no, no, no, no, yes]),
        (Wire::ChangeBilling, false, [no, no, no, no, yes]),
    ];
    let told = rows.capabilities.iter().map(|row| {
        assert!(row.description.ends_with('.'));
        let columns = [
            row.attendee(),
            row.member(),
            row.admin(),
            row.super_admin(),
            row.billing_contact(),
        ];
        (row.permission(), row.license_required, columns)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

async fn each_decision_says_what_decides(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = invited(&stack, &owner, 4).await;
    let [licensed, suspended, deleted, waiting] = [0, 1, 2, 3].map(|index| users[index].as_str());
    for (id, state) in [(licensed, "ACTIVE"), (suspended, "SUSPENDED"), (deleted, "DELETED")] {
        stack
            .execute(&format!("UPDATE users SET state = '{state}' WHERE id = '{id}'"))
            .await;
    }
    let asked = [
        ("", Wire::AssignRoles, true, AccessReason::Role),
        ("", Wire::ChangeBilling, true, AccessReason::BillingContact),
        ("", Wire::HostSessions, false, AccessReason::LicenseMissing),
        (licensed, Wire::HostSessions, true, AccessReason::Role),
        (licensed, Wire::ManageUsers, false, AccessReason::RoleMissing),
        (licensed, Wire::ChangePlan, false, AccessReason::BillingContactRequired),
        (suspended, Wire::HostSessions, false, AccessReason::UserSuspended),
        (deleted, Wire::HostSessions, false, AccessReason::UserDeleted),
        (waiting, Wire::HostSessions, false, AccessReason::UserInvited),
    ];
    let answers = check(
        &stack,
        &owner,
        &asked.map(|(user, permission, _, _)| (user, permission)),
    )
    .await;
    let expected = asked.map(|(_, _, allowed, reason)| (allowed, reason));
    assert_eq!(answers.unwrap(), expected);

    let explained = explain(&stack, &owner, licensed, Wire::HostSessions).await.unwrap();
    assert_eq!(explained.licensed_products, ["training"]);
    assert_eq!((explained.role(), explained.grantors.len()), (Role::Member, 0));
    // Whom to ask: whoever assigns roles, has the post, gives licenses; or oneself.
    let role = create(&stack, &owner, "Recruiter", &[Wire::AssignRoles]).await.unwrap();
    assign(&stack, &owner, vec![to_own(licensed, &role)], false)
        .await
        .unwrap();
    let me = owner.user.to_string();
    let cases = [
        (suspended, Wire::HostSessions, vec![me.as_str()]),
        (waiting, Wire::HostSessions, vec![waiting]),
        ("", Wire::HostSessions, vec![me.as_str()]),
        (licensed, Wire::ChangeBilling, vec![me.as_str()]),
        (licensed, Wire::ManageUsers, vec![me.as_str(), licensed]),
    ];
    for (user, permission, expected) in cases {
        let explained = explain(&stack, &owner, user, permission).await.unwrap();
        let mut told: Vec<_> = explained.grantors.iter().map(|it| it.user_id.as_str()).collect();
        told.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(told, expected, "{user} {permission:?}");
    }
    let explained = explain(&stack, &owner, licensed, Wire::ManageUsers).await.unwrap();
    assert_eq!((explained.role(), explained.custom_role_id), (Role::Custom, role.id));

    stack.execute("UPDATE accounts SET state = 'CLOSED'").await;
    let closed = check(&stack, &owner, &[(licensed, Wire::JoinSessions)]).await.unwrap();
    assert_eq!(closed, [(false, AccessReason::AccountClosed)]);
}

async fn what_is_about_roles_is_told_to_those_who_see_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let users = invited(&stack, &owner, 2).await;
    assign(&stack, &owner, vec![to(&users[0], Role::Admin)], false)
        .await
        .unwrap();
    let admin = person(owner.account, users[0].parse().unwrap(), types::Role::Admin);
    let member = person(owner.account, users[1].parse().unwrap(), types::Role::Member);
    let recruiter = with(&member, &[Permission::AssignRoles]);
    let required = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    let (me, her) = (owner.user.to_string(), users[1].as_str());
    assert!(check(&stack, &admin, &[(her, Wire::HostSessions)]).await.is_ok());
    let refused = [
        (&admin, me.as_str(), Wire::AssignRoles),
        (&admin, her, Wire::ManageUsers),
        (&admin, her, Wire::ChangePlan),
        (&member, me.as_str(), Wire::HostSessions),
        (&recruiter, me.as_str(), Wire::ManageUsers),
    ];
    for (by, user, permission) in refused {
        assert_eq!(refusal(check(&stack, by, &[(user, permission)]).await), required);
        assert_eq!(refusal(explain(&stack, by, user, permission).await), required);
    }
    // Everybody is told about themselves, save the role's name where roles are not seen.
    let explained = explain(&stack, &admin, "", Wire::AssignRoles).await.unwrap();
    assert_eq!((explained.role(), explained.grantors.len()), (Role::Unspecified, 1));
    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    for id in [her, &UserId::new().to_string()] {
        assert_eq!(
            refusal(check(&stack, &other, &[(id, Wire::ManageUsers)]).await),
            unknown
        );
        assert_eq!(refusal(explain(&stack, &other, id, Wire::ManageUsers).await), unknown);
    }
}

async fn bad_questions_are_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    for count in [0, 1_001] {
        let refused = check(&stack, &owner, &vec![("", Wire::JoinSessions); count]).await;
        assert_eq!(refusal(refused), (Code::InvalidArgument, "CHECKS_COUNT".into()));
    }
    let cases = [
        ("usr_1", Wire::JoinSessions, "checks[1].user_id", "ID_MALFORMED"),
        ("", Wire::Unspecified, "checks[1].permission", "PERMISSION_UNKNOWN"),
    ];
    for (user, permission, field, reason) in cases {
        let checks = [("", Wire::JoinSessions), (user, permission)];
        let status = check(&stack, &owner, &checks).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.to_owned(), reason.to_owned())]);
    }
    let thousand = vec![("", Wire::HostSessions); 1_000];
    assert_eq!(check(&stack, &owner, &thousand).await.unwrap().len(), 1_000);
}
