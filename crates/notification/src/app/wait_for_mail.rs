//! Waits for a mail and shows what is in it: where no mail is for people, so that a script can take the link.

use std::time::Duration;

use chassis::Caller;

use super::App;
use crate::domain::{KeptMail, Wanted};
use crate::error::Error;
use crate::store::kept_mails;

/// How often it is looked whether the mail is there.
const POLL: Duration = Duration::from_millis(50);

impl App {
    /// The latest mail that is `wanted`, of the caller's account or of none, as soon as it was sent. It waits for as long as
    /// the call may take.
    ///
    /// # Errors
    /// [`Error::SandboxRequired`].
    pub(crate) async fn wait_for_mail(&self, caller: &Caller, wanted: &Wanted) -> Result<KeptMail, Error> {
        let account = caller.person().map_err(|_| Error::CallerRequired)?.account;
        if !self.is_sandbox {
            return Err(Error::SandboxRequired);
        }
        loop {
            if let Some(mail) = kept_mails::find(self.database.reader(), account, wanted).await? {
                return Ok(mail);
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
