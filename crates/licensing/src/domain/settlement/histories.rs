//! Any history of changes, told in any order and more than once, ends as it was, and never takes more than was held.

use proptest::prelude::*;
use types::{AccountId, RequestId, Timestamp, UserId};

use super::*;

const PRODUCTS: [&str; 3] = ["a", "b", "c"];

/// What licensing is told.
enum Message {
    Settle(Settlement),
    Change(HolderKey, HoldingChange),
}

/// One account's subjects, with all that identity has decided about them: what each has in the end, and what is told.
struct History {
    reservations: BTreeMap<RequestKey, Reservation>,
    messages: Vec<Message>,
    last: BTreeMap<HolderKey, Holding>,
}

impl History {
    /// Each step gives a subject the products of a set of bits; what it has not had yet is reserved with `spare` more.
    fn of(steps: &[(usize, u8, bool)]) -> Self {
        let account = AccountId::new();
        let subjects: Vec<_> = (0..3).map(|_| Subject::User(UserId::new())).collect();
        let mut this = Self {
            reservations: BTreeMap::new(),
            messages: Vec::new(),
            last: BTreeMap::new(),
        };
        for &(subject, bits, spare) in steps {
            let subject = subjects[subject];
            let own = this.last.entry(HolderKey { account, subject }).or_default();
            let named = PRODUCTS
                .iter()
                .enumerate()
                .filter(|(index, _)| bits & (1 << index) != 0);
            let products: BTreeSet<String> = named.map(|(_, &product)| product.to_owned()).collect();
            let is_kept = |product: &&String| own.products.contains_key(*product);
            let kept: Vec<String> = products.iter().filter(is_kept).cloned().collect();
            let version = own.version + 1;
            let tenure = Tenure {
                since: Some(Timestamp::from_micros(version)),
                by: None,
            };
            let change = HoldingChange::read(version, products.iter().cloned().collect(), kept, tenure).unwrap();
            own.products.retain(|product, _| products.contains(product));
            own.products.extend(change.brought.clone());
            own.version = version;
            this.tell(account, subject, change, spare);
        }
        this
    }

    fn tell(&mut self, account: AccountId, subject: Subject, change: HoldingChange, spare: bool) {
        if change.brought.is_empty() {
            self.messages
                .push(Message::Change(HolderKey { account, subject }, change));
            return;
        }
        let request = RequestId::new();
        let request = RequestKey { account, request };
        let quantity = if spare { 2 } else { 1 };
        let seats = change.brought.keys().map(|product| (product.clone(), quantity));
        let reservation = Reservation {
            epoch: 1,
            state: State::Pending,
            seats: Seats::read(seats).unwrap(),
            deadline: Timestamp::default(),
        };
        self.reservations.insert(request, reservation);
        let key = ReservationKey { request, epoch: 1 };
        let taking = Taking { subject, change };
        self.messages
            .push(Message::Settle(Settlement::Confirm(key, vec![taking])));
    }
}

/// Seats held and reserved, by product.
fn used(books: &Books) -> BTreeMap<String, i64> {
    let mut used = BTreeMap::new();
    for product in books.holdings.values().flat_map(|holding| holding.products.keys()) {
        *used.entry(product.clone()).or_default() += 1;
    }
    let pending = books.reservations.values().filter(|own| own.state == State::Pending);
    for (product, quantity) in pending.flat_map(|own| own.seats.iter()) {
        *used.entry(product.to_owned()).or_default() += quantity;
    }
    used
}

proptest! {
    #[test]
    fn end_the_same_in_any_order(
        steps in proptest::collection::vec((0..3_usize, 0..8_u8, any::<bool>()), 1..12),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let history = History::of(&steps);
        let mut books = Books::new(history.reservations.clone(), BTreeMap::new());
        let random = order.iter().map(|index| index.index(history.messages.len()));
        // At last everything once more, so that nothing is left out.
        for index in random.chain(0..history.messages.len()) {
            let earlier = used(&books);
            match &history.messages[index] {
                Message::Settle(settlement) => books.settle(settlement).unwrap(),
                Message::Change(key, change) => books.change(*key, change),
            }
            let now = used(&books);
            prop_assert!(now.iter().all(|(product, count)| earlier.get(product).is_some_and(|had| had >= count)));
        }
        prop_assert_eq!(&books.holdings, &history.last);
        for product in PRODUCTS {
            let account = history.last.keys().next().map(|key| key.account);
            let pool = account.and_then(|account| books.changes.pools.get(&PoolKey::new(account, product)));
            let pool = pool.copied().unwrap_or_default();
            let held = history.last.values().filter(|own| own.products.contains_key(product)).count();
            let reserved: i64 = history.reservations.values().map(|own| own.seats.of(product)).sum();
            prop_assert_eq!((pool.assigned, pool.reserved), (i64::try_from(held).unwrap(), -reserved));
        }
    }
}
