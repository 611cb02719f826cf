//! Headers of requests: Range, Cookie, Accept-Encoding, X-Forwarded-For, Authorization, Referer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("headers", data));
