//! Who may have another mail under way: no domain holds all places, and a limited account or domain waits alone.

use std::collections::HashMap;
use std::time::Duration;

use types::Timestamp;

/// An attempt that takes as long is slow.
const SLOW: Duration = Duration::from_secs(10);

/// The mails of one account to one domain: lanes take turns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    /// The account they are sent for; empty for those that are sent for none.
    pub(crate) account: String,
    /// The domain they go to, in its ASCII form.
    pub(crate) domain: String,
}

/// The mails under way in this process.
#[derive(Debug)]
pub(crate) struct Traffic {
    workers: usize,
    per_domain: usize,
    under_way: usize,
    /// Whether a mail that comes now may go at once: nothing waits that it would go before.
    is_open: bool,
    domains: HashMap<String, Domain>,
    /// Until when an account is over its limit.
    accounts: HashMap<String, Timestamp>,
}

#[derive(Debug, Default)]
struct Domain {
    under_way: usize,
    slow: bool,
    closed_until: Option<Timestamp>,
}

impl Traffic {
    /// Nothing is under way, and nothing goes at once. There are `workers` places, of which a domain gets at most `per_domain`.
    pub(crate) fn new(workers: usize, per_domain: usize) -> Self {
        Self {
            workers: workers.max(1),
            per_domain: per_domain.max(1),
            under_way: 0,
            is_open: false,
            domains: HashMap::new(),
            accounts: HashMap::new(),
        }
    }

    /// How many places are free.
    pub(crate) const fn free_places(&self) -> usize {
        self.workers.saturating_sub(self.under_way)
    }

    /// How many mails are under way.
    pub(crate) const fn under_way(&self) -> usize {
        self.under_way
    }

    /// Says whether mails that come from now on may go at once.
    pub(crate) const fn set_open(&mut self, is_open: bool) {
        self.is_open = is_open;
    }

    /// Begins a mail that has just come, if it may go at once.
    pub(crate) fn admit(&mut self, lane: &Lane, now: Timestamp) -> bool {
        let may_go = self.is_open && self.free_places() > 0 && self.free(lane, now) > 0;
        if may_go {
            self.begin(&lane.domain);
        }
        may_go
    }

    /// The most places of one domain.
    pub(crate) const fn per_domain(&self) -> usize {
        self.per_domain
    }

    /// How many more mails of a lane may be under way `now`. A domain that was slow the last time gets one place, until it
    /// is quick again.
    pub(crate) fn free(&self, lane: &Lane, now: Timestamp) -> usize {
        let is_over = |until: Option<&Timestamp>| until.is_none_or(|&until| until <= now);
        if !is_over(self.accounts.get(&lane.account)) {
            return 0;
        }
        match self.domains.get(&lane.domain) {
            None => self.per_domain,
            Some(domain) if !is_over(domain.closed_until.as_ref()) => 0,
            Some(domain) if domain.slow => 1_usize.saturating_sub(domain.under_way),
            Some(domain) => self.per_domain.saturating_sub(domain.under_way),
        }
    }

    /// A mail to `domain` is under way.
    pub(crate) fn begin(&mut self, domain: &str) {
        self.under_way += 1;
        self.domains.entry(domain.to_owned()).or_default().under_way += 1;
    }

    /// It is not any more, and `took` so long.
    pub(crate) fn end(&mut self, domain: &str, took: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(known) = self.domains.get_mut(domain) else {
            return;
        };
        known.under_way = known.under_way.saturating_sub(1);
        known.slow = took >= SLOW;
        if known.under_way == 0 && !known.slow && known.closed_until.is_none() {
            self.domains.remove(domain);
        }
    }

    /// A domain is over its limit until then.
    pub(crate) fn close_domain(&mut self, domain: &str, until: Timestamp) {
        self.domains.entry(domain.to_owned()).or_default().closed_until = Some(until);
    }

    /// An account is over its limit until then.
    pub(crate) fn close_account(&mut self, account: &str, until: Timestamp) {
        self.accounts.insert(account.to_owned(), until);
    }

    /// Forgets limits that are over.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.accounts.retain(|_, until| *until > now);
        for domain in self.domains.values_mut() {
            domain.closed_until = domain.closed_until.filter(|&until| until > now);
        }
        self.domains
            .retain(|_, domain| domain.under_way > 0 || domain.slow || domain.closed_until.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);
    const QUICK: Duration = Duration::from_millis(5);

    fn lane(account: &str, domain: &str) -> Lane {
        Lane {
            account: account.into(),
            domain: domain.into(),
        }
    }

    #[test]
    fn a_domain_has_its_places_whoever_sends_there() {
        let mut traffic = Traffic::new(16, 2);
        traffic.begin("slow.example");
        assert_eq!(traffic.free(&lane("a", "slow.example"), NOW), 1);
        traffic.begin("slow.example");
        assert_eq!(traffic.free(&lane("b", "slow.example"), NOW), 0);
        assert_eq!(traffic.free(&lane("a", "quick.example"), NOW), 2);
        traffic.end("slow.example", QUICK);
        assert_eq!(traffic.free(&lane("a", "slow.example"), NOW), 1);
        traffic.end("slow.example", QUICK);
        assert!(traffic.domains.is_empty(), "what is over is forgotten");
    }

    #[test]
    fn a_slow_domain_has_one_place_until_it_is_quick() {
        let (mut traffic, slow) = (Traffic::new(16, 8), lane("a", "slow.example"));
        traffic.begin("slow.example");
        traffic.end("slow.example", SLOW);
        assert_eq!(traffic.free(&slow, NOW), 1);
        traffic.begin("slow.example");
        assert_eq!(traffic.free(&slow, NOW), 0);
        traffic.end("slow.example", QUICK);
        assert_eq!(traffic.free(&slow, NOW), 8);
    }

    #[test]
    fn a_mail_goes_at_once_where_nothing_waits_and_a_place_is_free() {
        let (mut traffic, one, other) = (Traffic::new(3, 2), lane("a", "one.example"), lane("a", "other.example"));
        assert!(!traffic.admit(&one, NOW), "nobody knows yet what waits");
        traffic.set_open(true);
        assert!(traffic.admit(&one, NOW) && traffic.admit(&one, NOW));
        assert!(!traffic.admit(&one, NOW), "the domain has its two");
        assert!(traffic.admit(&other, NOW));
        assert!(!traffic.admit(&other, NOW), "there are three places");
        traffic.end("other.example", QUICK);
        traffic.set_open(false);
        assert!(!traffic.admit(&other, NOW), "something waits");
        traffic.set_open(true);
        assert!(traffic.admit(&other, NOW));
    }

    #[test]
    fn who_is_over_a_limit_waits_alone() {
        let mut traffic = Traffic::new(16, 2);
        let until = NOW + Duration::from_secs(60);
        traffic.close_account("a", until);
        traffic.close_domain("full.example", until);
        for (account, domain, before, after) in [
            ("a", "example.com", 0, 2),
            ("b", "full.example", 0, 2),
            ("b", "example.com", 2, 2),
        ] {
            assert_eq!(traffic.free(&lane(account, domain), NOW), before);
            assert_eq!(traffic.free(&lane(account, domain), until), after);
        }
        traffic.forget(until);
        assert!(traffic.domains.is_empty() && traffic.accounts.is_empty());
    }
}
