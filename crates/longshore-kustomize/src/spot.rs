//! Places in the files of a kustomization, told by the fields and items that lead there.
//!
//! A build that goes well never asks for lines. So nothing but names and numbers is kept of where something was said; the
//! file is read again, with its lines, when somebody wants to know (`lines.rs`).

use std::fmt;
use std::sync::Arc;

/// One step into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The field of a mapping.
    Field(&'static str),
    /// The item of a list, from 0.
    Item(usize),
    /// The item of a list that names a file, and the item in that file.
    FileItem(usize, usize),
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The folder of the kustomization, absolute.
    pub folder: Arc<str>,
    /// The file, as the kustomization names it; seen from the folder.
    pub file: Arc<str>,
    /// The way into the file; nothing for the file as a whole.
    pub path: Vec<Key>,
}

impl Spot {
    /// A file as a whole.
    pub fn file(folder: &Arc<str>, file: &str) -> Self {
        Self { folder: Arc::clone(folder), file: file.into(), path: Vec::new() }
    }

    /// The same, further into the file.
    pub fn under(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.path.extend(keys);
        self
    }

    /// The field of the top of the file that the way begins with.
    pub fn field(&self) -> Option<&'static str> {
        match self.path.first() {
            Some(Key::Field(name)) => Some(name),
            _ => None,
        }
    }
}

/// The way as people write it: `patches[0].path`.
///
/// ```
/// use longshore_kustomize::spot::{Key, Spot};
/// let spot = Spot::file(&"/app".into(), "kustomization.yaml").under([Key::Field("patches"), Key::Item(0), Key::Field("path")]);
/// assert_eq!(spot.to_string(), "patches[0].path");
/// ```
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.path.iter().enumerate() {
            match key {
                Key::Field(name) if at == 0 => f.write_str(name)?,
                Key::Field(name) => write!(f, ".{name}")?,
                Key::Item(number) | Key::FileItem(number, _) => write!(f, "[{number}]")?,
            }
        }
        Ok(())
    }
}

/// Which of a build's spots something comes from; none is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source(u32);

/// The spots that resources and transformers come from.
#[derive(Debug, Default)]
pub struct Spots(Vec<Spot>);

impl Spots {
    /// Keeps a spot.
    pub fn add(&mut self, spot: Spot) -> Source {
        self.0.push(spot);
        Source(u32::try_from(self.0.len()).unwrap_or_default())
    }

    /// A spot that was kept.
    pub fn get(&self, source: Source) -> Option<&Spot> {
        self.0.get((source.0 as usize).checked_sub(1)?)
    }
}
