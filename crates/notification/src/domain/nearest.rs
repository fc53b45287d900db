//! Which of several languages a reader gets.

/// What is in the language nearest to `wished`: in `pt-BR` itself, then in `pt` (RFC 4647 §3.4); nothing when none is near.
pub(crate) fn nearest<'t, T>(
    wished: &str,
    all: impl Iterator<Item = &'t T> + Clone,
    tag: impl Fn(&T) -> &str,
) -> Option<&'t T> {
    let exists = |wished: &str| all.clone().find(|one| tag(one).eq_ignore_ascii_case(wished));
    let mut ends = wished.match_indices('-').map(|(end, _)| end).rev();
    exists(wished).or_else(|| ends.find_map(|end| exists(&wished[..end])))
}
