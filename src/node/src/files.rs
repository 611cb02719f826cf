//! Files on disk, each under the SHA-256 of its bytes: `media/ab/cd/abcd…`.

use async_trait::async_trait;
use entrenous_domain::ports::{FileStore, StoredFile};
use entrenous_domain::{DomainError, Result};
use entrenous_store::StoreError;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

/// A file store in a directory.
pub(crate) struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The store under `root`, which is made when the first file comes.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    fn place(&self, hash: &str) -> Result<PathBuf> {
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(DomainError::internal("a file name that is no SHA-256"));
        }
        let (first, second) = (hash.get(..2).unwrap_or("00"), hash.get(2..4).unwrap_or("00"));
        Ok(self.root.join(first).join(second).join(hash))
    }

    /// Makes a file's name as durable as its bytes: a rename is an entry in a folder, which has to be synced too, as has
    /// each folder that may be new. Where nothing is new it costs next to nothing.
    async fn keep_name(&self, place: &Path) -> Result<()> {
        for folder in folders_to(&self.root, place) {
            let folder = fs::File::open(folder).await.map_err(failed)?;
            folder.sync_all().await.map_err(failed)?;
        }
        Ok(())
    }
}

/// The folders whose entries lead from above `root` to a file.
fn folders_to<'a>(root: &'a Path, place: &'a Path) -> impl Iterator<Item = &'a Path> {
    let above = root.parent();
    place
        .ancestors()
        .skip(1)
        .take_while(move |folder| folder.starts_with(root) || Some(*folder) == above)
        .map(|folder| {
            if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            }
        })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: io::Error) -> DomainError {
    let text = format!("file store: {error}");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            DomainError::Store(StoreError::Full(text))
        }
        _ => DomainError::Internal(text),
    }
}

/// Runs what waits for the disk on a thread that may wait.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

/// A file that is open. Removing it takes its name away, not its bytes.
struct OpenFile {
    file: Arc<std::fs::File>,
    size: u64,
}

#[async_trait]
impl StoredFile for OpenFile {
    fn size(&self) -> u64 {
        self.size
    }

    async fn read(&self, start: u64, length: u64) -> Result<Vec<u8>> {
        let length = usize::try_from(length).map_err(DomainError::internal)?;
        let file = Arc::clone(&self.file);
        // Not `tokio::fs`, which would read into a buffer of its own first, and keep that for as long as the file is open.
        let read = beside(move || {
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, start)?;
            Ok(bytes)
        });
        read.await.map_err(failed)
    }
}

#[async_trait]
impl FileStore for DiskFiles {
    async fn put(&self, hash: &str, bytes: Vec<u8>) -> Result<()> {
        let place = self.place(hash)?;
        if fs::try_exists(&place).await.map_err(failed)? {
            // Whoever put it may not have got as far as this.
            return self.keep_name(&place).await;
        }
        let folder = place.parent().unwrap_or(&self.root);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .await
            .map_err(failed)?;
        // Written aside and renamed, so that a file under its name is always whole.
        let aside = tempfile::Builder::new()
            .prefix(".new")
            .tempfile_in(folder)
            .map_err(failed)?;
        let (file, path) = aside.into_parts();
        let mut file = fs::File::from_std(file);
        file.write_all(&bytes).await.map_err(failed)?;
        // The last write goes on behind `write_all`, and `sync_all` does not tell how it ended: without this, a file
        // that a full disk cut short would be taken for whole, and for ever.
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        path.persist(&place).map_err(|error| failed(error.error))?;
        self.keep_name(&place).await
    }

    async fn open(&self, hash: &str) -> Result<Option<Box<dyn StoredFile>>> {
        let place = self.place(hash)?;
        let opened = beside(move || {
            let file = std::fs::File::open(place)?;
            let size = file.metadata()?.len();
            let file = Arc::new(file);
            Ok(OpenFile { file, size })
        });
        match opened.await {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn remove(&self, hash: &str) -> Result<()> {
        match fs::remove_file(self.place(hash)?).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_on_the_way_is_synced() {
        let folders: Vec<_> = folders_to(Path::new("/d/media"), Path::new("/d/media/ab/cd/abcd")).collect();
        assert_eq!(
            folders,
            ["/d/media/ab/cd", "/d/media/ab", "/d/media", "/d"].map(Path::new)
        );
        let folders: Vec<_> = folders_to(Path::new("media"), Path::new("media/ab/cd/abcd")).collect();
        assert_eq!(folders, ["media/ab/cd", "media/ab", "media", "."].map(Path::new));
    }

    #[tokio::test]
    async fn put_get_remove() {
        let dir = tempfile::tempdir().unwrap();
        let files = DiskFiles::new(dir.path());
        let hash = entrenous_domain::secrets::sha256_hex(b"hello");
        assert!(files.open(&hash).await.unwrap().is_none());
        files.put(&hash, b"hello".to_vec()).await.unwrap();
        files.put(&hash, b"hello".to_vec()).await.unwrap();
        let file = files.open(&hash).await.unwrap().unwrap();
        assert_eq!(file.size(), 5);
        assert_eq!(file.read(0, 5).await.unwrap(), b"hello");
        assert_eq!(file.read(1, 3).await.unwrap(), b"ell");
        assert!(file.read(3, 3).await.is_err(), "not all of it is there");
        files.remove(&hash).await.unwrap();
        assert!(files.open(&hash).await.unwrap().is_none());
        assert_eq!(
            file.read(4, 1).await.unwrap(),
            b"o",
            "whoever has it open reads on"
        );
        assert!(files.open("../../etc/passwd").await.is_err());
    }
}
