//! Tells what the caller's account pays for.

use chassis::Caller;

use super::standing::person;
use super::{App, Standing};
use crate::error::Error;

impl App {
    /// The subscription of the caller's account.
    pub(crate) async fn get_subscription(&self, caller: &Caller) -> Result<Standing, Error> {
        self.standing(person(caller)?.account).await
    }
}
