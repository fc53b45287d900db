//! Shows and changes whom invoices are addressed to.

use chassis::{AuditRecord, Caller};
use serde_json::json;
use storage::{Message, outbox};

use super::App;
use super::carry_out::lock;
use super::standing::person;
use crate::domain::{Account, BillingInformation, Fault, State};
use crate::error::Error;
use crate::store::{accounts, subscriptions};

/// What is to become of the billing information.
#[derive(Clone, Debug)]
pub(crate) struct InformationUpdate {
    pub(crate) wanted: BillingInformation,
    /// Which fields change.
    pub(crate) fields: Vec<String>,
    /// The revision that was read; none to change whatever is there.
    pub(crate) revision: Option<i64>,
}

impl App {
    /// What stands on the account's next invoices, and its revision.
    pub(crate) async fn get_billing_information(&self, caller: &Caller) -> Result<(BillingInformation, i64), Error> {
        let account = self.standing(person(caller)?.account).await?.account;
        Ok((account.information, account.revision))
    }

    /// Changes the named fields. A payment method that is named pays at once what is late.
    pub(crate) async fn update_billing_information(
        &self,
        caller: &Caller,
        update: InformationUpdate,
    ) -> Result<(BillingInformation, i64), Error> {
        let id = person(caller)?.account;
        if let Some(unknown) = update
            .fields
            .iter()
            .find(|field| !BillingInformation::FIELDS.contains(&field.as_str()))
        {
            return Err(Error::InformationInvalid(vec![Fault {
                field: "update_mask".to_owned(),
                reason: "FIELD_UNKNOWN",
                description: format!("there is no field {unknown:?}"),
            }]));
        }
        let now = self.clock.now();
        let record = AuditRecord::new(id, caller, "billing_information.update", &id, now);
        let pays = update.fields.iter().any(|field| field == "payment_method");
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut account = lock(tx, id).await?;
                if update.revision.is_some_and(|revision| revision != account.revision) {
                    return Err(Error::EtagMismatch);
                }
                let next = account.information.clone().merge(update.wanted, &update.fields);
                let faults = next.faults();
                if !faults.is_empty() {
                    return Err(Error::InformationInvalid(faults));
                }
                if next != account.information {
                    let record = record.change(json!(account.information), json!(next));
                    account.information = next;
                    account.revision += 1;
                    accounts::update(tx, &account).await?;
                    outbox::append(tx, now, &[Message::new(AuditRecord::TOPIC, record.id, &record)?]).await?;
                }
                Ok(account)
            })
        });
        let account = work.await?;
        self.relay.wake();
        if pays && let Err(error) = self.pay_late(&account).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(account.id = %id, error, "what is late is not asked for at once");
        }
        Ok((account.information, account.revision))
    }

    async fn pay_late(&self, account: &Account) -> Result<(), Error> {
        let subscription = subscriptions::find(self.database.reader(), account.id).await?;
        match subscription.map(|subscription| subscription.state) {
            Some(State::PastDue | State::Grace) => self.ask_again(account).await,
            _ => Ok(()),
        }
    }
}
