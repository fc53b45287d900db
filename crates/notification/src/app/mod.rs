//! The use cases, one a file: the only place that decides.

mod batch_get_deliveries;
mod cancel_mails;
mod claim_mails;
mod delete_suppression;
mod enqueue_mails;
mod find_suppression;
mod get_delivery;
mod intake;
mod limits;
mod list_deliveries;
mod measure_mails;
mod meters;
mod places;
mod purge;
mod render;
mod render_wording;
mod send_mail;
mod wait_for_mail;
mod watch_deliveries;
mod write_ends;

use std::sync::Arc;

use chassis::{Standings, Watchers};
use storage::Database;
use types::Clock;

pub(crate) use intake::Intake;
pub(crate) use render::Templates;
pub(crate) use render_wording::{Found, Sample};
pub(crate) use send_mail::{Rules, Sender};
pub(crate) use watch_deliveries::Changes;

/// What the use cases of the API work with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    /// What letters are made of.
    pub(crate) templates: Arc<Templates>,
    /// The right side of every Message-ID.
    pub(crate) message_id_domain: Arc<str>,
    /// Knows who may still see what they watch.
    pub(crate) standings: Standings,
    /// Those who watch.
    pub(crate) watchers: Watchers<()>,
    /// Whether mails are kept and shown, none of them being for people.
    pub(crate) is_sandbox: bool,
    /// The way to what sends mails.
    pub(crate) intake: Intake,
}
