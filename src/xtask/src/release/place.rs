//! A folder to build in, away from the checkout: Cargo, npm and the tools of the web client read settings of the folders above.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::Outcome;

/// What tools would read, or take for part of the project, in a folder above.
const READ_FROM_ABOVE: [&str; 9] = [
    ".cargo/config",
    ".cargo/config.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "node_modules",
    "package.json",
    "postcss.config.js",
    ".postcssrc",
    ".browserslistrc",
];

/// A new folder below that of the system for temporary files, which nobody else may enter; removed when dropped.
pub(super) struct Place {
    pub(super) path: PathBuf,
    keep: bool,
}

impl Place {
    /// `keep`: it is left where it is.
    ///
    /// # Errors
    /// When it cannot be made, or a folder above has settings that would change what is built.
    pub(super) fn make(keep: bool) -> Outcome<Self> {
        let above = fs::canonicalize(std::env::temp_dir())?;
        if let Some(found) = settings_above(&above) {
            return Err(format!(
                "{} would change what is built: remove it, or name another folder for temporary files with TMPDIR",
                found.display()
            )
            .into());
        }
        for number in 0..100 {
            let path = above.join(format!("entrenous-release-{}-{number}", std::process::id()));
            // Not what somebody else has put there.
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path, keep }),
                Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(format!("{}: {cause}", path.display()).into()),
            }
        }
        Err(format!("{} is full of former builds", above.display()).into())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.keep {
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

/// The first file that a tool would read in a folder or above it.
fn settings_above(folder: &Path) -> Option<PathBuf> {
    let folders = folder.ancestors();
    let mut files = folders.flat_map(|folder| READ_FROM_ABOVE.iter().map(|name| folder.join(name)));
    files.find(|file| file.exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_place_is_new_private_and_gone_afterwards() {
        let (one, other) = (Place::make(false).unwrap(), Place::make(false).unwrap());
        let path = one.path.clone();
        assert_ne!(path, other.path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::create_dir_all(path.join("source/web")).unwrap();
        assert_eq!(settings_above(&path.join("source")), None);
        fs::write(path.join("package.json"), "{}").unwrap();
        let found = settings_above(&path.join("source"));
        assert_eq!(found, Some(path.join("package.json")));
        drop(one);
        assert!(!path.exists());
    }
}
