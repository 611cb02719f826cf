//! OAuth parameters: requests, credentials, scopes, redirect URIs, challenges.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("oauth", data));
