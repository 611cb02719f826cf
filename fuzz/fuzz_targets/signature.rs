//! Signature headers of requests (RFC 9421, draft-cavage).
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("signature", data));
