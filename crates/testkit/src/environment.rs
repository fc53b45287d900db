//! What the runner of the tests tells them through the environment.

/// The PostgreSQL server to use, with the right to create databases: `postgres://postgres@127.0.0.1:5432/postgres`.
pub const POSTGRES_URL: &str = "USHER_TEST_POSTGRES_URL";
/// The Redis server to use: `redis://127.0.0.1:6379`. Its numbered databases are emptied at will.
pub const REDIS_URL: &str = "USHER_TEST_REDIS_URL";

/// The hosts file that names are resolved by.
pub(crate) const HOSTS: &str = "USHER_TEST_HOSTS";

/// The number that `name` is set to, or `default`: for whoever runs a story at another length by hand.
///
/// # Panics
/// When it is set to something else.
#[must_use]
pub fn number(name: &str, default: usize) -> usize {
    let expected = |text: String| text.parse().unwrap_or_else(|_| panic!("{name}: a number is expected"));
    variable(name).map_or(default, expected)
}

/// Nextest's number of this test among those that run at once.
pub(crate) const SLOT: &str = "NEXTEST_TEST_GLOBAL_SLOT";

/// The value of `name`, if it is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's surroundings are no service's configuration"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
