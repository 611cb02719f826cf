//! JSON in canonical form (RFC 8785).
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("jcs", data));
