//! Files: their type, pictures decoded and made anew, films and sounds as they are built.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("file", data));
