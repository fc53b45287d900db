//! Whether the audit log is whole.

use proto::chain::{BrokenChain, Chain};
use proto::identity::v1::GetAuditHeadResponse;

use super::finding::Finding;
use crate::client::{Client, Extent, pages};
use crate::commands::audit::{head, page};

const CHECK: &str = "audit log";
const KEEP: &str = "keep a copy, let nobody clean up, and find out who could write to identity's database";

/// Reads the whole log, and computes every seal anew.
pub(super) async fn examine(client: &Client) -> Finding {
    let head = match head(client).await {
        Ok(head) => head,
        Err(error) => return Finding::unseen(CHECK, &error),
    };
    let mut chain = Chain::default();
    let mut at_head = Chain::default();
    let mut broken = None;
    let fetch = async |size, token| page(client, "sequence", size, token).await;
    let read = pages(Extent::ALL, fetch, |events| {
        for event in &events {
            if broken.is_none() {
                broken = chain.follow([event]).err();
            }
            if chain.sequence == head.sequence {
                at_head.clone_from(&chain);
            }
        }
        Ok(())
    });
    match read.await {
        Ok(_) => judge(&head, &at_head, broken.as_ref()),
        Err(error) => Finding::unseen(CHECK, &error),
    }
}

/// `at_head` is how far the log was whole when it was where its head says that it ends.
fn judge(head: &GetAuditHeadResponse, at_head: &Chain, broken: Option<&BrokenChain>) -> Finding {
    match broken {
        Some(BrokenChain::Number { expected, found }) => {
            Finding::wrong(CHECK, format!("event {found} stands where {expected} should"), KEEP)
        }
        Some(BrokenChain::Seal { sequence }) => Finding::wrong(
            CHECK,
            format!("event {sequence} or the one before it was changed"),
            KEEP,
        ),
        None if at_head.sequence != head.sequence || at_head.hash != head.hash => Finding::wrong(
            CHECK,
            format!("it does not end with event {}, as its head says", head.sequence),
            KEEP,
        ),
        None => Finding::ok(
            CHECK,
            format!("{} events without gaps, every seal is right", head.sequence),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn a_log_that_was_tampered_with_is_wrong() {
        let head = |sequence, hash: &str| GetAuditHeadResponse {
            sequence,
            hash: hash.into(),
        };
        let chain = Chain {
            sequence: 3,
            hash: "c".into(),
        };
        assert_eq!(judge(&head(3, "c"), &chain, None).verdict, Verdict::Ok);
        assert_eq!(judge(&head(3, "d"), &chain, None).verdict, Verdict::Wrong);
        assert_eq!(judge(&head(4, "c"), &chain, None).verdict, Verdict::Wrong);
        let gap = BrokenChain::Number { expected: 2, found: 3 };
        let seal = BrokenChain::Seal { sequence: 2 };
        for broken in [gap, seal] {
            assert_eq!(judge(&head(3, "c"), &chain, Some(&broken)).verdict, Verdict::Wrong);
        }
    }
}
