//! Proofs of documents (FEP-8b32), and documents changed under them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("proof", data));
