//! Two folders, byte for byte. Pure but for reading them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;

/// Every difference between two folders, by name; of each file the first byte. Rights and times are not compared: an archive
/// sets them.
///
/// # Errors
/// When one cannot be read.
pub(super) fn folders(one: &Path, other: &Path) -> Outcome<Vec<String>> {
    let (ours, theirs) = (files(one)?, files(other)?);
    let mut found = Vec::new();
    for name in ours.union(&theirs) {
        let shown = name.display();
        match (ours.contains(name), theirs.contains(name)) {
            (true, false) => found.push(format!("{shown} is only in {}", one.display())),
            (false, _) => found.push(format!("{shown} is only in {}", other.display())),
            (true, true) => {
                let (first, second) = (fs::read(one.join(name))?, fs::read(other.join(name))?);
                if let Some(difference) = difference(&first, &second) {
                    found.push(format!("{shown}, {difference}"));
                }
            }
        }
    }
    Ok(found)
}

/// Where two contents begin to differ, and what is there.
fn difference(one: &[u8], other: &[u8]) -> Option<String> {
    if one == other {
        return None;
    }
    let same = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    Some(format!(
        "byte {same} of {} and {}: {} instead of {}",
        one.len(),
        other.len(),
        around(one, same),
        around(other, same)
    ))
}

/// The bytes around a place, as text where they are text.
fn around(bytes: &[u8], at: usize) -> String {
    let start = at.saturating_sub(16);
    let end = bytes.len().min(at.saturating_add(48));
    let piece = bytes.get(start..end).unwrap_or_default();
    format!("\"{}\"", piece.escape_ascii())
}

/// Where `text` is in `bytes`.
pub(super) fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    bytes.windows(text.len()).position(|part| part == text)
}

/// Every file below a folder, as paths from there.
fn files(folder: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(found)
}

/// Copies a folder.
///
/// # Errors
/// When something cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome {
    for file in files(from)? {
        let copied = to.join(&file);
        if let Some(parent) = copied.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(from.join(file), copied)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(difference(b"abc", b"abc"), None);
        let found = difference(b"built in /home/a", b"built in /home/b!").unwrap();
        assert_eq!(
            found,
            "byte 15 of 16 and 17: \"built in /home/a\" instead of \"built in /home/b!\""
        );
        assert!(
            difference(b"ab\x00", b"ab")
                .unwrap()
                .starts_with("byte 2 of 3 and 2")
        );
    }

    #[test]
    fn folders_are_compared_whole() {
        let folder = std::env::temp_dir().join(format!("entrenous-compare-{}", std::process::id()));
        let (one, other) = (folder.join("one"), folder.join("other"));
        fs::create_dir_all(one.join("in")).unwrap();
        fs::write(one.join("in/a"), "x").unwrap();
        fs::write(one.join("b"), "y").unwrap();
        copy(&one, &other).unwrap();
        let same = folders(&one, &other).unwrap();
        fs::write(other.join("in/a"), "z").unwrap();
        fs::write(other.join("c"), "").unwrap();
        fs::remove_file(other.join("b")).unwrap();
        let found = folders(&one, &other).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(same.is_empty(), "{same:?}");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("b is only in") && found[1].starts_with("c is only in"));
        assert!(found[2].starts_with("in/a, byte 0 of 1 and 1"), "{found:?}");
    }

    #[test]
    fn a_text_is_found_in_bytes() {
        assert_eq!(position(b"\x00/home/a/x", b"/home/a"), Some(1));
        assert_eq!(position(b"ab", b"abc"), None);
        assert_eq!(position(b"ab", b""), None);
    }
}
