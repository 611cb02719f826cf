//! WebFinger: questions and answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("webfinger", data));
