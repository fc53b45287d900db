//! How licensing is configured.

use std::time::Duration;

use chassis::config::load_with;
use chassis::{Listener, Shutdown};
use licensing::Config;
use tempfile::TempDir;

const LEAST: [(&str, &str); 5] = [
    ("USHER_LICENSING__LISTEN", "127.0.0.1:7002"),
    ("USHER_LICENSING__DATABASE__URL", "sqlite:///tmp/licensing.db"),
    (
        "USHER_LICENSING__CALLERS__KEY",
        "c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVkc2VlZHNlZWQ=",
    ),
    ("USHER_LICENSING__IDENTITY", "http://127.0.0.1:7001"),
    ("USHER_LICENSING__GRANT_KEY", "shared"),
];

fn load(more: &[(&str, &str)]) -> Result<Config, String> {
    let variables = LEAST
        .iter()
        .chain(more)
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    load_with("licensing", None, variables).map_err(|error| error.to_string())
}

#[test]
fn five_keys_are_enough() {
    let config = load(&[]).unwrap();
    assert_eq!(config.reservations.ttl, Duration::from_secs(60));
    assert_eq!(config.retention.keep, Duration::from_secs(8 * 24 * 60 * 60));
    assert!(config.sweep.lease > config.clients.request_timeout);
}

#[tokio::test]
async fn a_catalogue_that_cannot_be_used_stops_the_start_with_what_is_wrong() {
    let folder = TempDir::with_prefix("usher-licensing-").unwrap();
    let path = folder.path().join("products.toml");
    let start = async || {
        let config = load(&[("USHER_LICENSING__CATALOGUE", path.to_str().unwrap())]).unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let error = licensing::serve(config, listener, Shutdown::new()).await.unwrap_err();
        error.to_string()
    };
    let error = start().await;
    assert!(
        error.contains("products.toml") && error.contains("cannot be read"),
        "{error}"
    );
    std::fs::write(&path, "products = []").unwrap();
    let error = start().await;
    assert!(
        error.contains("products.toml") && error.contains("at least one"),
        "{error}"
    );
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let error = load(&[("USHER_LICENSING__SWEEP__INTERVALL", "1s")]).unwrap_err();
    assert!(error.contains("sweep.intervall"), "{error}");
}
