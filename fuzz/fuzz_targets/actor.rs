//! Actor documents, their keys and endorsements.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("actor", data));
