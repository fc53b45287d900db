//! Says what each of many subjects holds.

use std::collections::BTreeSet;

use chassis::Caller;
use types::AccountId;

use super::{App, Error};
use crate::domain::holder::{Holder, Subject};
use crate::store::seat_holders;

impl App {
    /// Those of `subjects` that hold seats of the account.
    pub async fn batch_get_holdings(
        &self,
        _caller: &Caller,
        account: AccountId,
        subjects: BTreeSet<Subject>,
    ) -> Result<Vec<Holder>, Error> {
        Ok(seat_holders::find(self.database.reader(), account, &subjects).await?)
    }
}
