//! Lists who holds seats of an account, page by page.

use chassis::Caller;
use storage::page;
use types::{AccountId, PageSize};

use super::{App, Error};
use crate::domain::holder::{Holder, Subject};
use crate::domain::seat_pool::{Pool, PoolKey};
use crate::store::{seat_holders, seat_pools};

/// Whose seats to list, and from where on.
#[derive(Clone, Debug)]
pub struct HolderQuery {
    /// The account.
    pub account: AccountId,
    /// The product, when it is about one.
    pub product: Option<String>,
    /// How many holders.
    pub size: PageSize,
    /// Where the last page left off; empty for the beginning.
    pub page_token: String,
}

/// One page of holders.
#[derive(Debug)]
pub struct HolderPage {
    /// How the pools stand; only on the first page.
    pub pools: Vec<(PoolKey, Pool)>,
    /// The holders.
    pub holders: Vec<Holder>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// Those who hold seats of the account, in the order of their ids.
    pub async fn list_holders(&self, _caller: &Caller, query: HolderQuery) -> Result<HolderPage, Error> {
        let HolderQuery {
            account,
            product,
            size,
            page_token,
        } = query;
        if product.as_ref().is_some_and(|product| !self.catalogue.has(product)) {
            return Err(Error::ProductUnknown);
        }
        let reader = self.database.reader();
        let list = ("holders", account, &product);
        let after: Option<String> = page::decode(&list, &page_token).map_err(|_| Error::PageTokenInvalid)?;
        let after = after.map(|subject| Subject::read(&subject)).transpose();
        let after = after.map_err(|_| Error::PageTokenInvalid)?;
        let pools = if after.is_some() {
            Vec::new()
        } else {
            let pools = seat_pools::list(reader, account).await?.into_iter();
            let asked = |key: &PoolKey| product.as_ref().is_none_or(|product| key.product == *product);
            pools.filter(|(key, _)| asked(key)).collect()
        };
        // One more than the page holds tells whether there is another page.
        let mut holders = seat_holders::list(reader, account, product.as_deref(), after, size.rows() + 1).await?;
        let next_page_token = page::cut(&list, &mut holders, size, |last| last.subject.to_string());
        Ok(HolderPage {
            pools,
            holders,
            next_page_token,
        })
    }
}
