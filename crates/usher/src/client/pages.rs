//! Lists, page by page.

use crate::output::{Output, Record, tell};

/// The largest page there is.
const PAGE: u32 = 500;

/// How much of a list is wanted.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Extent {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// All of them, however many there are.
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
}

impl Extent {
    /// The whole list.
    pub(crate) const ALL: Self = Self { limit: 0, all: true };

    /// Prints a list as far as it is wanted, and says when there is more.
    pub(crate) async fn print<R: Record>(
        self,
        output: &Output,
        fetch: impl AsyncFnMut(i32, String) -> anyhow::Result<(Vec<R>, String)>,
    ) -> anyhow::Result<()> {
        let mut list = output.list();
        let is_cut = pages(self, fetch, |rows| list.push(&rows)).await?;
        list.finish()?;
        if is_cut {
            tell("there are more: --all lists all of them, --limit more of them");
        }
        Ok(())
    }
}

/// Takes a list page by page as far as it is wanted, and answers whether there is more. `fetch` is given the size of a page
/// and where the one before left off, and answers the page and where it leaves off.
pub(crate) async fn pages<T>(
    extent: Extent,
    mut fetch: impl AsyncFnMut(i32, String) -> anyhow::Result<(Vec<T>, String)>,
    mut take: impl FnMut(Vec<T>) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let mut left = extent.limit;
    let mut token = String::new();
    loop {
        let size = if extent.all { PAGE } else { left.min(PAGE) };
        let (page, next) = fetch(i32::try_from(size)?, token).await?;
        left = left.saturating_sub(u32::try_from(page.len())?);
        take(page)?;
        token = next;
        if token.is_empty() {
            return Ok(false);
        }
        if !extent.all && left == 0 {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of the numbers below `length`.
    async fn numbers(length: usize, extent: Extent) -> (Vec<usize>, bool) {
        let mut seen = Vec::new();
        let fetch = async |size: i32, token: String| {
            let begin: usize = token.parse().unwrap_or(0);
            let end = length.min(begin + usize::try_from(size)?);
            let next = if end < length { end.to_string() } else { String::new() };
            Ok(((begin..end).collect(), next))
        };
        let is_cut = pages(extent, fetch, |page| {
            seen.extend(page);
            Ok(())
        });
        let is_cut = is_cut.await.unwrap();
        (seen, is_cut)
    }

    #[tokio::test]
    async fn as_much_is_taken_as_is_wanted_and_the_rest_is_known_of() {
        for (length, limit, cut) in [(0, 5, false), (5, 5, false), (6, 5, true), (1_200, 1_100, true)] {
            let extent = Extent { limit, all: false };
            let taken = length.min(usize::try_from(limit).unwrap());
            assert_eq!(numbers(length, extent).await, ((0..taken).collect(), cut), "{length}");
        }
        assert_eq!(numbers(1_200, Extent::ALL).await, ((0..1_200).collect(), false));
    }
}
