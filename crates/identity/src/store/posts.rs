//! The posts that an account is never without: a super admin, and a billing contact who is an admin.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::Sql;
use types::AccountId;

use super::broken;
use crate::domain::account::Account;
use crate::domain::assignment::Posts;
use crate::domain::error::Error;

const COUNT_TEXT: &str = "SELECT
    (SELECT count(*) FROM users u
        WHERE u.account_id = $1 AND u.role = 'SUPER_ADMIN' AND u.state = 'ACTIVE') AS super_admins,
    (SELECT count(*) FROM users u JOIN accounts a ON u.id = a.billing_contact_id
        WHERE a.id = $1 AND u.account_id = $1 AND u.role IN ('ADMIN', 'SUPER_ADMIN')
            AND u.state = 'ACTIVE') AS billing_contacts";
const COUNT: Sql = Sql {
    postgres: COUNT_TEXT,
    sqlite: COUNT_TEXT,
};

#[derive(FromQueryResult)]
struct Counts {
    super_admins: i64,
    billing_contacts: i64,
}

async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<Counts, Error> {
    COUNT
        .query_one::<Counts>(conn, vec![account.to_string().into()])
        .await?
        .ok_or(Error::AccountNotFound(account))
}

/// How many super admins of the account can log in.
pub async fn super_admins(conn: &impl ConnectionTrait, account: AccountId) -> Result<usize, Error> {
    let posts = count(conn, account).await?;
    usize::try_from(posts.super_admins).map_err(broken("users.role"))
}

/// The posts of an account as they are.
pub async fn of(conn: &impl ConnectionTrait, account: &Account) -> Result<Posts, Error> {
    Ok(Posts {
        super_admins: super_admins(conn, account.id).await?,
        billing_contact: account.billing_contact,
    })
}

/// Whether the account would still have both posts filled: asked in the transaction that could empty one, after its changes
/// and under the lock of the account's row ([`super::accounts::lock`]), so that two who leave at once cannot both.
pub async fn verify(conn: &impl ConnectionTrait, account: AccountId) -> Result<(), Error> {
    let posts = count(conn, account).await?;
    // The contact first: whoever holds both posts must hand that one over before anything else helps.
    if posts.billing_contacts == 0 {
        Err(Error::BillingContact)
    } else if posts.super_admins == 0 {
        Err(Error::LastSuperAdmin)
    } else {
        Ok(())
    }
}
