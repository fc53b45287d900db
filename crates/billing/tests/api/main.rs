//! Billing as its callers and its peer see it: the real service, its own database, licensing as a fake on the wire.

#[cfg(test)]
mod billing;
#[cfg(test)]
mod billing_information;
#[cfg(test)]
mod cancel_subscription;
#[cfg(test)]
mod change_subscription;
#[cfg(test)]
mod cycle;
#[cfg(test)]
mod end_subscription;
#[cfg(test)]
mod get_subscription;
#[cfg(test)]
mod invoices;
#[cfg(test)]
mod licensing;
#[cfg(test)]
mod list_plans;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod seat_totals;
#[cfg(test)]
mod start_subscription;
#[cfg(test)]
mod year;

/// Makes each fact a test on SQLite and a test on PostgreSQL.
#[cfg(test)]
macro_rules! on_both_databases {
    ($($fact:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact($crate::billing::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact($crate::billing::Place::postgres().await).await;
            })+
        }
    };
}
#[cfg(test)]
use on_both_databases;
