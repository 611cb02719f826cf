//! The built web client, as it was in `web/dist` when this crate was compiled, each file also as browsers take it:
//! compressed with Brotli and with gzip. Without a built client the list is empty, and the node serves its own pages.
//!
//! A crate of its own, so that a change of the client compiles this and the binary, and nothing else.

/// One file of the web client.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Path below the client's folder, such as `assets/index-Bx3k.js`.
    pub path: &'static str,
    /// As built.
    pub plain: &'static [u8],
    /// The same, compressed with Brotli (RFC 7932); absent where that saves little.
    pub brotli: Option<&'static [u8]>,
    /// The same, compressed with gzip (RFC 1952); absent where that saves little.
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Every file, by path.
#[must_use]
pub const fn files() -> &'static [File] {
    FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_whole_or_absent() {
        assert!(files().is_sorted_by_key(|file| file.path));
        let has = |path: &str| files().iter().any(|file| file.path == path);
        assert_eq!(has("index.html"), !files().is_empty());
        for file in files() {
            for smaller in [file.brotli, file.gzip].into_iter().flatten() {
                assert!(smaller.len() < file.plain.len(), "{}", file.path);
            }
        }
    }
}
