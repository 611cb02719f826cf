//! Notes, articles, pages and questions, with attachments, tags and polls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run("note", data));
