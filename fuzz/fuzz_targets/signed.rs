//! Signed requests, of which one byte is changed on their way.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("signed", data));
