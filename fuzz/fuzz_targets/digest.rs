//! Digest and Content-Digest headers, against a body.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("digest", data));
