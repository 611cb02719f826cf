//! Messages on the WebSocket of streams.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("stream", data));
