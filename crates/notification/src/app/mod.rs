//! The use cases, one a file: the only place that decides.

mod batch_get_deliveries;
mod cancel_mails;
mod claim_mails;
mod delete_suppression;
mod enqueue_mails;
mod find_suppression;
mod limits;
mod list_deliveries;
mod places;
mod render;
mod send_mail;
mod write_ends;

use std::sync::Arc;

use storage::Database;
use tokio::sync::Notify;
use types::Clock;

pub(crate) use render::Templates;
pub(crate) use send_mail::{Rules, Sender};

/// What the use cases of the API work with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    /// The right side of every Message-ID.
    pub(crate) message_id_domain: Arc<str>,
    /// Rung when mails have been queued.
    pub(crate) bell: Arc<Notify>,
}
