//! Notification as its callers and its mail server see it: the real service, its own database, mail over real sockets.

#[cfg(test)]
mod batch_get_deliveries;
#[cfg(test)]
mod bounce_mail;
#[cfg(test)]
mod cancel_mails;
#[cfg(test)]
mod enqueue_mails;
#[cfg(test)]
mod fair_turns;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod hostile_server;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod list_deliveries;
#[cfg(test)]
mod mail_server;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod notification;
#[cfg(test)]
mod purge;
#[cfg(test)]
mod retry_mail;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod secured_mail;
#[cfg(test)]
mod send_mail;
#[cfg(test)]
mod several_processes;
#[cfg(test)]
mod signed_mail;
#[cfg(test)]
mod suppressions;
#[cfg(test)]
mod wait_for_mail;
#[cfg(test)]
mod watch_deliveries;
#[cfg(test)]
mod wordings;

/// Makes each fact a test on SQLite and a test on PostgreSQL.
#[cfg(test)]
macro_rules! on_both_databases {
    ($($fact:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact($crate::notification::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact($crate::notification::Place::postgres().await).await;
            })+
        }
    };
}
#[cfg(test)]
use on_both_databases;
