//! Lists the seats that are held of an account, page by page.

use chassis::Caller;
use storage::page;
use types::PageSize;

use super::{App, Error};
use crate::domain::holder::Subject;
use crate::domain::seat::Seat;
use crate::store::seats;

/// Which seats to list, and from where on.
#[derive(Clone, Debug)]
pub struct SeatQuery {
    /// The product, when it is about one.
    pub product: Option<String>,
    /// How many seats.
    pub size: PageSize,
    /// Where the last page left off; empty for the beginning.
    pub page_token: String,
}

/// One page of seats.
#[derive(Debug)]
pub struct SeatPage {
    /// The seats.
    pub seats: Vec<Seat>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The seats that are held of the caller's account, in the order of their holders' ids.
    pub async fn list_seats(&self, caller: &Caller, query: SeatQuery) -> Result<SeatPage, Error> {
        let account = super::person(caller)?.account;
        let SeatQuery {
            product,
            size,
            page_token,
        } = query;
        if product.as_ref().is_some_and(|product| !self.catalogue.has(product)) {
            return Err(Error::ProductUnknown);
        }
        let list = ("seats", account, &product);
        let after: Option<(String, String)> = page::decode(&list, &page_token).map_err(|_| Error::PageTokenInvalid)?;
        let after = match after {
            Some((subject, product)) => {
                let subject = Subject::read(&subject).map_err(|_| Error::PageTokenInvalid)?;
                Some((subject, product))
            }
            None => None,
        };
        // One more than the page holds tells whether there is another page.
        let (reader, rows) = (self.database.reader(), size.rows() + 1);
        let mut seats = seats::list(reader, account, product.as_deref(), after.as_ref(), rows).await?;
        let place = |last: &Seat| (last.subject.to_string(), last.product.clone());
        let next_page_token = page::cut(&list, &mut seats, size, place);
        Ok(SeatPage { seats, next_page_token })
    }
}
