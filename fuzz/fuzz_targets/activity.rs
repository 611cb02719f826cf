//! Activities in the inbox, and the rules of origin.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("activity", data));
