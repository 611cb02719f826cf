//! Typed text: mentions, hashtags, links, and the HTML made of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("text", data));
