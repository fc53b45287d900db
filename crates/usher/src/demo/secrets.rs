//! What the demo account is made with: who has it again later makes no second account.

use types::RequestId;

/// The letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
const PASSWORD_LENGTH: usize = 20;

/// The owner's password, and the ids of the requests that make the account and add its people.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) owner_password: String,
    pub(crate) account_request_id: String,
    pub(crate) people_request_id: String,
}

impl Secrets {
    pub(crate) fn new() -> Self {
        let request_id = || RequestId::new().uuid().to_string();
        Self {
            owner_password: random_password(),
            account_request_id: request_id(),
            people_request_id: request_id(),
        }
    }
}

fn random_password() -> String {
    (0..PASSWORD_LENGTH)
        .map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())]))
        .collect()
}
