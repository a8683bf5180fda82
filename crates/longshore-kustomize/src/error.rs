//! What can go wrong, in Kustomize's words.

use std::fmt;

use longshore_yaml::Kind;

use crate::resource::Resource;
use crate::spot::{Key, Source, Spot};

/// What an error is besides its text, where Kustomize does something else because of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Class {
    #[default]
    Other,
    /// A node of this kind stood where another was expected.
    NodeKind(Kind),
    /// A server answered, and not with the file.
    Http,
    /// It took too long.
    Timeout,
}

/// An error with the text that Kustomize prints behind `Error: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    text: String,
    class: Class,
    why: Option<Box<Why>>,
}

/// What is known of an error besides its text. Nothing of it is ever printed by `kustomize`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Why {
    /// Where it happened, the innermost kustomization first.
    pub(crate) spots: Vec<Spot>,
    /// What leads further into the file of the next spot, the innermost key last.
    keys: Vec<Key>,
    /// Objects that have to do with it, and what.
    pub(crate) about: Vec<About>,
    /// The next thing to do.
    pub(crate) hint: Option<String>,
}

/// How an error has to do with an object that was being changed.
pub(crate) const HERE: &str = "the object that was being changed";

/// An object that an error has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// What it has to do with it: `it is there already`.
    pub(crate) how: &'static str,
    /// Kind, name and namespace as they were read.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The same, for people.
    pub(crate) shown: String,
    /// What it was made by.
    pub(crate) source: Source,
    /// The same as a spot, once the build is over.
    pub(crate) spot: Option<Spot>,
}

impl Error {
    fn of(text: impl Into<String>, class: Class) -> Self {
        Self(Box::new(Inner { text: text.into(), class, why: None }))
    }

    /// An error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self::of(text, Class::Other)
    }

    /// A server's refusal of a file; it is not tried as anything else then.
    pub fn http(text: impl Into<String>) -> Self {
        Self::of(text, Class::Http)
    }

    /// Something that took too long.
    pub fn timeout(text: impl Into<String>) -> Self {
        Self::of(text, Class::Timeout)
    }

    /// The same error, of a node of this kind where another was expected.
    pub fn of_node_kind(mut self, kind: Kind) -> Self {
        self.0.class = Class::NodeKind(kind);
        self
    }

    /// The same error behind `prefix: `.
    pub fn wrapped(mut self, prefix: impl fmt::Display) -> Self {
        self.0.text = format!("{prefix}: {}", self.0.text);
        self
    }

    /// The same error in other words.
    pub(crate) fn reworded(mut self, text: impl Into<String>) -> Self {
        self.0.text = text.into();
        self
    }

    fn why_mut(&mut self) -> &mut Why {
        self.0.why.get_or_insert_default()
    }

    /// What is known of it besides its text.
    pub(crate) fn why(&self) -> Option<&Why> {
        self.0.why.as_deref()
    }

    /// The same error, further inside of what will be named next.
    pub(crate) fn under(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        let inner = &mut self.why_mut().keys;
        inner.splice(..0, keys);
        self
    }

    /// The same error, which happened here, or where the keys lead that were given before.
    pub(crate) fn at(mut self, spot: Spot) -> Self {
        let why = self.why_mut();
        let keys = std::mem::take(&mut why.keys);
        why.spots.push(spot.under(keys));
        self
    }

    /// The same error, which happened here unless it is known where.
    pub(crate) fn or_at(self, spot: impl FnOnce() -> Spot) -> Self {
        if self.why().is_some_and(|why| !why.spots.is_empty()) { self } else { self.at(spot()) }
    }

    /// The same error; where it happened is taken from another one if nothing is known of that.
    pub(crate) fn or_where(mut self, other: &Self) -> Self {
        if self.why().is_none_or(|why| why.spots.is_empty())
            && let Some(why) = &other.0.why
        {
            self.0.why = Some(why.clone());
        }
        self
    }

    /// The same error, with the next thing to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.why_mut().hint.get_or_insert_with(|| hint.into());
        self
    }

    /// The same error, which has to do with an object.
    pub(crate) fn about(mut self, how: &'static str, resource: &Resource) -> Self {
        let (kind, name) = resource.first_name();
        let shown = format!("{} `{}`", resource.kind(), resource.name());
        let source = resource.source();
        self.why_mut().about.push(About { how, kind, name, shown, source, spot: None });
        self
    }

    /// Tells the spots of the objects that it has to do with.
    pub(crate) fn settle(mut self, spots: &crate::spot::Spots) -> Self {
        for about in self.0.why.iter_mut().flat_map(|why| &mut why.about) {
            about.spot = about.spot.take().or_else(|| spots.get(about.source).cloned());
        }
        self
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The kind of a node that stood where another was expected.
    pub fn node_kind(&self) -> Option<Kind> {
        match self.0.class {
            Class::NodeKind(kind) => Some(kind),
            _ => None,
        }
    }

    /// Whether a server refused a file.
    pub fn is_http(&self) -> bool {
        self.0.class == Class::Http
    }

    /// Whether something took too long.
    pub fn is_timeout(&self) -> bool {
        self.0.class == Class::Timeout
    }

    /// Whether a file was no YAML; Kustomize looks at the text.
    pub fn is_malformed_yaml(&self) -> bool {
        self.0.text.contains("MalformedYAMLError")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}

impl From<longshore_yaml::Error> for Error {
    fn from(error: longshore_yaml::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Says of an error what was being done, and where.
pub trait Context<T> {
    /// The same result, an error of which stands behind `prefix: `.
    ///
    /// # Errors
    /// The same error.
    fn context(self, prefix: impl FnOnce() -> String) -> Result<T, Error>;

    /// The same result, an error of which happened here.
    ///
    /// # Errors
    /// The same error.
    fn at(self, spot: impl FnOnce() -> Spot) -> Result<T, Error>;

    /// The same result, an error of which happened further inside of what will be named next.
    ///
    /// # Errors
    /// The same error.
    fn under<const N: usize>(self, keys: [Key; N]) -> Result<T, Error>;
}

impl<T, E: Into<Error>> Context<T> for Result<T, E> {
    fn context(self, prefix: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| error.into().wrapped(prefix()))
    }

    fn at(self, spot: impl FnOnce() -> Spot) -> Result<T, Error> {
        self.map_err(|error| error.into().at(spot()))
    }

    fn under<const N: usize>(self, keys: [Key; N]) -> Result<T, Error> {
        self.map_err(|error| error.into().under(keys))
    }
}
