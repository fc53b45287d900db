//! The filter and the order of a list of users, from the wire.

use proto::identity::v1 as wire;
use types::{AccountId, Role};

use crate::domain::error::Error;
use crate::domain::user::UserState;
use crate::domain::user_query::{UserFilter, UserOrder, UserQuery};

/// Which users of an account a request lists.
pub fn read_query(
    account_id: AccountId,
    filter: Option<wire::UserFilter>,
    order_by: i32,
    descending: bool,
) -> Result<UserQuery, Error> {
    Ok(UserQuery {
        account_id,
        filter: read_filter(filter.unwrap_or_default())?,
        order: read_order(order_by)?,
        descending,
    })
}

fn read_filter(filter: wire::UserFilter) -> Result<UserFilter, Error> {
    let states = filter.states.into_iter().enumerate().map(read_state);
    let roles = filter.roles.into_iter().enumerate().map(read_role);
    if filter.text.contains(char::is_control) {
        return Err(Error::FilterInvalid {
            field: "filter.text".into(),
        });
    }
    let group_id = match filter.group_id.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::IdMalformed {
            field: "filter.group_id",
        })?),
    };
    Ok(UserFilter {
        states: states.collect::<Result<_, _>>()?,
        roles: roles.collect::<Result<_, _>>()?,
        product: filter.product,
        group_id,
        text: filter.text.trim_start().to_owned(),
    })
}

fn read_state((index, state): (usize, i32)) -> Result<UserState, Error> {
    match wire::user::State::try_from(state) {
        Ok(wire::user::State::Invited) => Ok(UserState::Invited),
        Ok(wire::user::State::Active) => Ok(UserState::Active),
        Ok(wire::user::State::Suspended) => Ok(UserState::Suspended),
        Ok(wire::user::State::Deleted) => Ok(UserState::Deleted),
        Ok(wire::user::State::Unspecified) | Err(_) => Err(Error::FilterInvalid {
            field: format!("filter.states[{index}]"),
        }),
    }
}

fn read_role((index, role): (usize, i32)) -> Result<Role, Error> {
    match wire::Role::try_from(role) {
        Ok(wire::Role::Member) => Ok(Role::Member),
        Ok(wire::Role::Admin) => Ok(Role::Admin),
        Ok(wire::Role::SuperAdmin) => Ok(Role::SuperAdmin),
        Ok(wire::Role::Custom) => Ok(Role::Custom),
        Ok(wire::Role::Unspecified) | Err(_) => Err(Error::FilterInvalid {
            field: format!("filter.roles[{index}]"),
        }),
    }
}

fn read_order(order: i32) -> Result<UserOrder, Error> {
    match wire::UserOrder::try_from(order) {
        Ok(wire::UserOrder::Unspecified | wire::UserOrder::CreateTime) => Ok(UserOrder::CreateTime),
        Ok(wire::UserOrder::Name) => Ok(UserOrder::Name),
        Ok(wire::UserOrder::Email) => Ok(UserOrder::Email),
        Err(_) => Err(Error::FilterInvalid {
            field: "order_by".into(),
        }),
    }
}
