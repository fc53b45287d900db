//! Shows an account its invoices.

use chassis::Caller;
use storage::page;
use types::{AccountId, InvoiceId, PageSize};

use super::App;
use super::render_invoice::render;
use super::standing::person;
use crate::domain::Invoice;
use crate::error::Error;
use crate::store::{accounts, invoices};

/// One page of invoices, and the token of the next one.
pub(crate) type Page = (Vec<Invoice>, String);

impl App {
    /// The invoices of the caller's account, latest first.
    pub(crate) async fn list_invoices(&self, caller: &Caller, size: PageSize, token: &str) -> Result<Page, Error> {
        let account = person(caller)?.account;
        let query = ("invoices", account);
        let before: Option<InvoiceId> = page::decode(&query, token).map_err(|_| Error::PageTokenInvalid)?;
        let mut rows = invoices::list(self.database.reader(), account, before, size).await?;
        let next = page::cut(&query, &mut rows, size, |last: &Invoice| last.id);
        Ok((rows, next))
    }

    /// One of them.
    pub(crate) async fn get_invoice(&self, caller: &Caller, id: InvoiceId) -> Result<Invoice, Error> {
        self.invoice(person(caller)?.account, id).await
    }

    /// One of them as a page, with a name for its file.
    pub(crate) async fn download_invoice(&self, caller: &Caller, id: InvoiceId) -> Result<(String, String), Error> {
        let account = person(caller)?.account;
        let invoice = self.invoice(account, id).await?;
        let account = accounts::find(self.database.reader(), account).await?;
        let calendar = account.ok_or(Error::InvoiceNotFound)?.calendar();
        let page = render(&invoice, &calendar, &self.catalogue)?;
        let name = invoice.number.map_or("draft".to_owned(), |number| number.to_string());
        Ok((format!("invoice-{name}.html"), page))
    }

    /// The account's invoice of this id.
    async fn invoice(&self, account: AccountId, id: InvoiceId) -> Result<Invoice, Error> {
        let found = invoices::find(self.database.reader(), account, id).await?;
        found.ok_or(Error::InvoiceNotFound)
    }
}
