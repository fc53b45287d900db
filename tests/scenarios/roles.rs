//! Roles, those of an account's own, and the billing contact's post, as people meet them.

use proto::access_v1::Permission;
use proto::admin::v1::UserOptions;
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::billing_contact_service_client::BillingContactServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::{
    AcceptBillingContactRequest, AssignRolesRequest, CreateRoleRequest, ExplainAccessRequest, GetRoleRequest,
    OfferBillingContactRequest, Role, RoleAssignment, RoleDefinition, UpdateRoleRequest,
};
use testkit::eventually;
use tonic::{Code, Status};

use crate::support::{Mail, Owner, PATIENCE, World, adding, fresh, on_both, refusal, with_role};

on_both! {
    an_admin_raises_nobody_on_any_path
    of_two_super_admins_who_demote_each_other_one_stays
    the_billing_contact_hands_over_in_two_steps
    a_role_of_the_account_s_own_works_at_once_and_no_longer_than_it_lasts
    the_roles_of_another_account_are_unknown
}

fn to(person: &Owner, role: Role) -> RoleAssignment {
    RoleAssignment {
        user_id: person.tokens.user_id.clone(),
        role: role.into(),
        custom_role_id: String::new(),
    }
}

async fn assign(by: &Owner, assignment: RoleAssignment) -> Result<(), Status> {
    let message = AssignRolesRequest {
        assignments: vec![assignment],
        allow_partial: false,
    };
    let mut client = RoleServiceClient::new(by.channel.clone());
    client.assign_roles(by.request(message)).await.map(drop)
}

async fn create(by: &Owner, name: &str, permissions: &[Permission]) -> Result<RoleDefinition, Status> {
    let message = CreateRoleRequest {
        name: name.into(),
        permissions: permissions.iter().map(|&it| it.into()).collect(),
        ..CreateRoleRequest::default()
    };
    let mut client = RoleServiceClient::new(by.channel.clone());
    let answer = client.create_role(by.request(message)).await?;
    Ok(answer.into_inner().role.unwrap())
}

async fn update(by: &Owner, role: RoleDefinition) -> Result<(), Status> {
    let message = UpdateRoleRequest {
        role: Some(role),
        update_mask: None,
    };
    let mut client = RoleServiceClient::new(by.channel.clone());
    client.update_role(by.request(message)).await.map(drop)
}

/// Whether somebody may look at a role that is not there: they may, when that is all that is wrong.
async fn sees_roles(person: &Owner) -> Result<(), Status> {
    let message = GetRoleRequest {
        role_id: "ADMIN".into(),
    };
    let mut client = RoleServiceClient::new(person.channel.clone());
    client.get_role(person.request(message)).await.map(drop)
}

async fn an_admin_raises_nobody_on_any_path(world: &World) {
    let owner = world.account().await;
    let own = create(&owner, "Deputy", &[Permission::AssignRoles]).await.unwrap();
    let admin = owner.admit(world, with_role(Role::Admin)).await;
    let member = owner.admit(world, UserOptions::default()).await;
    let forbidden = (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN".to_owned());
    let options = [
        with_role(Role::SuperAdmin),
        with_role(Role::Member),
        UserOptions {
            custom_role_id: own.id.clone(),
            ..UserOptions::default()
        },
    ];
    for options in options {
        for validate_only in [false, true] {
            let mut request = adding(&[&fresh("raised")], &[]);
            request.users[0].options = Some(options.clone());
            request.validate_only = validate_only;
            request.allow_partial = true;
            assert_eq!(refusal(&admin.add(request).await.unwrap_err()), forbidden);
        }
    }
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    for (who, role) in [(&admin, Role::SuperAdmin), (&member, Role::Admin)] {
        assert_eq!(refusal(&assign(&admin, to(who, role)).await.unwrap_err()), lacking);
    }
    let refused = create(&admin, "Mine", &[Permission::AssignRoles]).await.unwrap_err();
    assert_eq!(refusal(&refused), lacking);
    assert_eq!(refusal(&update(&admin, own).await.unwrap_err()), lacking);
    // They are told whom to ask.
    let message = ExplainAccessRequest {
        user_id: String::new(),
        permission: Permission::AssignRoles.into(),
    };
    let mut client = AccessServiceClient::new(admin.channel.clone());
    let explained = client
        .explain_access(admin.request(message))
        .await
        .unwrap()
        .into_inner();
    assert!(!explained.decision.unwrap().allowed);
    assert_eq!(explained.grantors.len(), 1);
    assert_eq!(explained.grantors[0].user_id, owner.tokens.user_id);
    assert_eq!(explained.role, i32::from(Role::Unspecified));
}

async fn of_two_super_admins_who_demote_each_other_one_stays(world: &World) {
    let owner = world.account().await;
    let other = owner.admit(world, with_role(Role::SuperAdmin)).await;
    sees_roles(&other).await.unwrap();

    let (first, second) = tokio::join!(
        assign(&owner, to(&other, Role::Admin)),
        assign(&other, to(&owner, Role::Admin)),
    );

    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let (refused, winner) = match first {
        Ok(()) => (second, &owner),
        Err(status) => (Err(status), &other),
    };
    let refused = refusal(&refused.unwrap_err());
    // The one who came second is told so, or is logged out already.
    let told = [
        (Code::FailedPrecondition, "LAST_SUPER_ADMIN".to_owned()),
        (Code::Unauthenticated, "SESSION_ENDED".to_owned()),
    ];
    assert!(told.contains(&refused), "{refused:?}");
    let people = winner.people().await;
    let mut roles: Vec<_> = people.into_iter().map(|person| person.user.unwrap().role()).collect();
    roles.sort_unstable();
    assert_eq!(roles, [Role::Admin, Role::SuperAdmin]);
}

/// Waits for a mail that says this, in whatever lines.
async fn mailed(world: &World, email: &str, words: &str) {
    eventually(PATIENCE, async || {
        let says = |mail: &Mail| {
            mail.text
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(words)
        };
        if world.mails(email).iter().any(says) {
            Ok(())
        } else {
            Err(format!("no mail to {email} says {words:?}"))
        }
    })
    .await;
}

async fn the_billing_contact_hands_over_in_two_steps(world: &World) {
    let owner = world.account().await;
    let heir = owner.admit(world, with_role(Role::Admin)).await;
    let offer = async |by: &Owner, to: &Owner| {
        let message = OfferBillingContactRequest {
            user_id: to.tokens.user_id.clone(),
        };
        let mut client = BillingContactServiceClient::new(by.channel.clone());
        client.offer_billing_contact(by.request(message)).await.map(drop)
    };
    let accept = async |by: &Owner| {
        let mut client = BillingContactServiceClient::new(by.channel.clone());
        let accept = by.request(AcceptBillingContactRequest {});
        client.accept_billing_contact(accept).await.map(drop)
    };
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    assert_eq!(refusal(&accept(&heir).await.unwrap_err()).0, Code::FailedPrecondition);
    assert_eq!(refusal(&offer(&heir, &heir).await.unwrap_err()), lacking);
    offer(&owner, &heir).await.unwrap();
    let address = async |person: &Owner| owner.person(&person.tokens.user_id).await.unwrap().user.unwrap().email;
    let (old, new) = (address(&owner).await, address(&heir).await);
    mailed(world, &new, "Log in to accept or to decline").await;
    accept(&heir).await.unwrap();
    for concerned in [&old, &new] {
        mailed(world, concerned, "has taken over as the billing contact").await;
    }
    // Nobody is logged out; the post's permissions are where the post is.
    let refused = eventually(PATIENCE, async || {
        offer(&owner, &heir).await.err().ok_or("still the contact")
    })
    .await;
    assert_eq!(refusal(&refused), lacking);
    eventually(PATIENCE, async || {
        offer(&heir, &owner).await.map_err(|status| format!("{status:?}"))
    })
    .await;
    sees_roles(&owner).await.unwrap();
    let contact = heir.person(&heir.tokens.user_id).await.unwrap().user.unwrap();
    assert!(!contact.billing_contact, "an admin sees no posts");
    let seen = owner.person(&heir.tokens.user_id).await.unwrap().user.unwrap();
    assert!(seen.billing_contact);
}

async fn a_role_of_the_account_s_own_works_at_once_and_no_longer_than_it_lasts(world: &World) {
    let owner = world.account().await;
    let helpdesk = create(&owner, "Helpdesk", &[Permission::ManageUsers]).await.unwrap();
    let options = UserOptions {
        custom_role_id: helpdesk.id.clone(),
        ..UserOptions::default()
    };
    let clerk = owner.admit(world, options).await;
    clerk.add(adding(&[&fresh("ada")], &[])).await.unwrap();
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
    assert_eq!(refusal(&sees_roles(&clerk).await.unwrap_err()), lacking);

    // More is there at once; less ends what was begun with more.
    let more = [Permission::ManageUsers.into(), Permission::AssignRoles.into()];
    let wider = RoleDefinition {
        permissions: more.to_vec(),
        etag: String::new(),
        ..helpdesk.clone()
    };
    update(&owner, wider.clone()).await.unwrap();
    eventually(PATIENCE, async || {
        sees_roles(&clerk).await.map_err(|status| format!("{status:?}"))
    })
    .await;
    let narrower = RoleDefinition {
        permissions: vec![Permission::ManageUsers.into()],
        ..wider
    };
    update(&owner, narrower).await.unwrap();
    let refused = eventually(PATIENCE, async || {
        sees_roles(&clerk).await.err().ok_or("still sees roles")
    })
    .await;
    assert_eq!(refusal(&refused), (Code::Unauthenticated, "SESSION_ENDED".into()));
}

async fn the_roles_of_another_account_are_unknown(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let role = create(&owner, "Vertrieb Süd", &[Permission::ManageUsers])
        .await
        .unwrap();
    let refused = create(&owner, "VERTRIEB SÜD", &[]).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::AlreadyExists, "ROLE_NAME_TAKEN".into()));
    create(&stranger, "VERTRIEB SÜD", &[]).await.unwrap();

    let unknown = (Code::NotFound, "ROLE_NOT_FOUND".to_owned());
    let theirs = RoleDefinition {
        description: "mine now".into(),
        ..role.clone()
    };
    assert_eq!(refusal(&update(&stranger, theirs).await.unwrap_err()), unknown);
    let assignment = RoleAssignment {
        role: Role::Custom.into(),
        custom_role_id: role.id.clone(),
        ..to(&stranger, Role::Custom)
    };
    assert_eq!(refusal(&assign(&stranger, assignment).await.unwrap_err()), unknown);
    let mut request = adding(&[&fresh("ada")], &[]);
    request.users[0].options = Some(UserOptions {
        custom_role_id: role.id,
        ..UserOptions::default()
    });
    assert_eq!(refusal(&stranger.add(request).await.unwrap_err()), unknown);
    let foreign = to(&owner, Role::Admin);
    let refused = refusal(&assign(&stranger, foreign).await.unwrap_err());
    assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".into()));
}
