//! Claims mails for the places that are free. Lanes take turns, from one claim to the next: whoever has a hundred thousand
//! mails under way delays nobody else.

use storage::StorageError;
use types::Timestamp;

use super::Sender;
use super::places::Place;
use crate::domain::{Claim, Lane, Lease};
use crate::store::lanes::{self, Waiting};
use crate::store::queue::{self, Open};

/// The most lanes that are looked at in one statement.
const LANES: usize = 256;
/// About as many mails are looked at to find those whose turn it is: what more of them wait costs nothing.
const CANDIDATES: usize = 128;

/// What was claimed, and when something is due that was not.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    /// Mails, each with its place.
    pub(crate) mails: Vec<(Claim, Place)>,
    /// When the next lane is due.
    pub(crate) due: Option<Timestamp>,
    /// Whether mails may be due for which their domain or account has no place.
    pub(crate) is_held_up: bool,
}

impl Sender {
    /// Claims up to `limit` mails that are due and may be under way.
    pub(crate) async fn claim_mails(&self, limit: usize) -> Result<Claimed, StorageError> {
        let now = self.clock.now();
        self.places.traffic().forget(now);
        let mut claimed = Claimed::default();
        let mut after = self.last_lane();
        let mut from_the_first = after.is_none();
        let mut last_turn = None;
        // Mostly the first few lanes fill all places.
        let mut width = LANES.min(2 * limit);
        loop {
            let lanes = lanes::list(self.database.reader(), after.as_ref(), width).await?;
            let waiting = lanes.iter().map(|waiting| waiting.due).filter(|&due| due > now);
            claimed.due = claimed.due.into_iter().chain(waiting).min();
            let turn = self.claim_from(&lanes, limit, now, &mut claimed).await?;
            last_turn = turn.or(last_turn);
            let is_end = lanes.len() < width;
            if claimed.mails.len() >= limit || (is_end && from_the_first) {
                if last_turn.is_some() {
                    self.set_last_lane(last_turn);
                }
                return Ok(claimed);
            }
            from_the_first |= is_end;
            after = lanes.into_iter().next_back().map(|it| it.lane).filter(|_| !is_end);
            width = LANES.min(2 * width);
        }
    }

    /// Claims from `lanes` what is due; answers the last one that had a turn.
    async fn claim_from(
        &self,
        lanes: &[Waiting],
        limit: usize,
        now: Timestamp,
        claimed: &mut Claimed,
    ) -> Result<Option<Lane>, StorageError> {
        let (open, per_domain) = self.open(lanes, now);
        claimed.is_held_up |= open.len() < lanes.iter().filter(|waiting| waiting.due <= now).count();
        if open.is_empty() {
            return Ok(None);
        }
        let per_lane = (CANDIDATES / open.len()).clamp(1, per_domain);
        let (limit, lease) = (limit - claimed.mails.len(), Lease::new(now + self.rules.lease));
        let writer = self.database.writer();
        let mails = queue::claim(writer, &open, (limit, per_lane), now, &lease).await?;
        claimed.is_held_up |= open.iter().any(|open| {
            let of_domain = mails.iter().filter(|it| it.lane.domain == open.recipient_domain);
            let of_lane = of_domain.clone().filter(|it| it.lane.account == open.account_id);
            of_domain.count() >= open.free || of_lane.count() >= per_lane
        });
        let place = |claim: &Claim| lanes.iter().position(|waiting| waiting.lane == claim.lane);
        let last_turn = mails.iter().filter_map(place).max();
        for claim in mails {
            let place = self.places.take(&claim.lane.domain);
            claimed.mails.push((claim, place));
        }
        Ok(last_turn.and_then(|place| lanes.get(place)).map(|it| it.lane.clone()))
    }

    /// The lanes that may be claimed from, and the most places a domain may have.
    fn open(&self, lanes: &[Waiting], now: Timestamp) -> (Vec<Open>, usize) {
        let traffic = self.places.traffic();
        let open = lanes.iter().enumerate().filter(|(_, waiting)| waiting.due <= now);
        let open = open.map(|(place, waiting)| Open {
            place,
            account_id: waiting.lane.account.clone(),
            recipient_domain: waiting.lane.domain.clone(),
            free: traffic.free(&waiting.lane, now),
        });
        (open.filter(|open| open.free > 0).collect(), traffic.per_domain())
    }

    fn last_lane(&self) -> Option<Lane> {
        self.last_lane
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn set_last_lane(&self, lane: Option<Lane>) {
        *self.last_lane.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = lane;
    }
}
