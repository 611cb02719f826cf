//! Multipart bodies (RFC 7578).
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("multipart", data));
