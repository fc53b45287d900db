//! Who may be given which role, whatever else is given at the same moment.

use types::{Permissions, Role, UserId};

use super::fault::Fault;
use super::role::GivenRole;
use super::user::{User, UserState};

/// The posts of an account, before roles are given.
#[derive(Clone, Copy, Debug)]
pub struct Posts {
    /// How many super admins can log in.
    pub super_admins: usize,
    /// Who is the billing contact.
    pub billing_contact: UserId,
}

/// What giving a role does to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They have it already.
    Nothing,
    /// They may do as much as before, or more.
    Raised,
    /// They may not do something that they could do before.
    Lowered,
}

/// Decides for each user whether somebody who may do `own` may give them this role. Of those who leave the last super admin's
/// post at once, the first may, as far as the others and the newcomers keep it filled.
pub fn decide(own: Permissions, posts: Posts, rows: &[(&User, GivenRole)]) -> Vec<Result<Effect, Fault>> {
    let mut verdicts: Vec<_> = rows
        .iter()
        .map(|(user, role)| judge(own, posts.billing_contact, user, role))
        .collect();
    let counts = |user: &User, role: Role| user.state == UserState::Active && role == Role::SuperAdmin;
    let mut super_admins = posts.super_admins;
    for ((user, role), verdict) in rows.iter().zip(&verdicts) {
        if verdict.is_ok() && !counts(user, user.role) && counts(user, role.role) {
            super_admins = super_admins.saturating_add(1);
        }
    }
    for ((user, role), verdict) in rows.iter().zip(&mut verdicts) {
        if verdict.is_ok() && counts(user, user.role) && !counts(user, role.role) {
            if super_admins <= 1 {
                *verdict = Err(Fault::LastSuperAdmin);
            } else {
                super_admins = super_admins.saturating_sub(1);
            }
        }
    }
    verdicts
}

fn judge(own: Permissions, billing_contact: UserId, user: &User, to: &GivenRole) -> Result<Effect, Fault> {
    let from = GivenRole::of(user);
    if user.state == UserState::Deleted {
        Err(Fault::UserDeleted)
    } else if from == *to {
        Ok(Effect::Nothing)
    } else if !from.is_within(own) || !to.is_within(own) {
        Err(Fault::PermissionsExceedOwn)
    } else if user.id == billing_contact && !to.suits_billing_contact() {
        Err(Fault::BillingContact)
    } else if to.permissions.covers(from.permissions) {
        Ok(Effect::Raised)
    } else {
        Ok(Effect::Lowered)
    }
}

#[cfg(test)]
mod tests {
    use types::{Permission, RoleId};

    use super::*;
    use crate::domain::user::specimen;

    fn user(role: Role, state: UserState) -> User {
        User {
            role,
            permissions: Permissions::of(role, false),
            state,
            ..specimen()
        }
    }

    fn posts(super_admins: usize, billing_contact: UserId) -> Posts {
        Posts {
            super_admins,
            billing_contact,
        }
    }

    const SUPER: fn() -> Permissions = || Permissions::of(Role::SuperAdmin, false);

    #[test]
    fn the_last_super_admin_stays_one_unless_another_comes() {
        let (first, second) = (
            user(Role::SuperAdmin, UserState::Active),
            user(Role::SuperAdmin, UserState::Active),
        );
        let (invited, heir) = (
            user(Role::Member, UserState::Invited),
            user(Role::Admin, UserState::Active),
        );
        let to = GivenRole::built_in;
        let posts = posts(2, UserId::new());
        let both = [(&first, to(Role::Admin)), (&second, to(Role::Member))];
        assert_eq!(
            decide(SUPER(), posts, &both),
            [Ok(Effect::Lowered), Err(Fault::LastSuperAdmin)]
        );
        let with_heir = [both[0], both[1], (&heir, to(Role::SuperAdmin))];
        let expected = [Ok(Effect::Lowered), Ok(Effect::Lowered), Ok(Effect::Raised)];
        assert_eq!(decide(SUPER(), posts, &with_heir), expected);
        // Who has not accepted yet keeps no post filled.
        let with_invited = [both[0], both[1], (&invited, to(Role::SuperAdmin))];
        let expected = [Ok(Effect::Lowered), Err(Fault::LastSuperAdmin), Ok(Effect::Raised)];
        assert_eq!(decide(SUPER(), posts, &with_invited), expected);
    }

    #[test]
    fn each_row_is_judged_by_who_gives_what_to_whom() {
        let to = GivenRole::built_in;
        let poor: Permissions = [Permission::AssignRoles, Permission::ManageUsers].into_iter().collect();
        let own = GivenRole::own(RoleId::new(), poor);
        let contact = user(Role::Admin, UserState::Active);
        let (member, admin) = (
            user(Role::Member, UserState::Suspended),
            user(Role::Admin, UserState::Active),
        );
        let gone = user(Role::Member, UserState::Deleted);
        let cases = [
            (SUPER(), &member, to(Role::Member), Ok(Effect::Nothing)),
            (SUPER(), &member, to(Role::SuperAdmin), Ok(Effect::Raised)),
            (SUPER(), &admin, own, Ok(Effect::Lowered)),
            (SUPER(), &gone, to(Role::Admin), Err(Fault::UserDeleted)),
            (SUPER(), &contact, to(Role::SuperAdmin), Ok(Effect::Raised)),
            (SUPER(), &contact, to(Role::Member), Err(Fault::BillingContact)),
            (SUPER(), &contact, own, Err(Fault::BillingContact)),
            (poor, &member, own, Ok(Effect::Lowered)),
            (poor, &member, to(Role::Admin), Err(Fault::PermissionsExceedOwn)),
            (poor, &admin, to(Role::Member), Err(Fault::PermissionsExceedOwn)),
        ];
        for (giver, user, role, expected) in cases {
            let verdicts = decide(giver, posts(1, contact.id), &[(user, role)]);
            assert_eq!(verdicts, [expected], "{:?} to {role:?}", user.role);
        }
    }
}
