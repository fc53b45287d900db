//! Setting and resetting for a user: by themselves, or by an administrator.

use chassis::Person;
use serde_json::Value;
use types::UserId;

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::setting::Level;
use crate::domain::settings::{Changes, Settings};
use crate::store::{account_settings, accounts, audit_events, user_settings, users};

impl App {
    /// Changes what a user of the caller's account has set; a change to what it is already leaves no trace.
    ///
    /// # Errors
    /// [`Error::Settings`] with every key that is bad or locked; [`Error::UserNotFound`], also for users of other accounts
    /// and for deleted ones; [`Error::AdministratorProtected`]; [`Error::EtagMismatch`].
    pub async fn update_user_settings(
        &self,
        person: &Person,
        origin: Origin,
        user: UserId,
        changes: Changes,
        etag: String,
    ) -> Result<Settings, Error> {
        let (person, now) = (*person, self.clock.now());
        let account = person.account;
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Whoever changes somebody else must see their role and the billing contact as they stay.
                if user != person.user {
                    let account = accounts::lock(tx, account).await?;
                    let user = users::find(tx, account.id, user).await?.ok_or(Error::UserNotFound)?;
                    user.check_manageable_by(person.user, person.permissions, &account)?;
                }
                let locked = account_settings::find(tx, account).await?.locked;
                let before = user_settings::lock(tx, account, user).await?;
                let before = before.ok_or(Error::UserNotFound)?;
                check_etag(&etag, before.etag())?;
                let after = before.changed(&changes, Level::User, &locked, "changes");
                let after = after.map_err(Error::Settings)?;
                if after != before {
                    user_settings::update(tx, account, user, &after, now).await?;
                    let event = Event::new(account, &origin, "user.update_settings", user, now)
                        .before(&Value::Object(before.unlike(&after)))
                        .after(&Value::Object(after.unlike(&before)));
                    audit_events::append(tx, &[event]).await?;
                }
                Ok(after)
            })
        });
        update.await
    }
}
