//! What tests say to licensing, in few words.

use chassis::{Actor, Person};
use proto::licensing::internal::v1::{
    AbortReservationsRequest, BatchGetHoldingsRequest, ConfirmReservationsRequest, Confirmation, Grant, Holder,
    Release, ReleaseSeatsRequest, ReservationKey, ReserveSeatsRequest, ReserveSeatsResponse, SeatQuantity,
    SetSeatTotalsRequest,
};
use proto::licensing::v1::{ListSeatPoolsRequest, SeatPool};
use storage::Sql;
use tonic::Status;
use types::{AccountId, Clock, RequestId, Role, SessionId, UserId};

use crate::stack::Stack;

/// Products with numbers.
pub fn seats(list: &[(&str, i64)]) -> Vec<SeatQuantity> {
    let seat = |&(product, quantity): &(&str, i64)| SeatQuantity {
        product: product.to_owned(),
        quantity,
    };
    list.iter().map(seat).collect()
}

/// A request to hold seats, good for a minute.
pub fn reserve(account: AccountId, list: &[(&str, i64)]) -> ReserveSeatsRequest {
    ReserveSeatsRequest {
        account_id: account.to_string(),
        request_id: RequestId::new().to_string(),
        seats: seats(list),
        not_after: Some(in_seconds(60)),
        validate_only: false,
    }
}

/// A point in time, `seconds` from now.
pub fn in_seconds(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: Clock::system().now().seconds() + seconds,
        nanos: 0,
    }
}

/// A new user.
pub fn user() -> String {
    UserId::new().to_string()
}

/// One who holds seats as of version 1.
pub fn holder(subject: &str, products: &[&str]) -> Holder {
    Holder {
        subject: subject.to_owned(),
        version: 1,
        products: products.iter().map(|&product| product.to_owned()).collect(),
        kept: Vec::new(),
    }
}

/// The confirmation of a grant.
pub fn confirmation(grant: &Grant, holders: Vec<Holder>) -> Confirmation {
    Confirmation {
        key: grant.key.clone(),
        holders,
        assigner_id: String::new(),
        assign_time: Some(in_seconds(0)),
    }
}

/// Somebody with a role in an account.
pub fn person(account: AccountId, role: Role) -> Actor {
    Actor::Person(Person {
        account,
        user: UserId::new(),
        role,
        billing_contact: false,
        permissions: types::Permissions::of(role, false),
        session: SessionId::new(),
    })
}

/// The code and reason of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (tonic::Code, String) {
    let status = result.unwrap_err();
    (status.code(), chassis::reason(&status).unwrap_or_default())
}

impl Stack {
    /// An account with these seats.
    pub async fn account(&self, list: &[(&str, i64)]) -> AccountId {
        let account = AccountId::new();
        self.set_totals(account, 1, list).await.unwrap();
        account
    }

    pub async fn set_totals(&self, account: AccountId, version: i64, list: &[(&str, i64)]) -> Result<(), Status> {
        let message = SetSeatTotalsRequest {
            account_id: account.to_string(),
            version,
            seats: seats(list),
            ..SetSeatTotalsRequest::default()
        };
        self.set(message).await
    }

    pub async fn set(&self, message: SetSeatTotalsRequest) -> Result<(), Status> {
        self.ledger().set_seat_totals(self.signed("billing", message)).await?;
        Ok(())
    }

    pub async fn reserve(&self, message: ReserveSeatsRequest) -> Result<ReserveSeatsResponse, Status> {
        let answer = self
            .reservations()
            .reserve_seats(self.signed("gateway", message))
            .await?;
        Ok(answer.into_inner())
    }

    /// Holds seats that are there.
    pub async fn grant(&self, account: AccountId, list: &[(&str, i64)]) -> Grant {
        self.reserve(reserve(account, list)).await.unwrap().grant.unwrap()
    }

    pub async fn confirm(&self, confirmations: Vec<Confirmation>) -> Result<(), Status> {
        let message = self.signed("identity", ConfirmReservationsRequest { confirmations });
        self.reservations().confirm_reservations(message).await?;
        Ok(())
    }

    pub async fn abort(&self, keys: Vec<Option<ReservationKey>>) -> Result<(), Status> {
        let reservations = keys.into_iter().flatten().collect();
        let message = self.signed("identity", AbortReservationsRequest { reservations });
        self.reservations().abort_reservations(message).await?;
        Ok(())
    }

    pub async fn release(&self, account: AccountId, subject: &str, version: i64) -> Result<(), Status> {
        self.release_to(account, subject, version, &[]).await
    }

    /// Takes from a subject what is not among `products`.
    pub async fn release_to(
        &self,
        account: AccountId,
        subject: &str,
        version: i64,
        products: &[&str],
    ) -> Result<(), Status> {
        let release = Release {
            account_id: account.to_string(),
            subject: subject.to_owned(),
            version,
            products: products.iter().map(|&product| product.to_owned()).collect(),
        };
        let message = ReleaseSeatsRequest {
            releases: vec![release],
        };
        self.ledger().release_seats(self.signed("identity", message)).await?;
        Ok(())
    }

    /// Who of `subjects` holds what, sorted.
    pub async fn holdings(&self, account: AccountId, subjects: &[&str]) -> Vec<Holder> {
        let message = BatchGetHoldingsRequest {
            account_id: account.to_string(),
            subjects: subjects.iter().map(|&subject| subject.to_owned()).collect(),
        };
        let answer = self.ledger().batch_get_holdings(self.signed("gateway", message)).await;
        let mut holders = answer.unwrap().into_inner().holders;
        holders.sort_by(|a, b| a.subject.cmp(&b.subject));
        holders
    }

    /// The pools of an account.
    pub async fn pools(&self, account: AccountId) -> Vec<SeatPool> {
        let message = self.signed_for("gateway", &person(account, Role::Admin), ListSeatPoolsRequest {});
        let answer = self.seats().list_seat_pools(message).await;
        answer.unwrap().into_inner().seat_pools
    }

    /// Gives a subject its first seats.
    pub async fn seat(&self, account: AccountId, subject: &str, products: &[&str]) {
        let seats: Vec<_> = products.iter().map(|&product| (product, 1)).collect();
        let grant = self.grant(account, &seats).await;
        let confirmed = confirmation(&grant, vec![holder(subject, products)]);
        self.confirm(vec![confirmed]).await.unwrap();
    }

    /// The pool of one product.
    pub async fn seat_pool(&self, account: AccountId, product: &str) -> SeatPool {
        let pools = self.pools(account).await.into_iter();
        pools.into_iter().find(|pool| pool.product == product).unwrap()
    }

    /// Seats, assigned, reserved and available of one product.
    pub async fn pool(&self, account: AccountId, product: &str) -> [i64; 4] {
        let pool = self.seat_pool(account, product).await;
        [pool.seats, pool.assigned, pool.reserved, pool.available]
    }

    /// How many pools' counters differ from the holders and pending reservations that they count.
    pub async fn wrong_counters(&self) -> i64 {
        self.count_by(Sql {
            postgres: "
                SELECT count(*) AS n FROM seat_pools p
                WHERE assigned <> (
                    SELECT count(*) FROM seat_holders h, json_object_keys(h.products::json) AS e(product)
                    WHERE h.account_id = p.account_id AND e.product = p.product)
                OR reserved <> (
                    SELECT coalesce(sum((r.seats::json->>p.product)::bigint), 0) FROM reservations r
                    WHERE r.account_id = p.account_id AND r.state = 'PENDING')",
            sqlite: "
                SELECT count(*) AS n FROM seat_pools p
                WHERE assigned <> (
                    SELECT count(*) FROM seat_holders h, json_each(h.products) AS e
                    WHERE h.account_id = p.account_id AND e.key = p.product)
                OR reserved <> (
                    SELECT coalesce(sum(r.seats->>p.product), 0) FROM reservations r
                    WHERE r.account_id = p.account_id AND r.state = 'PENDING')",
        })
        .await
    }

    /// Seats held beyond those there are, summed over all pools.
    pub async fn oversubscribed(&self) -> i64 {
        self.count("SELECT count(*) AS n FROM seat_pools WHERE assigned + reserved > seats")
            .await
    }
}
