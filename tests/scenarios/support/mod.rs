//! What the stories have in common: a running world, accounts in it, and calls to it.

pub mod audit;
mod bills;
mod cast;
pub mod crowd;
pub mod deaths;
pub mod imports;
mod mail;
mod owner;
pub mod promises;
pub mod work;
mod world;

pub use bills::Seats;
pub use cast::{Belongings, Cast, cast, with_role};
pub use mail::Mail;
pub use owner::{Owner, adding, channel, fresh, user};
pub use world::{PASSWORD, PATIENCE, World, settled};

use std::time::Duration;

use tonic::Status;
use tonic_types::StatusExt;

/// The story `$story`, told on both settings.
macro_rules! on_both {
    ($($story:ident)+) => {
        $(
            mod $story {
                use super::super::support::World;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn embedded() {
                    super::$story(&World::embedded().await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn five_processes() {
                    super::$story(&World::five_processes().await).await;
                }
            }
        )+
    };
}
pub(crate) use on_both;

/// The code and the reason of a refusal.
pub fn refusal(status: &Status) -> (tonic::Code, String) {
    (status.code(), chassis::reason(status).unwrap_or_default())
}

/// When to come again, of a refusal because there is too much to do; none of any other.
pub fn overload(status: &Status) -> Option<Duration> {
    let delay = status.get_details_retry_info()?.retry_delay;
    delay.filter(|_| refusal(status) == (tonic::Code::ResourceExhausted, "OVERLOADED".into()))
}
