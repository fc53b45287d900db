//! Whether the posts of an account are filled.

use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{ListUsersRequest, Role, User, UserFilter, user};

use super::finding::Finding;
use crate::client::{Client, Extent, pages};

const CONTACT: &str = "billing contact";
const SUPER_ADMIN: &str = "super admins";
const CANNOT: &str = "this cannot come about by itself: tell whoever operates this installation";

/// Looks for the super admins and the billing contact, who are among the administrators.
pub(super) async fn examine(client: &Client) -> Vec<Finding> {
    match administrators(client).await {
        Ok(users) => vec![super_admins(&users), contact(&users)],
        Err(error) => vec![Finding::unseen(SUPER_ADMIN, &error), Finding::unseen(CONTACT, &error)],
    }
}

/// Everybody of any role but for the members, who can hold no post; and members who hold one all the same.
async fn administrators(client: &Client) -> anyhow::Result<Vec<User>> {
    let every_role = [Role::Member, Role::Admin, Role::SuperAdmin, Role::Custom];
    let mut found = Vec::new();
    let fetch = async |page_size, page_token| {
        let message = ListUsersRequest {
            page_size,
            page_token,
            // Whoever may not see roles is refused by this, instead of finding none.
            filter: Some(UserFilter {
                roles: every_role.map(Into::into).to_vec(),
                ..UserFilter::default()
            }),
            ..ListUsersRequest::default()
        };
        let request = client.request(message).await?;
        let answer = UserServiceClient::new(client.channel()).list_users(request).await?;
        let answer = answer.into_inner();
        Ok((answer.users, answer.next_page_token))
    };
    pages(Extent::ALL, fetch, |users| {
        let matters = |user: &User| user.role() != Role::Member || user.billing_contact;
        found.extend(users.into_iter().filter(matters));
        Ok(())
    })
    .await?;
    Ok(found)
}

fn super_admins(users: &[User]) -> Finding {
    let active = |user: &&User| user.state() == user::State::Active && user.role() == Role::SuperAdmin;
    match users.iter().filter(active).count() {
        0 => Finding::wrong(SUPER_ADMIN, "none is active", CANNOT),
        count => Finding::ok(SUPER_ADMIN, format!("{count} active")),
    }
}

fn contact(users: &[User]) -> Finding {
    let contacts: Vec<_> = users.iter().filter(|user| user.billing_contact).collect();
    match contacts[..] {
        [] => Finding::wrong(CONTACT, "there is none", CANNOT),
        [one] if one.state() != user::State::Active => {
            Finding::wrong(CONTACT, format!("{} is not active", one.email), CANNOT)
        }
        [one] if !matches!(one.role(), Role::Admin | Role::SuperAdmin) => {
            Finding::wrong(CONTACT, format!("{} is no admin", one.email), CANNOT)
        }
        [one] => Finding::ok(CONTACT, one.email.clone()),
        _ => Finding::wrong(CONTACT, format!("there are {}", contacts.len()), CANNOT),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn user(role: Role, state: user::State, billing_contact: bool) -> User {
        User {
            role: role.into(),
            state: state.into(),
            billing_contact,
            ..User::default()
        }
    }

    #[test]
    fn there_is_an_active_super_admin() {
        let table = [
            (vec![], Verdict::Wrong),
            (vec![user(Role::Admin, user::State::Active, false)], Verdict::Wrong),
            (
                vec![user(Role::SuperAdmin, user::State::Suspended, false)],
                Verdict::Wrong,
            ),
            (vec![user(Role::SuperAdmin, user::State::Active, false)], Verdict::Ok),
        ];
        for (users, verdict) in table {
            assert_eq!(super_admins(&users).verdict, verdict, "{users:?}");
        }
    }

    #[test]
    fn there_is_one_billing_contact_who_is_an_active_admin() {
        let active = user::State::Active;
        let table = [
            (vec![], Verdict::Wrong),
            (vec![user(Role::Member, active, true)], Verdict::Wrong),
            (vec![user(Role::Admin, user::State::Suspended, true)], Verdict::Wrong),
            (vec![user(Role::Admin, active, true)], Verdict::Ok),
            (vec![user(Role::SuperAdmin, active, true)], Verdict::Ok),
            (vec![user(Role::Admin, active, true); 2], Verdict::Wrong),
        ];
        for (users, verdict) in table {
            assert_eq!(contact(&users).verdict, verdict, "{users:?}");
        }
    }
}
