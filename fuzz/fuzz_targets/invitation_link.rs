//! Links of invitations.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("invitation_link", data));
