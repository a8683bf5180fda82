//! Documents of schemas: which parts have a name of their own, and by which draft each is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use longshore_go::url::Url;

use super::address::{below, join, lookup, quoted, shown, split, split_fragment};
use super::draft::{Draft, Shape};
use super::json::Json;
use super::{meta, validate};

/// A part of a document with an address of its own; the first is the document itself.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) url: String,
    pub(super) draft: Draft,
    /// Names of places, and pointers to them.
    pub(super) anchors: BTreeMap<String, String>,
    /// The names that are looked for along the way.
    pub(super) dynamic: Vec<String>,
}

/// A document.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) url: Arc<str>,
    pub(super) document: Arc<Json>,
    /// By the pointers to them.
    pub(super) resources: BTreeMap<String, Resource>,
    /// The pointers of the resources, by their addresses.
    by_url: BTreeMap<String, String>,
    /// Pointers to what is known to be a schema.
    seen: BTreeSet<String>,
}

impl Root {
    /// The resource that a place belongs to: its pointer, and itself.
    pub(super) fn resource(&self, pointer: &str) -> (&str, &Resource) {
        let mut pointer = pointer;
        loop {
            if let Some((pointer, resource)) = self.resources.get_key_value(pointer) {
                return (pointer, resource);
            }
            pointer = pointer.rfind('/').map_or("", |slash| &pointer[..slash]);
        }
    }

    /// The pointer that a fragment means in the resource at `base`.
    fn fragment(&self, fragment: &str, base: &str) -> Result<String, String> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(format!("{base}{fragment}"));
        }
        let (_, resource) = self.resource(base);
        resource.anchors.get(fragment).cloned().ok_or_else(|| {
            let reference = shown(&resource.url, fragment);
            format!("anchor in {} not found in schema {}", quoted(&reference), quoted(&self.url))
        })
    }

    /// The pointer to a place of this document; none if the address is another one.
    pub(super) fn resolve(&self, url: &str, fragment: &str) -> Option<Result<String, String>> {
        let base = if url == &*self.url { "" } else { self.by_url.get(url)? };
        Some(self.fragment(fragment, base))
    }

    /// Notes a schema and those in it.
    fn collect(
        &mut self,
        documents: &mut Documents,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: Draft,
    ) -> Result<(), String> {
        if !self.seen.contains(pointer) {
            self.collect_new(documents, schema, base, pointer, fallback)?;
            self.seen.insert(pointer.to_owned());
        }
        Ok(())
    }

    fn collect_new(
        &mut self,
        documents: &mut Documents,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: Draft,
    ) -> Result<(), String> {
        let plain =
            |draft| Resource { url: base.to_owned(), draft, anchors: BTreeMap::new(), dynamic: Vec::new() };
        if !matches!(schema, Json::Object(_)) {
            if pointer.is_empty() {
                self.resources.insert(String::new(), plain(fallback));
            }
            return Ok(());
        }
        let mut named = schema.get("$schema").is_some_and(|name| name.as_str().is_some());
        let mut draft = documents.draft(&self.url, pointer, schema, fallback, &mut BTreeSet::new())?;
        let mut id = draft.id(schema);
        if id.is_none() && !pointer.is_empty() {
            // `$schema` counts where a resource begins.
            draft = fallback;
            named = false;
            id = draft.id(schema);
        }
        let mut base = base.to_owned();
        if let Some(id) = id {
            base = join(&base, id)
                .map_err(|_| format!("error in parsing id at {}", quoted(&shown(&self.url, pointer))))?
                .0;
        }
        if id.is_some() || pointer.is_empty() {
            match self.by_url.get(&base) {
                Some(other) if other != pointer => {
                    return Err(format!(
                        "duplicate id {} in {} at {} and {}",
                        quoted(&base),
                        quoted(&self.url),
                        quoted(pointer),
                        quoted(other)
                    ));
                }
                Some(_) => {}
                None => {
                    let draft = if named { draft } else { fallback };
                    self.by_url.insert(base.clone(), pointer.to_owned());
                    self.resources.insert(pointer.to_owned(), Resource { url: base.clone(), ..plain(draft) });
                }
            }
        }
        let Some(own) = self.by_url.get(&base).cloned() else { return Ok(()) };
        let own_draft = self.anchors(schema, pointer, &own)?;
        for (keyword, shape) in draft.positions() {
            let Some(value) = schema.get(keyword) else { continue };
            let place = below(pointer, keyword);
            match (shape, value) {
                (Shape::Itself, schema) => self.collect(documents, schema, &base, &place, own_draft)?,
                (Shape::Items, Json::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.collect(documents, item, &base, &format!("{place}/{index}"), own_draft)?;
                    }
                }
                (Shape::Values, Json::Object(map)) => {
                    for (key, value) in map {
                        self.collect(documents, value, &base, &below(&place, key), own_draft)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes the names that a schema has in the resource at `own`, whose draft this returns.
    fn anchors(&mut self, schema: &Json, pointer: &str, own: &str) -> Result<Draft, String> {
        let resource = self.resources.get_mut(own).expect("a place's resource was noted before it");
        let draft = resource.draft;
        let mut names: Vec<String> = Vec::new();
        let text = |keyword: &str| schema.get(keyword).and_then(Json::as_str);
        if draft >= Draft::V2019 {
            names.extend(text("$anchor").map(str::to_owned));
        } else if schema.get("$ref").is_none()
            && let Some(id) = text(draft.id_keyword())
        {
            let wrong = || format!("error in parsing anchor at {}", quoted(&shown(&self.url, pointer)));
            let (_, name) = split_fragment(id).map_err(|_| wrong())?;
            names.extend(Some(name).filter(|name| !name.is_empty() && !name.starts_with('/')));
        }
        if draft >= Draft::V2020
            && let Some(name) = text("$dynamicAnchor")
        {
            names.push(name.to_owned());
            resource.dynamic.push(name.to_owned());
        }
        for name in names {
            match resource.anchors.get(&name) {
                Some(other) if other != pointer => {
                    return Err(format!(
                        "duplicate anchor {} in {} at {} and {}",
                        quoted(&name),
                        quoted(&self.url),
                        quoted(other),
                        quoted(pointer)
                    ));
                }
                _ => {
                    resource.anchors.insert(name, pointer.to_owned());
                }
            }
        }
        Ok(draft)
    }
}

/// Documents that are at hand.
#[derive(Debug, Default)]
struct Documents(BTreeMap<String, Arc<Json>>);

impl Documents {
    /// A document. What is not at hand is not fetched, but that an unknown URN allows everything, as in Helm.
    fn load(&mut self, url: &str) -> Result<Arc<Json>, String> {
        if let Some(known) = self.0.get(url) {
            return Ok(Arc::clone(known));
        }
        let document = match meta::document(url) {
            Some(document) => document,
            None => unknown(url)
                .map_err(|problem| format!("failing loading {}: {problem}", quoted(url)))
                .map(Arc::new)?,
        };
        self.0.insert(url.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    /// The draft of a schema by its `$schema`, which may name a schema that names one in turn.
    fn draft(
        &mut self,
        url: &str,
        pointer: &str,
        schema: &Json,
        fallback: Draft,
        seen: &mut BTreeSet<String>,
    ) -> Result<Draft, String> {
        let Some(name) = schema.get("$schema").and_then(Json::as_str) else { return Ok(fallback) };
        if let Some(draft) = Draft::named(name) {
            return Ok(draft);
        }
        let (name, _) = split(name);
        Url::parse(name.as_bytes())
            .map_err(|error| format!("invalid $schema in {}: {error}", quoted(&shown(url, pointer))))?;
        if pointer.is_empty() && name == url {
            return Err(format!("draft {} is not supported", quoted(name)));
        }
        if !seen.insert(name.to_owned()) {
            return Err(format!("cycle in resolving $schema in {}", quoted(name)));
        }
        let document = self.load(name)?;
        self.draft(name, "", &document, fallback, seen)
    }
}

/// What Helm finds at an address that nobody told us of. References to files lead to the root of the file system,
/// where Helm finds nothing either unless somebody has put it there.
fn unknown(url: &str) -> Result<Json, String> {
    let parsed = Url::parse(url.as_bytes()).map_err(|error| error.to_string())?;
    match &parsed.scheme[..] {
        b"urn" => Ok(Json::Bool(true)),
        b"file" => Err(format!("open {}: no such file or directory", String::from_utf8_lossy(&parsed.path))),
        b"http" | b"https" => Err(format!("the schema at {url} is not fetched")),
        _ => {
            let url = parsed.to_bytes();
            Err(format!("no URLLoader registered for {}", quoted(&String::from_utf8_lossy(&url))))
        }
    }
}

/// The documents that take part, checked by the schemas of their drafts.
#[derive(Debug, Default)]
pub(super) struct Roots {
    documents: Documents,
    roots: BTreeMap<Arc<str>, Root>,
}

impl Roots {
    /// Puts a document at hand.
    pub(super) fn add(&mut self, url: &str, document: Json) {
        self.documents.0.insert(url.to_owned(), Arc::new(document));
    }

    /// The document at an address.
    pub(super) fn load(&mut self, url: &str) -> Result<&Root, String> {
        if !self.roots.contains_key(url) {
            let root = self.read(url)?;
            self.roots.insert(Arc::clone(&root.url), root);
        }
        Ok(&self.roots[url])
    }

    fn read(&mut self, url: &str) -> Result<Root, String> {
        let document = self.documents.load(url)?;
        let mut root = Root {
            url: url.into(),
            document: Arc::clone(&document),
            resources: BTreeMap::new(),
            by_url: BTreeMap::new(),
            seen: BTreeSet::new(),
        };
        root.collect(&mut self.documents, &document, url, "", Draft::LATEST)?;
        if !meta::is_official(url) {
            check(&root, &document, "")?;
        }
        Ok(root)
    }

    /// The document at an address, and the pointer that a fragment means there.
    pub(super) fn resolve(&mut self, url: &str, fragment: &str) -> Result<(Arc<str>, String), String> {
        let root = self.load(url)?;
        Ok((Arc::clone(&root.url), root.fragment(fragment, "")?))
    }

    /// The document of a schema, which is checked now if nothing but a reference tells that it is one.
    pub(super) fn holding(&mut self, url: &Arc<str>, pointer: &str) -> Result<&Root, String> {
        if !self.load(url)?.seen.contains(pointer) {
            let root = self.roots.get_mut(url).expect("it was loaded just now");
            let document = Arc::clone(&root.document);
            let schema = lookup(&document, url, pointer)?;
            let (base, draft) = {
                let (_, resource) = root.resource(pointer);
                (resource.url.clone(), resource.draft)
            };
            root.collect(&mut self.documents, schema, &base, pointer, draft)?;
            check(root, schema, pointer)?;
        }
        Ok(&self.roots[url])
    }
}

/// Holds a schema against the one of its draft.
fn check(root: &Root, schema: &Json, pointer: &str) -> Result<(), String> {
    let (_, resource) = root.resource(pointer);
    validate::check_schema(schema, meta::schema(resource.draft), &root.resources).map_err(|problem| {
        format!("{} is not valid against metaschema: {problem}", quoted(&shown(&root.url, pointer)))
    })
}
