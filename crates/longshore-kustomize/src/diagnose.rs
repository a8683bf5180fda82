//! Errors and findings of a build as diagnostics: file, line, the kustomizations that led there, the next thing to do.
//!
//! The text of an error is Kustomize's and stays what it is; what is said here stands beside it. Files are read again for
//! it, with their lines: a build that goes well pays nothing.

mod entry;
mod file;
mod hint;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::Node;

use crate::build::Built;
use crate::error::{About, Error, Why};
use crate::field;
use crate::files::Files;
use crate::finding::Finding;
pub use crate::lines::mentions_secrets;
use crate::lines::{Lines, path_of};
use crate::output;
use crate::resource::Resource;
use crate::spot::Spot;

/// Objects that are named with an error.
const MOST_OBJECTS: usize = 6;

/// Tells errors and findings of one build.
///
/// ```
/// use longshore_diag::{Render, Style};
/// use longshore_kustomize::diagnose::Teller;
/// use longshore_kustomize::{Error, Files, Options, Resolved, build};
/// # struct One;
/// # impl Files for One {
/// #     fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
/// #         if path == "/app/kustomization.yaml" { Ok(b"nameprefx: a-\n".to_vec()) } else { Err(Error::new("none")) }
/// #     }
/// #     fn resolve(&self, path: &str) -> Result<Resolved, Error> {
/// #         let file = path.strip_prefix("/app/").unwrap_or_default().to_owned();
/// #         Ok(Resolved { folder: String::from("/app"), file })
/// #     }
/// # }
/// let built = build(&One, "/app", &Options::default());
/// let error = built.resources.expect_err("the field is misspelt");
/// let teller = Teller::new(&One);
/// let diagnostic = teller.error(&error, "/app");
/// assert_eq!(diagnostic.to_string(), "kustomization.yaml:1:1: a kustomization has no field `nameprefx` (did you mean `namePrefix`?)");
/// ```
pub struct Teller<'f> {
    lines: Lines<'f>,
}

impl<'f> Teller<'f> {
    /// For a build of these files.
    pub fn new(files: &'f dyn Files) -> Self {
        Self { lines: Lines::new(files) }
    }

    /// Why the build of a folder failed. The message is short: the error's own text says the rest.
    pub fn error(&self, error: &Error, folder: &str) -> Diagnostic {
        let folder = &self.lines.absolute(folder);
        let none = Why::default();
        let why = error.why().unwrap_or(&none);
        let Some((spot, outer)) = why.spots.split_first() else {
            let twice = why.about.first().and_then(|about| self.with_repeated_key(about));
            return twice.unwrap_or_else(|| self.with_objects(self.of_folder(error, folder), &why.about));
        };
        // Who names a file is one step further out, and part of the way as well.
        let mut diagnostic = if spot.path.is_empty() {
            self.of_file(error, spot, outer.first())
        } else {
            self.of_entry(error, spot, outer)
        };
        if let Some(hint) = &why.hint {
            diagnostic.hint = Some(hint.clone());
        } else if diagnostic.hint.is_none() {
            diagnostic.hint = hint::of(error.text());
        }
        let diagnostic = self.with_objects(diagnostic, &why.about);
        self.with_chain(diagnostic, spot, outer)
    }

    /// An entry that matched nothing.
    pub fn finding(&self, finding: &Finding) -> Diagnostic {
        let mut diagnostic = Diagnostic::warning(finding.code, finding.message.clone());
        diagnostic.hint.clone_from(&finding.hint);
        let Some((spot, outer)) = finding.spots.split_first() else { return diagnostic };
        diagnostic.place = Some(self.lines.place(spot));
        self.with_chain(diagnostic, spot, outer)
    }

    /// Where a resource of a build comes from: its file, or the entry that made it.
    pub fn origin(&self, built: &Built, resource: &Resource) -> Option<Place> {
        let spot = built.spots.get(resource.source())?;
        let of_file = || Place::file(self.lines.shown(&path_of(spot)));
        Some(if spot.path.is_empty() { of_file() } else { self.lines.place(spot) })
    }

    /// The text of a file by the name that places have for it; nothing of files that hold Secrets.
    pub fn source(&self, file: &str) -> Option<String> {
        self.lines.text(file)
    }

    /// An error of which no place is known: the folder itself is the matter.
    fn of_folder(&self, error: &Error, folder: &str) -> Diagnostic {
        let text = error.text();
        let shown = self.lines.shown(folder);
        if text.starts_with("unable to find one of 'kustomization.yaml'") {
            return hint::no_kustomization(&shown, folder, self.lines.files());
        }
        if text.starts_with("Found multiple kustomization files") {
            return Diagnostic::error(
                "kustomize/files",
                format!("`{shown}` has more than one kustomization file"),
            )
            .hint("keep one of `kustomization.yaml`, `kustomization.yml` and `Kustomization`");
        }
        if text.ends_with("file is not directory") {
            let above = shown.rsplit_once('/').map_or(".", |(above, _)| above);
            return Diagnostic::error("kustomize/missing", format!("`{shown}` is a file, and no folder"))
                .hint(format!("name the folder: `{above}`"));
        }
        let missing = hint::missing(folder, "", self.lines.files());
        let known = entry::TABLE.iter().find(|(words, ..)| text.contains(words));
        let mut diagnostic = match (known, &missing) {
            (_, Some(_)) => Diagnostic::error("kustomize/missing", format!("`{shown}` is not there")),
            (Some((_, code, what)), None) => {
                Diagnostic::error(code, what.replace("{}", &format!("`{shown}`")))
            }
            (None, None) => Diagnostic::error("kustomize/build", format!("`{shown}` cannot be built")),
        };
        diagnostic.hint = error.why().and_then(|why| why.hint.clone()).or(missing).or_else(|| hint::of(text));
        diagnostic
    }

    /// An object that has a key twice, which is seen when it is written.
    fn with_repeated_key(&self, about: &About) -> Option<Diagnostic> {
        let spot = about.spot.as_ref().filter(|spot| about.how == output::WRITTEN && spot.path.is_empty())?;
        let path = path_of(spot);
        let file = self.lines.file(&path)?;
        self.repeated(&path, file.object(&about.kind, &about.name)?)
    }

    /// A key that a node has twice.
    fn repeated(&self, path: &str, node: &Node) -> Option<Diagnostic> {
        let repeated = node.duplicate_keys().into_iter().next()?;
        let shown = self.lines.shown(path);
        let place = |(line, column): (u32, u32)| {
            Place::new(shown.clone(), line, column).spanning(repeated.key.chars().count())
        };
        let way: Vec<&str> = repeated.path.iter().chain([&repeated.key]).map(String::as_str).collect();
        let message = format!("`{}` is there twice", way.join("."));
        let diagnostic = Diagnostic::error("kustomize/repeated-key", message).at(place(repeated.second));
        Some(
            diagnostic
                .within("the first one is here", Some(place(repeated.first)))
                .hint("make one of the two"),
        )
    }

    /// Adds the objects that an error has to do with, each with its place.
    fn with_objects(&self, mut diagnostic: Diagnostic, about: &[About]) -> Diagnostic {
        for object in about.iter().take(MOST_OBJECTS) {
            let place = object.spot.as_ref().map(|spot| self.place_of(spot, &object.kind, &object.name));
            diagnostic = diagnostic.within(format!("{}: {}", object.how, object.shown), place);
        }
        if about.len() > MOST_OBJECTS {
            diagnostic = diagnostic.note(format!("… and {} more", about.len() - MOST_OBJECTS));
        }
        diagnostic
    }

    /// The place of an object that comes from a spot.
    pub(crate) fn place_of(&self, spot: &Spot, kind: &str, name: &str) -> Place {
        if !spot.path.is_empty() {
            return self.lines.place(spot);
        }
        let path = path_of(spot);
        let place = Place::file(self.lines.shown(&path));
        let Some(file) = self.lines.file(&path) else { return place };
        // Items of lists were read from JSON, but stand here with their lines.
        let Some(object) = file.object(kind, name) else { return place };
        let named = field::get(object, "metadata").and_then(|metadata| field::get(metadata, "name"));
        self.lines.at(&path, named.unwrap_or(object))
    }

    /// Adds the kustomizations that led to a spot.
    fn with_chain(&self, mut diagnostic: Diagnostic, spot: &Spot, outer: &[Spot]) -> Diagnostic {
        let mut folders = vec![&spot.folder];
        for (at, step) in outer.iter().enumerate() {
            // The entry that names a file is of the same kustomization as the file.
            let is_own = at == 0 && spot.path.is_empty() && step.folder == spot.folder;
            let doing = match step.field() {
                _ if is_own => String::from("which is named here"),
                Some("components") => String::from("the component is named here"),
                _ => String::from("the kustomization is named here"),
            };
            diagnostic = diagnostic.within(doing, Some(self.lines.place(step)));
            if **folders[folders.len() - 1] != *step.folder {
                folders.push(&step.folder);
            }
        }
        if folders.len() > 1 {
            diagnostic = diagnostic.note(format!("the way there: {}", self.way(&folders)));
        }
        diagnostic
    }

    /// Folders, the outermost first, each as the one before names it: `overlays/prod → ../../base`.
    fn way(&self, innermost_first: &[&std::sync::Arc<str>]) -> String {
        let mut way = String::new();
        let mut before: Option<&str> = None;
        for folder in innermost_first.iter().rev() {
            match before {
                None => way.push_str(&self.lines.shown(folder)),
                Some(before) => {
                    way.push_str(" → ");
                    way.push_str(&self.lines.named_from(before, folder));
                }
            }
            before = Some(folder);
        }
        way
    }
}
