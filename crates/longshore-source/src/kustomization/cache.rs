//! What was fetched once, kept between builds: files behind URLs, and folders of git repositories as archives.
//!
//! Contents are stored under their SHA-256 (`contents/DIGEST`), and what an address led to last is a small record under
//! the SHA-256 of the address (`records/DIGEST.json`), so that no address can be read from a name. A content whose digest
//! is not its name is thrown away and counts as not there. Everything is written to a temporary file and renamed: builds
//! that run at once see the old or the new, never a part. Nothing here is needed: whoever finds nothing fetches anew, and
//! deleting the folder costs only time.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// Most bytes of all contents; beyond that those go that were not used for the longest time.
const MAX_BYTES: u64 = 4 << 30;

/// Most bytes of a record.
const MAX_RECORD: u64 = 64 << 10;

/// A folder with what was fetched.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
    max_bytes: u64,
}

/// What an address led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The SHA-256 of the content, in hexadecimal digits.
    pub(super) digest: String,
    /// What the server calls this state of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    /// The commit that the folder was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) commit: Option<String>,
}

/// What an address is remembered by: whatever tells it from others.
pub(super) struct Key(String);

impl Key {
    /// The key of these parts, of which none has a NUL in it.
    pub(super) fn of(parts: &[&str]) -> Self {
        Self(hex(digest(&SHA256, parts.join("\0").as_bytes()).as_ref()))
    }
}

impl Cache {
    /// The cache in a folder, which need not be there.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), max_bytes: MAX_BYTES }
    }

    /// What an address led to last.
    pub(super) fn recall(&self, key: &Key) -> Option<Record> {
        read_record(File::open(self.record(key)).ok()?)
    }

    /// Opens the content of a record, if it is there and unbroken.
    pub(super) fn open(&self, record: &Record) -> Option<File> {
        let path = self.content(&record.digest);
        let mut file = File::open(&path).ok()?;
        let mut writer = Digest::default();
        let is_whole = io::copy(&mut file, &mut writer).is_ok() && writer.text() == record.digest;
        if !is_whole {
            let _ = fs::remove_file(&path);
            return None;
        }
        // What is used stays.
        let _ = file.set_modified(SystemTime::now());
        file.rewind().ok()?;
        Some(file)
    }

    /// Reads the content whose digest is known, if it is there and unbroken, wherever it came from.
    pub(super) fn known(&self, digest: &str) -> Option<Vec<u8>> {
        let record = Record { digest: digest.to_owned(), tag: None, commit: None };
        is_digest(digest).then(|| self.read(&record)).flatten()
    }

    /// Reads the content of a record, as [`Cache::open`].
    pub(super) fn read(&self, record: &Record) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(record)?.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Stores what `write` writes, and gives back its digest.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn store(
        &self,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> io::Result<String> {
        let mut file = self.temporary("contents")?;
        let mut both = Both { file: file.as_file_mut(), digest: Digest::default() };
        write(&mut both)?;
        let digest = both.digest.text();
        file.persist(self.content(&digest)).map_err(|error| error.error)?;
        self.shrink(&digest);
        Ok(digest)
    }

    /// Notes what an address led to.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn note(&self, key: &Key, record: &Record) -> io::Result<()> {
        let mut file = self.temporary("records")?;
        file.write_all(&serde_json::to_vec(record)?)?;
        file.persist(self.record(key)).map(drop).map_err(|error| error.error)
    }

    fn content(&self, digest: &str) -> PathBuf {
        self.folder.join("contents").join(digest)
    }

    fn record(&self, key: &Key) -> PathBuf {
        self.folder.join("records").join(format!("{}.json", key.0))
    }

    /// A file beside those that it shall be one of; nobody else may look into the folder.
    fn temporary(&self, below: &str) -> io::Result<NamedTempFile> {
        let folder = self.folder.join(below);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        tempfile::Builder::new().prefix(".new-").tempfile_in(folder)
    }

    /// Removes what was not used for the longest time, but for one content, until the rest is not too much.
    fn shrink(&self, keep: &str) {
        let Ok(entries) = fs::read_dir(self.folder.join("contents")) else { return };
        let of = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), entry.path()))
        };
        let mut all: Vec<_> = entries.filter_map(|entry| of(entry.ok()?)).collect();
        let mut total: u64 = all.iter().map(|(_, bytes, _)| bytes).sum();
        if total <= self.max_bytes {
            return;
        }
        all.sort_unstable();
        for (_, bytes, path) in all {
            if total <= self.max_bytes {
                break;
            }
            if !path.ends_with(keep) && fs::remove_file(&path).is_ok() {
                total -= bytes;
            }
        }
        self.forget_lost();
    }

    /// Removes the records of contents that are gone.
    fn forget_lost(&self) {
        for entry in fs::read_dir(self.folder.join("records")).into_iter().flatten().flatten() {
            let path = entry.path();
            let record = File::open(&path).ok().and_then(read_record);
            if record.is_some_and(|record| !self.content(&record.digest).exists()) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Reads a record, if it is one.
fn read_record(file: File) -> Option<Record> {
    let record: Record = serde_json::from_reader(file.take(MAX_RECORD)).ok()?;
    is_digest(&record.digest).then_some(record)
}

/// Whether a text is the name of a content: it becomes part of a path.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Takes the SHA-256 of what is written.
struct Digest(Context);

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digest {
    fn text(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file, and the digest of what it gets.
struct Both<'f> {
    file: &'f mut File,
    digest: Digest,
}

impl io::Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.0.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(cache: &Cache, text: &str) -> Record {
        let digest = cache.store(|file| file.write_all(text.as_bytes())).unwrap();
        Record { digest, tag: None, commit: None }
    }

    #[test]
    fn what_is_broken_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(&folder.path().join("a/b"));
        let (key, record) = (Key::of(&["file", "https://x.example/a"]), store(&cache, "one"));
        assert_eq!(cache.recall(&key), None);
        cache.note(&key, &record).unwrap();
        assert_eq!(cache.recall(&key).and_then(|record| cache.read(&record)), Some(b"one".to_vec()));

        fs::write(cache.content(&record.digest), "two").unwrap();
        assert_eq!(cache.read(&record), None);
        assert!(!cache.content(&record.digest).exists());
        assert_eq!(store(&cache, "one"), record);
        assert_eq!(cache.read(&record), Some(b"one".to_vec()));

        fs::write(cache.record(&key), "{\"digest\": \"../../x\"}").unwrap();
        assert_eq!(cache.recall(&key), None);
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache { max_bytes: 8, ..Cache::new(folder.path()) };
        let old = store(&cache, "aaaa");
        let used = store(&cache, "bbbb");
        let long_ago = SystemTime::UNIX_EPOCH;
        for record in [&old, &used] {
            File::open(cache.content(&record.digest)).unwrap().set_modified(long_ago).unwrap();
        }
        assert!(cache.open(&used).is_some());
        let keys = [&old, &used].map(|record| Key::of(&[&record.digest]));
        cache.note(&keys[0], &old).unwrap();
        cache.note(&keys[1], &used).unwrap();
        let new = store(&cache, "cccc");
        assert!(cache.open(&old).is_none());
        assert!(cache.open(&used).is_some() && cache.open(&new).is_some());
        assert_eq!([cache.recall(&keys[0]), cache.recall(&keys[1])], [None, Some(used)]);
    }
}
