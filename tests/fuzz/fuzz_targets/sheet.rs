//! Whatever a file is, and however it is cut, its records are the same, within their limits.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], u16)| {
    let (file, piece) = input;
    identity::fuzzing::sheet(file, usize::from(piece).max(1));
});
