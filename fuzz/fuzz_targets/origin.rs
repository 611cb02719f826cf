//! URLs, hosts and origins: every reader sees the same node in a text.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("origin", data));
