//! A page token is one of the query it came from, or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storage::page;

fuzz_target!(|input: (&str, &str, i64)| {
    let (query, token, key) = input;
    if let Ok(Some(read)) = page::decode::<i64>(&query, token) {
        assert_eq!(page::encode(&query, &read), token);
    }
    let made = page::encode(&query, &key);
    assert_eq!(page::decode::<i64>(&query, &made), Ok(Some(key)));
    assert!(page::decode::<i64>(&(query, "other"), &made).is_err());
});
