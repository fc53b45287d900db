//! Foretelling that an invitation is sent again, which an account, a reader and a domain see only so often.

use std::time::Duration;

use chassis::Person;

use super::App;
use super::change::Prepared;
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::domain::resending::{ResendInvitation, Sent};
use crate::domain::token;
use crate::store::invitations;

const HOUR: Duration = Duration::from_secs(60 * 60);

impl App {
    /// As [`App::prepare_change`]; each sending that is foretold counts, an answer that is repeated does not.
    ///
    /// # Errors
    /// As there; [`Error::RateLimited`].
    pub async fn prepare_resend(&self, person: &Person, resend: &ResendInvitation) -> Result<Prepared<Sent>, Error> {
        let prepared = self.prepare_change(person, resend).await?;
        if matches!(prepared, Prepared::Foretold { .. }) {
            let invitation = invitations::find(self.database.reader(), person.account, resend.invitation_id).await?;
            self.limit_resends(&invitation.ok_or(Error::InvitationNotFound)?)
                .await?;
        }
        Ok(prepared)
    }

    async fn limit_resends(&self, invitation: &Invitation) -> Result<(), Error> {
        let (limits, email) = (&self.invitations.resends, invitation.email.as_str());
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let counted = [
            (
                format!("resend:address:{}", token::hash(email)),
                limits.per_address_per_hour,
            ),
            (
                format!("resend:account:{}", invitation.account_id),
                limits.per_account_per_hour,
            ),
            (format!("resend:domain:{domain}"), limits.per_domain_per_hour),
        ];
        for (key, attempts) in counted {
            self.limit(&key, HOUR, attempts).await?;
        }
        Ok(())
    }
}
