//! Contracts that are offered, and whether they are signed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("contract", data));
