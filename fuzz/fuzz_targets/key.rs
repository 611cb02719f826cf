//! Public keys (PEM with SPKI or PKCS #1, multibase) and fingerprints.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("key", data));
