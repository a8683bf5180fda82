//! The walk over a kustomization and all that it builds on.

use longshore_go::strconv::quoted;
use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use super::place;
use super::tree::Tree;
use super::view::View;
use crate::edit::{objects_of, text_of};
use crate::error::{Context, Error};
use crate::generate;
use crate::kustomization::{Kustomization, schema};
use crate::loader::{is_url, join};
use crate::remote::Repository;
use crate::resource::{self, Resource};
use crate::resources::Resources;
use crate::scope::Scopes;

/// A kustomization that is being localized.
pub(super) struct Walk<'f, 'b, 't> {
    pub(super) view: View<'f, 'b>,
    /// Its folder's path below the destination.
    pub(super) place: String,
    pub(super) tree: &'t mut Tree,
    pub(super) scopes: &'t Scopes,
}

/// What localizes the path that a field has: it gives back the new one.
type Localize<'w, 'f, 'b, 't> = fn(&mut Walk<'f, 'b, 't>, &str) -> Result<String, Error>;

impl<'f, 'b, 't> Walk<'f, 'b, 't> {
    /// Localizes what the kustomization names, then the kustomization file.
    pub(super) fn localize(&mut self) -> Result<(), Error> {
        let (name, text) = self.view.loader.kustomization_file()?;
        Kustomization::decode(&text)?;
        let value = sigs::to_value(&text).context(|| String::from("invalid Kustomization"))?;
        let fields = schema::complete(&value);
        self.localize_fields(&fields)?;
        for field in ["generators", "transformers", "validators"] {
            self.texts(&fields, field, |walk, entry| walk.localize_plugins(field, entry))?;
        }
        let content = sigs::marshal(&schema::shown_all(&fields))
            .context(|| String::from("unable to serialize localized kustomization file"))?;
        self.tree
            .write(&join(&self.place, name), content)
            .context(|| String::from("unable to write localized kustomization file"))
    }

    /// The fields that have paths. The first ones are gone through in the order of their names, in which upstream's is
    /// random.
    fn localize_fields(&mut self, fields: &Map) -> Result<(), Error> {
        if let Some(Value::Map(openapi)) = fields.get(b"openapi") {
            self.text(&openapi, "path", Self::localize_file)
                .context(|| String::from("unable to localize openapi path"))?;
        }
        let lists: [(&str, Localize<'_, 'f, 'b, 't>); 5] = [
            ("bases", Self::localize_root),
            ("components", Self::localize_root),
            ("configurations", Self::localize_file),
            ("crds", Self::localize_file),
            ("resources", Self::localize_resource),
        ];
        for (field, localize) in lists {
            self.texts(fields, field, localize).context(|| format!("unable to localize {field} entry"))?;
        }
        for field in ["configMapGenerator", "secretGenerator"] {
            for generator in objects_of(fields, field) {
                self.localize_generator(&generator).context(|| format!("unable to localize {field}"))?;
            }
        }
        self.localize_charts(fields)?;
        for field in ["patches", "patchesJson6902"] {
            for patch in objects_of(fields, field) {
                self.text(&patch, "path", Self::localize_file)
                    .context(|| format!("unable to localize {field}"))?;
            }
        }
        self.texts(fields, "patchesStrategicMerge", Self::localize_object)
            .context(|| String::from("unable to localize patchesStrategicMerge entry"))?;
        for replacement in objects_of(fields, "replacements") {
            self.text(&replacement, "path", Self::localize_file)
                .context(|| String::from("unable to localize replacements entry"))?;
        }
        Ok(())
    }

    fn localize_generator(&mut self, generator: &Map) -> Result<(), Error> {
        self.text(generator, "env", Self::localize_file)
            .context(|| String::from("unable to localize generator env file"))?;
        self.texts(generator, "envs", Self::localize_file)
            .context(|| String::from("unable to localize generator envs file"))?;
        self.texts(generator, "files", Self::localize_source)
    }

    /// `path`, or `key=path`.
    pub(super) fn localize_source(&mut self, source: &str) -> Result<String, Error> {
        let (key, path) = generate::file_source(source)?;
        let localized =
            self.localize_file(path).context(|| format!("invalid file source {}", quoted(source)))?;
        Ok(if source == path { localized } else { format!("{key}={localized}") })
    }

    /// An entry of `resources`: a file with objects, else a folder or a repository.
    fn localize_resource(&mut self, path: &str) -> Result<String, Error> {
        let as_file = self.load(path).and_then(|content| {
            // What a web server answers for a repository is a page, and no objects.
            self.objects(&content).context(|| format!("invalid resource at file {}", quoted(path)))?;
            self.write(path, content)
        });
        as_file.or_else(|no_file| {
            self.localize_root(path).map_err(|no_root| {
                let path = quoted(path);
                Error::new(format!(
                    "could not localize path {path} as file: {no_file}; could not localize path {path} as directory: {no_root}"
                ))
            })
        })
    }

    /// A file, if there is a path.
    pub(super) fn localize_file(&mut self, path: &str) -> Result<String, Error> {
        if path.is_empty() {
            return Ok(String::new());
        }
        let content = self.load(path)?;
        self.write(path, content)
    }

    /// The bytes of a file, or behind a URL. What is to be written counts as there already.
    fn load(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.view.load(path).map_err(|error| match self.view.place_in_destination(path) {
            Some(place) if self.tree.has_file(&place) => {
                self.view.entered(path, &join(self.view.loader.root(), path))
            }
            _ => error,
        })
    }

    /// Writes what a path led to, and gives back where it is now.
    pub(super) fn write(&mut self, path: &str, content: Vec<u8>) -> Result<String, Error> {
        let localized = if is_url(path) {
            self.check_free("file", path)?;
            place::of_file(path)?
        } else {
            // Links are not made anew: what they lead to is.
            self.view.real_place(path)?
        };
        let place = join(&self.place, &localized);
        let folder = place.rsplit_once('/').map_or(".", |(folder, _)| folder);
        self.tree
            .make_folder(folder)
            .context(|| format!("unable to create directories to localize file {}", quoted(path)))?;
        self.tree.write(&place, content).context(|| format!("unable to localize file {}", quoted(path)))?;
        Ok(localized)
    }

    /// A folder or repository with a kustomization, if there is a path.
    fn localize_root(&mut self, path: &str) -> Result<String, Error> {
        if path.is_empty() {
            return Ok(String::new());
        }
        let view = self.view.descend(path)?;
        let root = view.loader.root();
        let localized = match (view.loader.own_copy(), Repository::parse(path)) {
            (Some(copy), Ok(repository)) => {
                self.check_free("root", path)?;
                place::of_root(path, &repository, copy, root)?
            }
            _ => place::relative(self.view.loader.root(), root),
        };
        let place = join(&self.place, &localized);
        self.tree
            .make_folder(&place)
            .context(|| format!("unable to create root {} in localize destination", quoted(path)))?;
        Walk { view, place, tree: self.tree, scopes: self.scopes }
            .localize()
            .context(|| format!("unable to localize root {}", quoted(path)))?;
        Ok(localized)
    }

    /// Refuses to mix things from elsewhere with what is there.
    fn check_free(&self, what: &str, path: &str) -> Result<(), Error> {
        if !self.view.has(place::FOLDER) {
            return Ok(());
        }
        Err(Error::new(format!(
            "{} already contains {} needed to store {what} {}",
            self.view.loader.root(),
            place::FOLDER,
            quoted(path)
        )))
    }

    /// Objects that stand in the entry itself, or the path of a file with such.
    pub(super) fn localize_object(&mut self, entry: &str) -> Result<String, Error> {
        let (_, is_file) = self.load_objects(entry)?;
        if is_file { self.localize_file(entry) } else { Ok(entry.to_owned()) }
    }

    /// The objects of an entry, and whether it is the path of a file with them.
    pub(super) fn load_objects(&self, entry: &str) -> Result<(Vec<Resource>, bool), Error> {
        let no_text = match self.objects(entry.as_bytes()) {
            Ok(objects) => return Ok((objects, false)),
            Err(error) => error,
        };
        let of_file = || {
            let content = self.load(entry)?;
            self.objects(&content).map_err(|error| resource::of_file(error, entry))
        };
        of_file().map(|objects| (objects, true)).map_err(|no_file| {
            Error::new(format!(
                "unable to load resource entry {}: when parsing as inline received error: {no_text}\n\
                 when parsing as filepath received error: {no_file}",
                quoted(entry)
            ))
        })
    }

    fn objects(&self, content: &[u8]) -> Result<Vec<Resource>, Error> {
        let list = resource::read(content)?;
        Ok(Resources::distinct(list, self.scopes)?.into_list())
    }

    /// Localizes a field of an object, if it is there.
    pub(super) fn text(
        &mut self,
        object: &Map,
        field: &str,
        localize: Localize<'_, 'f, 'b, 't>,
    ) -> Result<(), Error> {
        if object.contains_key(field.as_bytes()) {
            let localized = localize(self, &text_of(object, field))?;
            object.insert(field, Value::str(localized));
        }
        Ok(())
    }

    /// Localizes the texts of a list.
    pub(super) fn texts(
        &mut self,
        object: &Map,
        field: &str,
        mut localize: impl FnMut(&mut Self, &str) -> Result<String, Error>,
    ) -> Result<(), Error> {
        let Some(Value::List(list)) = object.get(field.as_bytes()) else { return Ok(()) };
        let text =
            |item: &Value| item.as_str().map(|text| text.to_str_lossy().into_owned()).unwrap_or_default();
        let localized: Vec<Value> =
            list.iter().map(|item| localize(self, &text(item)).map(Value::str)).collect::<Result<_, _>>()?;
        object.insert(field, Value::list(localized));
        Ok(())
    }
}
