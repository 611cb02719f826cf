//! Parameters of clients: queries, forms and JSON, ids and pages.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("params", data));
