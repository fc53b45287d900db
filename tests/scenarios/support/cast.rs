//! The people of one account, one of each kind, all of whom have logged in.

use proto::admin::v1::{ImportOptions, UserOptions};
use proto::identity::v1::billing_contact_service_client::BillingContactServiceClient;
use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    AcceptBillingContactRequest, CreateGroupRequest, CreateRoleRequest, OfferBillingContactRequest, Role,
    SuspendUserRequest,
};

use super::imports;
use super::owner::{Owner, adding, fresh};
use super::world::World;

/// One of each kind.
pub struct Cast {
    pub member: Owner,
    pub admin: Owner,
    pub super_admin: Owner,
    /// An admin.
    pub billing_contact: Owner,
    /// A super admin who was suspended after they had logged in.
    pub suspended: Owner,
    /// What the account has made.
    pub belongings: Belongings,
}

/// Ids of what belongs to one account.
pub struct Belongings {
    /// The member.
    pub user: String,
    /// The invitation that the member accepted.
    pub invitation: String,
    pub group: String,
    /// The e-mail that invited the member.
    pub delivery: String,
    pub import: String,
    pub role: String,
}

impl Owner {
    /// Adds somebody with a role, who joins.
    pub async fn admit(&self, world: &World, options: UserOptions) -> Owner {
        let email = fresh("cast");
        let mut request = adding(&[&email], &[]);
        request.options = Some(options);
        self.add(request).await.unwrap();
        Owner::accept(world, &world.mail(&email).await.token()).await.unwrap()
    }

    /// Hands the billing contact's post over.
    pub async fn hand_over(&self, to: &Owner) {
        let message = OfferBillingContactRequest {
            user_id: to.tokens.user_id.clone(),
        };
        let mut client = BillingContactServiceClient::new(self.channel.clone());
        client.offer_billing_contact(self.request(message)).await.unwrap();
        let accept = to.request(AcceptBillingContactRequest {});
        client.accept_billing_contact(accept).await.unwrap();
    }
}

/// What gives somebody a built-in role.
pub fn with_role(role: Role) -> UserOptions {
    UserOptions {
        role: role.into(),
        ..UserOptions::default()
    }
}

/// A new account with one of each kind.
pub async fn cast(world: &World) -> Cast {
    let super_admin = world.account().await;
    let admit = |role| super_admin.admit(world, with_role(role));
    let member = admit(Role::Unspecified).await;
    let admin = admit(Role::Admin).await;
    let billing_contact = admit(Role::Admin).await;
    let suspended = admit(Role::SuperAdmin).await;
    super_admin.hand_over(&billing_contact).await;
    let suspension = SuspendUserRequest {
        user_id: suspended.tokens.user_id.clone(),
        ..SuspendUserRequest::default()
    };
    let mut users = UserServiceClient::new(super_admin.channel.clone());
    users.suspend_user(super_admin.request(suspension)).await.unwrap();
    let belongings = belongings(&super_admin, &member).await;
    Cast {
        belongings,
        member,
        admin,
        super_admin,
        billing_contact,
        suspended,
    }
}

async fn belongings(owner: &Owner, member: &Owner) -> Belongings {
    let group = CreateGroupRequest {
        name: "Sales".into(),
        ..CreateGroupRequest::default()
    };
    let mut groups = GroupServiceClient::new(owner.channel.clone());
    let group = groups.create_group(owner.request(group)).await.unwrap().into_inner();
    let role = CreateRoleRequest {
        name: "Helpdesk".into(),
        ..CreateRoleRequest::default()
    };
    let mut roles = RoleServiceClient::new(owner.channel.clone());
    let role = roles.create_role(owner.request(role)).await.unwrap().into_inner();
    let file = imports::sheet(&[&fresh("cast")]);
    let options = ImportOptions {
        validate_only: true,
        ..ImportOptions::default()
    };
    let import = imports::import(owner, options, &file).await.unwrap();
    let user = owner.person(&member.tokens.user_id).await.unwrap().user.unwrap();
    let invitation = user.invitation.unwrap().id;
    let mut deliveries = owner.deliveries().await.into_iter();
    let delivery = deliveries.find(|delivery| delivery.invitation_id == invitation);
    Belongings {
        user: user.id,
        delivery: delivery.unwrap().id,
        invitation,
        group: group.group.unwrap().id,
        import: import.id,
        role: role.role.unwrap().id,
    }
}
