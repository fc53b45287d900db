//! Keyset page tokens: opaque, and bound to the query they came from.
//!
//! A token is a position, not a permission: every query filters by account by itself, so that a forged position shows
//! nothing that the caller could not list anyway. Hence a checksum and no key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use types::PageSize;

const CHECKSUM_BYTES: usize = 16;

/// A page token that was altered, or that belongs to another query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the page token is not one of this query's")]
pub struct InvalidPageToken;

/// The token of the page after `key`; `query` is whatever must not change between pages (account, filter, order).
#[must_use]
pub fn encode(query: &impl Serialize, key: &impl Serialize) -> String {
    let (Ok(query), Ok(key)) = (serde_json::to_vec(query), serde_json::to_vec(key)) else {
        tracing::error!("a page token cannot be written as JSON");
        // Refused by `decode`: an empty token would pass for the last page.
        return "-".to_owned();
    };
    let mut token = checksum(&query, &key).to_vec();
    token.extend_from_slice(&key);
    URL_SAFE_NO_PAD.encode(token)
}

/// Leaves one page of rows of which one more than fits was read, if there was one; answers the token of the page after it,
/// which is empty on the last one.
#[must_use]
pub fn cut<Row, K: Serialize>(
    query: &impl Serialize,
    rows: &mut Vec<Row>,
    size: PageSize,
    key: impl FnOnce(&Row) -> K,
) -> String {
    let more = rows.len() > size.rows();
    rows.truncate(size.rows());
    match rows.last() {
        Some(last) if more => encode(query, &key(last)),
        Some(_) | None => String::new(),
    }
}

/// The key that the page starts after; `None` for an empty token, which asks for the first page.
pub fn decode<K: DeserializeOwned>(query: &impl Serialize, token: &str) -> Result<Option<K>, InvalidPageToken> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidPageToken)?;
    let (sum, key) = bytes.split_at_checked(CHECKSUM_BYTES).ok_or(InvalidPageToken)?;
    let query = serde_json::to_vec(query).map_err(|_| InvalidPageToken)?;
    if sum != checksum(&query, key) {
        return Err(InvalidPageToken);
    }
    serde_json::from_slice(key).map(Some).map_err(|_| InvalidPageToken)
}

fn checksum(query: &[u8], key: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let query = Sha256::digest(query);
    let digest = Sha256::new()
        .chain_update(b"usher page 1")
        .chain_update(query)
        .chain_update(key)
        .finalize();
    let mut sum = [0; CHECKSUM_BYTES];
    sum.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    sum
}
