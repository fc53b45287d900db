//! The use cases, one a file: the only place that decides.

mod batch_get_deliveries;
mod enqueue_mails;
mod list_deliveries;
mod render;
mod render_wording;
mod send_mail;

use std::sync::Arc;

use storage::Database;
use tokio::sync::Notify;
use types::Clock;

pub(crate) use render::Templates;
pub(crate) use render_wording::{Found, Sample};
pub(crate) use send_mail::Sender;

/// What the use cases of the API work with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    /// What letters are made of.
    pub(crate) templates: Arc<Templates>,
    /// The right side of every Message-ID.
    pub(crate) message_id_domain: Arc<str>,
    /// Rung when mails have been queued.
    pub(crate) bell: Arc<Notify>,
}
