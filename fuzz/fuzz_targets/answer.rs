//! Answers of peers: media types, and objects of any kind.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("answer", data));
