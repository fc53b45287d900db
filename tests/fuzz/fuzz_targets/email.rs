//! What is taken for an address stays one in its canonical form, which is its own; and none breaks a header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use types::Email;

fuzz_target!(|text: &str| {
    let Ok(email) = Email::parse(text) else { return };
    let canonical = email.canonical();
    let again = Email::parse(canonical).expect("a canonical address is an address");
    assert_eq!(again.canonical(), canonical);
    for form in [email.address(), canonical] {
        assert!(form.len() <= 254 && !form.contains(['\r', '\n', '\0', ' ']));
    }
});
