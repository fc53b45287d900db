//! Making a change that is decided: at once where nobody loses a seat, and when licensing has agreed where somebody might.

use chassis::{AuditRecord, Caller};
use serde_json::json;
use storage::{Message, StorageError, TraceParent, outbox};
use types::{AccountId, RequestId, failpoint};

use super::forget_requests::MEMORY;
use super::totals::message;
use super::{App, RequestKey, Standing};
use crate::clients::TellError;
use crate::domain::{Account, Answer, Change, Intent, Quote, Subscription};
use crate::error::Error;
use crate::store::{Connection, accounts, intents, requests, subscriptions};

impl App {
    /// What this request was answered, if it was decided; whatever else the account is about to change is settled first.
    pub(super) async fn recall(&self, account: AccountId, request: &RequestKey) -> Result<Option<Answer>, Error> {
        let too_old = |issued_at| issued_at < self.clock.now() - MEMORY;
        if request.id.issued_at().is_some_and(too_old) {
            return Err(Error::RequestIdExpired);
        }
        let reader = self.database.reader();
        let answer = requests::find(reader, account, request.id, &request.fingerprint).await?;
        if answer.is_some() {
            return Ok(answer);
        }
        let Some(intent) = intents::find(reader, account).await? else {
            return Ok(None);
        };
        let same = intent.change.request_id == request.id.to_string();
        match self.settle(account, intent).await {
            Ok(answer) if same => Ok(Some(answer)),
            Err(error) if same || error.is_passing() => Err(error),
            // Made or given up: the way is free.
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// The change from `former` to `next`, ready to be made.
    pub(super) fn change(
        &self,
        caller: &Caller,
        request: &RequestKey,
        action: &str,
        (former, next): (&Subscription, Subscription),
        quote: Option<Quote>,
    ) -> Result<Change, Error> {
        let content = |subscription: &Subscription| {
            json!({
                "state": subscription.state,
                "plan": subscription.terms.plan,
                "seats": subscription.terms.seats,
                "scheduled": subscription.scheduled,
                "end_time": subscription.end_time.map(|time| time.to_string()),
            })
        };
        let event = AuditRecord::new(former.account, caller, action, &former.id, self.clock.now())
            .change(content(former), content(&next));
        Ok(Change {
            from: former.version,
            next,
            quote,
            request_id: request.id.to_string(),
            fingerprint: request.fingerprint.clone(),
            event: serde_json::to_value(event).map_err(|_| StorageError::Lost("an audit record cannot be written"))?,
        })
    }

    /// Makes a change. Where a product loses seats, licensing has to agree first; what it is asked is written down before, so
    /// that the change is made or given up whoever dies meanwhile.
    ///
    /// # Errors
    /// [`Error::SeatsInUse`] when licensing does not agree; [`Error::LicensingUnavailable`] when it does not answer: then the
    /// same request asks it again.
    pub(super) async fn carry_out(&self, standing: &Standing, mut change: Change) -> Result<Answer, Error> {
        let Standing { account, subscription } = standing;
        let calendar = account.calendar();
        let present = subscription.seat_totals(&calendar);
        let Some(totals) = present.fewest(&change.next.seat_totals(&calendar)) else {
            return self.make(account.id, change, None).await;
        };
        change.next = change.next.succeed();
        let intent = Intent {
            version: totals.version,
            refuse_in_use: totals.seats != present.seats,
            totals,
            change,
        };
        self.intend(account.id, intent.clone()).await?;
        failpoint("billing::change_subscription::intended");
        self.settle(account.id, intent).await
    }

    /// Writes an intent down; nobody else is about to change anything.
    async fn intend(&self, id: AccountId, intent: Intent) -> Result<(), Error> {
        let taken_up = self.clock.now() + self.changes.patience;
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                lock(tx, id).await?;
                let present = subscriptions::find(tx, id).await?;
                let moved = present.is_none_or(|present| present.version != intent.change.from);
                if moved || intents::find(tx, id).await?.is_some() {
                    return Err(Error::ChangeInProgress);
                }
                Ok(intents::insert(tx, id, &intent, taken_up).await?)
            })
        });
        work.await
    }

    /// Asks licensing, and makes the change or gives it up. Whoever does this at the same time comes to the same end.
    pub(super) async fn settle(&self, account: AccountId, intent: Intent) -> Result<Answer, Error> {
        let answer = self
            .licensing
            .set_seat_totals(&intent.totals, intent.refuse_in_use)
            .await;
        failpoint("billing::change_subscription::asked");
        let refusal = match answer {
            Ok(()) => return self.make(account, intent.change, Some(intent.version)).await,
            Err(TellError::NotNow(text)) => return Err(Error::LicensingUnavailable(text)),
            Err(TellError::InUse(surplus)) => Error::SeatsInUse(surplus),
            Err(TellError::Refused(text)) => Error::LicensingRefused(text),
        };
        self.give_up(account, intent).await?;
        Err(refusal)
    }

    /// The change with all that belongs to it, in one transaction: the commit point.
    async fn make(&self, id: AccountId, change: Change, intent: Option<i64>) -> Result<Answer, Error> {
        let (app, now) = (self.clone(), self.clock.now());
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut account = lock(tx, id).await?;
                let request: RequestId = change.request_id.parse().map_err(|_| Error::RequestIdMalformed)?;
                if let Some(answer) = requests::find(tx, id, request, &change.fingerprint).await? {
                    return Ok(answer);
                }
                let is_ours = match intent {
                    Some(version) => intents::remove(tx, id, version).await?,
                    None => intents::find(tx, id).await?.is_none(),
                };
                let present = subscriptions::find(tx, id).await?;
                let former = present.filter(|present| is_ours && present.version == change.from);
                let former = former.ok_or(Error::ChangeInProgress)?;
                let invoice_id = app
                    .write(tx, &mut account, (&former, &change.next), change.quote)
                    .await?;
                let answer = Answer { invoice_id };
                requests::insert(tx, id, (request, &change.fingerprint), &answer, now).await?;
                let event = Message {
                    topic: AuditRecord::TOPIC.to_owned(),
                    key: change.event["id"].as_str().unwrap_or_default().to_owned(),
                    payload: change.event,
                    trace: TraceParent::current(),
                };
                let totals = message(&change.next, &account.calendar());
                outbox::append(tx, now, &[totals, event]).await?;
                failpoint("billing::change_subscription::before_commit");
                Ok::<_, Error>(answer)
            })
        });
        let answer = work.await?;
        failpoint("billing::change_subscription::committed");
        self.relay.wake();
        Ok(answer)
    }

    /// Leaves everything as it is, under a version that is above what licensing was asked: should it have agreed to somebody
    /// else who asked the same, it learns now that nothing came of it.
    async fn give_up(&self, id: AccountId, intent: Intent) -> Result<(), Error> {
        let (app, now) = (self.clone(), self.clock.now());
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut account = lock(tx, id).await?;
                let present = subscriptions::find(tx, id).await?;
                if let Some(present) = present.filter(|present| present.version == intent.change.from)
                    && intents::remove(tx, id, intent.version).await?
                {
                    let next = present.succeed().succeed();
                    app.write(tx, &mut account, (&present, &next), None).await?;
                    outbox::append(tx, now, &[message(&next, &account.calendar())]).await?;
                }
                Ok::<_, Error>(())
            })
        });
        work.await?;
        failpoint("billing::change_subscription::given_up");
        self.relay.wake();
        Ok(())
    }
}

/// The account, which nobody else changes until the transaction is over.
pub(super) async fn lock(tx: &impl Connection, id: AccountId) -> Result<Account, Error> {
    accounts::lock(tx, id).await?.ok_or(Error::SubscriptionNotFound)
}
