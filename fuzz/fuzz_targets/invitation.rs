//! Messages of the handshake: the question, the terms, the acceptance, the state.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("invitation", data));
