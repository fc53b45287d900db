//! A request to make users what rows of a file say of them.

use types::RequestId;

use super::amendment::Row;
use super::fault::Fault;
use super::free_seats::FreeSeats;
use super::new_user::NewUser;
use super::user_update::{ProductWish, UserChange};

/// Users to change, each to something else.
#[derive(Clone, Debug)]
pub struct MergeUsers {
    /// The name under which it is remembered.
    pub request_id: RequestId,
    /// The same for the same rows.
    pub fingerprint: String,
    /// The users' addresses, and what their rows say.
    pub rows: Vec<(String, UserChange)>,
    /// The seats that there are for them, when there are too few for all.
    pub free: Option<FreeSeats>,
}

/// What a row says of somebody who is there: what it leaves out stays.
pub fn change(row: &NewUser) -> UserChange {
    let options = &row.options;
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    UserChange {
        given_name: row.given_name.clone(),
        family_name: row.family_name.clone(),
        role: options.role.clone(),
        group_id: some(&options.group_id),
        settings_template_id: some(&options.settings_template_id),
        language: options.language.clone(),
        time_zone: options.time_zone.clone(),
        products: (!options.products.is_empty()).then(|| ProductWish {
            set: Some(options.products.clone()),
            ..ProductWish::default()
        }),
        transition: None,
    }
}

/// Lets those go without for whom there is no seat left, in the order of the rows.
pub fn share(rows: &mut [Row], mut free: FreeSeats) {
    for (index, row) in rows.iter_mut().enumerate() {
        let Ok(amended) = &row.verdict else { continue };
        let gained: Vec<String> = amended.gained().cloned().collect();
        if !free.take(&gained) {
            row.refuse(Fault::SeatsExhausted, index);
        }
    }
}
