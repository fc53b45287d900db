//! Lists the mails of the caller's account.

use chassis::Caller;
use storage::page;
use types::PageSize;

use super::App;
use crate::domain::{Delivery, Filter, Position};
use crate::error::Error;
use crate::store::deliveries;

impl App {
    /// One page of the account's deliveries, the latest first, and the token of the next page.
    pub(crate) async fn list_deliveries(
        &self,
        caller: &Caller,
        filter: Filter,
        size: PageSize,
        token: &str,
    ) -> Result<(Vec<Delivery>, String), Error> {
        let account = caller.person().map_err(|_| Error::CallerRequired)?.account;
        let query = (
            "deliveries",
            account,
            filter.state.map(|state| state.as_str()),
            filter.invitation,
        );
        let after: Option<Position> = page::decode(&query, token)?;
        // One more than the page holds tells whether there is another page.
        let mut found = deliveries::list(self.database.reader(), account, filter, after, size.rows() + 1).await?;
        let next_page_token = page::cut(&query, &mut found, size, |last| last.position());
        Ok((found, next_page_token))
    }
}
