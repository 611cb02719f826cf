//! The vault's key in a file of its own, so that a stolen database alone opens nothing.

use crate::failure::Failure;
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use zeroize::Zeroizing;

/// Makes a new key file, mode 0600. An existing one is never overwritten.
pub(crate) fn create(path: &Path, key: &[u8; 32]) -> Result<(), String> {
    let shown = path.display();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| format!("the key file {shown} cannot be made: {error}"))?;
    let text = Zeroizing::new(entrenous_domain::secrets::hex(key));
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(|error| format!("the key file {shown} cannot be written: {error}"))
}

/// Reads the key file. One that others may read is refused.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    look(path).map_err(Failure::Configuration)
}

fn look(path: &Path) -> Result<Zeroizing<[u8; 32]>, String> {
    let shown = path.display();
    // A pipe or a device would be waited for, or read without end.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(format!(
            "the key file {shown} is no file: restore it from your backup"
        ));
    }
    let mut file = std::fs::File::open(path).map_err(|error| {
        format!("the key file {shown} cannot be read: {error}. It was made by `entrenous init`; restore it from your backup")
    })?;
    let mode = file
        .metadata()
        .map_err(|error| format!("{shown}: {error}"))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        let mode = mode & 0o777;
        return Err(format!(
            "the key file {shown} may be read by others (mode {mode:o}): run `chmod 600 {shown}`"
        ));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|error| {
        format!("the key file {shown} cannot be read: {error}. Restore it from your backup")
    })?;
    parse(text.trim()).ok_or_else(|| {
        format!(
            "the key file {shown} is damaged: it must hold 64 hexadecimal digits. Restore it from your backup"
        )
    })
}

fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusals() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        create(&path, &[0xab; 32]).unwrap();
        assert_eq!(*read(&path).unwrap(), [0xab; 32]);
        assert!(create(&path, &[1; 32]).is_err(), "never overwritten");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(look(&path).unwrap_err().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "abc").unwrap();
        assert!(look(&path).unwrap_err().contains("damaged"));
    }
}
