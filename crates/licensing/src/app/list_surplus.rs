//! Says who would lose their seats, were there fewer.

use chassis::Caller;
use types::AccountId;

use super::{App, Error};
use crate::domain::holder::Subject;
use crate::domain::seat_totals;
use crate::domain::seats::Seats;
use crate::store::{seat_pools, seats as held};

/// How many holders of a product are named.
const MOST: i64 = 1_000;

/// What is held of a product beyond what there would be.
#[derive(Debug)]
pub struct Surplus {
    /// The product.
    pub product: String,
    /// How many seats.
    pub count: i64,
    /// Who would lose them, in that order.
    pub subjects: Vec<Subject>,
}

impl App {
    /// Of each product of which an account holds more than `seats`: how many more, and whose they would be.
    pub async fn list_surplus(
        &self,
        _caller: &Caller,
        account: AccountId,
        seats: Seats,
    ) -> Result<Vec<Surplus>, Error> {
        self.check_products("seats", &seats)?;
        let reader = self.database.reader();
        let pools = seat_pools::list(reader, account).await?;
        let mut surpluses = Vec::new();
        for (product, count) in seat_totals::surplus(&pools, &seats) {
            let subjects = held::surplus(reader, account, &product, count.min(MOST)).await?;
            surpluses.push(Surplus {
                product,
                count,
                subjects,
            });
        }
        Ok(surpluses)
    }
}
