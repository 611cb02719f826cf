//! The vault's key in a file of its own, so that a stolen database alone opens nothing. While it is changed there are two in
//! it, the former one first.

use crate::failure::Failure;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key of the vault.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// What is in the file.
pub(crate) struct Keys {
    /// The key; the former one while it is being changed.
    pub(crate) current: Key,
    /// The key that comes after it.
    pub(crate) next: Option<Key>,
}

/// Makes a new key file, mode 0600. An existing one is never overwritten.
pub(crate) fn create(path: &Path, key: &[u8; 32]) -> Result<(), String> {
    let shown = path.display();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| format!("the key file {shown} cannot be made: {error}"))?;
    write(&mut file, &[key]).map_err(|error| format!("the key file {shown} cannot be written: {error}"))
}

fn write(file: &mut File, keys: &[&[u8; 32]]) -> std::io::Result<()> {
    for key in keys {
        let text = Zeroizing::new(entrenous_domain::secrets::hex(*key));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
    }
    file.sync_all()
}

/// Writes a file with these keys in place of the one that is there, mode 0600, of the same owner. At every moment there is
/// the former file or this one, whole, also after a power cut. Where a symbolic link is, the file it leads to is replaced.
pub(crate) fn replace(path: &Path, keys: &[&[u8; 32]]) -> Result<(), String> {
    tidy(path)?;
    let failed = |error| format!("the key file {} cannot be replaced: {error}", path.display());
    let target = std::fs::canonicalize(path).map_err(failed)?;
    let former = std::fs::metadata(&target).map_err(failed)?;
    let aside = aside(&target);
    let made = || -> std::io::Result<File> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)?;
        write(&mut file, keys)?;
        Ok(file)
    };
    let placed = made().map_err(failed).and_then(|file| {
        keep_owner(&file, &former).map_err(|error| {
            format!(
                "the key file {} belongs to user {}, and the new one cannot: {error}. Nothing was changed; run the command \
                 as that user",
                path.display(),
                former.uid()
            )
        })?;
        std::fs::rename(&aside, &target).map_err(failed)?;
        // The name is in the folder: that must be on the disk as well.
        File::open(target.parent().unwrap_or(Path::new(".")))
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    });
    if placed.is_err() {
        // A key is not left lying about.
        tidy(path)?;
    }
    placed
}

/// Gives a new file to the owner of the former one: root may change the key of a service that is not root. The group goes
/// with it where that is allowed; to a file of mode 0600 it means nothing.
fn keep_owner(file: &File, former: &Metadata) -> std::io::Result<()> {
    let now = file.metadata()?;
    if now.uid() != former.uid() {
        fchown(file, Some(former.uid()), None)?;
    }
    if now.gid() != former.gid()
        && let Err(error) = fchown(file, None, Some(former.gid()))
    {
        tracing::debug!(cause = %error, "the key file has another group");
    }
    Ok(())
}

/// Removes what a process that was killed may have left beside the file.
pub(crate) fn tidy(path: &Path) -> Result<(), String> {
    let aside = match std::fs::canonicalize(path) {
        Ok(target) => aside(&target),
        Err(_) => aside(path),
    };
    match std::fs::remove_file(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{} cannot be removed: {error}", aside.display()))
        }
        _ => Ok(()),
    }
}

fn aside(path: &Path) -> PathBuf {
    path.with_extension("key.new")
}

/// Reads the key file. One that others may read is refused.
pub(crate) fn read(path: &Path) -> Result<Keys, Failure> {
    look(path).map_err(Failure::Configuration)
}

fn look(path: &Path) -> Result<Keys, String> {
    let shown = path.display();
    // A pipe or a device would be waited for, or read without end.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(format!(
            "the key file {shown} is no file: restore it from your backup"
        ));
    }
    let mut file = File::open(path).map_err(|error| {
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
    parse_all(text.trim()).ok_or_else(|| {
        format!(
            "the key file {shown} is damaged: it must hold 64 hexadecimal digits. Restore it from your backup"
        )
    })
}

fn parse_all(text: &str) -> Option<Keys> {
    let mut lines = text.lines();
    let keys = Keys {
        current: parse(lines.next()?)?,
        next: lines.next().map(|line| parse(line).ok_or(())).transpose().ok()?,
    };
    // A key that comes after itself was written by no change.
    let another = keys.next.as_ref().is_none_or(|next| **next != *keys.current);
    (another && lines.next().is_none()).then_some(keys)
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
        let keys = look(&path).unwrap();
        assert_eq!((*keys.current, keys.next.is_none()), ([0xab; 32], true));
        assert!(create(&path, &[1; 32]).is_err(), "never overwritten");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(look(&path).err().unwrap().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for bad in [
            "abc".to_owned(),
            String::new(),
            "\n\n".to_owned(),
            format!("{0}\nabc", "ab".repeat(32)),
            format!("{0}\n{0}\n", "ab".repeat(32)),
            format!("{0}\n{0}\n{0}\n", "ab".repeat(32)),
        ] {
            std::fs::write(&path, &bad).unwrap();
            assert!(look(&path).err().unwrap().contains("damaged"), "{bad}");
        }
    }

    #[test]
    fn it_is_replaced_as_a_whole_and_stays_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        create(&path, &[1; 32]).unwrap();
        // What a process that was killed left behind, readable for all.
        std::fs::write(aside(&path), "half").unwrap();
        std::fs::set_permissions(aside(&path), std::fs::Permissions::from_mode(0o666)).unwrap();
        replace(&path, &[&[1; 32], &[2; 32]]).unwrap();
        let keys = look(&path).unwrap();
        assert_eq!((*keys.current, *keys.next.unwrap()), ([1; 32], [2; 32]));
        replace(&path, &[&[2; 32]]).unwrap();
        let keys = look(&path).unwrap();
        assert_eq!((*keys.current, keys.next.is_none()), ([2; 32], true));
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        // Behind a link it is the file that changes, not the link.
        let elsewhere = tempfile::tempdir().unwrap();
        let link = elsewhere.path().join("vault.key");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, &[&[4; 32]]).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(*look(&path).unwrap().current, [4; 32]);
        // Of whom it was, where the tests may give files away.
        if std::os::unix::fs::chown(&path, Some(65_534), Some(65_533)).is_ok() {
            replace(&path, &[&[2; 32]]).unwrap();
            let meta = std::fs::metadata(&path).unwrap();
            assert_eq!((meta.uid(), meta.gid()), (65_534, 65_533));
        }
        replace(&path, &[&[2; 32]]).unwrap();
        // Where nothing can be written, the former one stays.
        std::fs::create_dir(aside(&path)).unwrap();
        assert!(replace(&path, &[&[3; 32]]).is_err());
        assert_eq!(*look(&path).unwrap().current, [2; 32]);
    }
}
