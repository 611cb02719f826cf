//! Introductions of nodes, and their acceptance.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("introduction", data));
