//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.
//!
//! A patch that merges is for the resource that is or was known by its own id, or for all that a target chooses; a JSON patch
//! needs a target. Rules: `PatchTransformer.go`, `PatchStrategicMergeTransformer.go` and `PatchJson6902Transformer.go` of
//! <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/builtins>.

mod read;

use longshore_go::strconv::quoted;
use longshore_yaml::Node;

use crate::build::Context;
use crate::error::{Context as _, Error};
use crate::field;
use crate::finding;
use crate::gvk::Gvk;
use crate::id::Id;
use crate::json6902::JsonPatch;
use crate::kustomization::Selector;
use crate::merge::{Schemas, merge};
use crate::resource::{Resource, annotations};
use crate::resources::Resources;
use crate::selector::Matcher;
use crate::spot::Key;

pub use read::{json6902, patch, shown, shown_list, strategic_merge};

/// A patch that has been read.
#[derive(Clone, Debug)]
pub enum Patch {
    /// Merges; each for the resource of its id, or one for what a target chooses.
    Merge {
        /// The patches, objects themselves.
        patches: Vec<Resource>,
        /// What it is for.
        target: Option<Selector>,
        /// Where it comes from, as messages say it.
        source: String,
    },
    /// Merges that fail in the words of the older field, and that are copied.
    OldMerge(Vec<Resource>),
    /// Operations.
    Json {
        /// The operations.
        patch: JsonPatch,
        /// What they are for.
        target: Option<Selector>,
        /// Where they come from, as messages say it.
        source: String,
    },
    /// The same of the older field.
    OldJson(JsonPatch, Selector),
}

impl Patch {
    /// The kind of the builtin.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Merge { .. } | Self::Json { .. } => "PatchTransformer",
            Self::OldMerge(_) => "PatchStrategicMergeTransformer",
            Self::OldJson(..) => "PatchJson6902Transformer",
        }
    }

    /// Patches the resources.
    ///
    /// # Errors
    /// A patch that merges fits no resource or several, or a patch cannot be applied to one that it fits.
    pub fn apply(&self, resources: &mut Resources, context: &Context) -> Result<(), Error> {
        match self {
            Self::Merge { patches, .. } if patches.is_empty() => Ok(()),
            Self::Merge { patches, target: Some(target), source } => {
                let [patch] = &patches[..] else {
                    return Err(Error::new(format!(
                        "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                         `patches.target` field: {source}"
                    )));
                };
                let chosen = select(resources, target, context).context(|| {
                    format!("unable to find patch target {} in `resources`", quoted(selector_text(target)))
                })?;
                note_unmatched(&chosen, target, resources, context);
                merge_each(resources, &chosen, patch, context)
            }
            Self::Merge { patches, target: None, .. } => patches.iter().try_for_each(|patch| {
                let id = patch.original_id(&context.scopes);
                let at = find(resources, patch, context).context(|| {
                    format!("no resource matches strategic merge patch {}", quoted(id.to_string()))
                })?;
                resources.change(at, &context.scopes, |resource| merge_into(resource, patch, context))
            }),
            Self::OldMerge(patches) => patches.iter().try_for_each(|patch| {
                let at = find(resources, patch, context)?;
                merge_each(resources, &[at], patch, context)
            }),
            Self::Json { patch, .. } if patch.is_empty() => Ok(()),
            Self::Json { target: None, source, .. } => {
                Err(Error::new(format!("must specify a target for JSON patch {source}")))
            }
            Self::Json { patch, target: Some(target), .. } => {
                let chosen = select(resources, target, context)?;
                note_unmatched(&chosen, target, resources, context);
                for at in chosen {
                    resources.change(at, &context.scopes, |resource| {
                        resource.store_id(&context.scopes);
                        apply_json(resource, patch)
                    })?;
                }
                Ok(())
            }
            Self::OldJson(patch, target) => {
                let chosen = select(resources, target, context)?;
                note_unmatched(&chosen, target, resources, context);
                for at in chosen {
                    resources.change(at, &context.scopes, |resource| apply_json(resource, patch))?;
                }
                Ok(())
            }
        }
    }
}

/// Notes that a target chose nothing.
fn note_unmatched(chosen: &[usize], target: &Selector, resources: &Resources, context: &Context) {
    if !chosen.is_empty() || !context.findings.is_asked_for() {
        return;
    }
    let hint = context.findings.may_look().then(|| finding::near(target, resources.list()));
    let message = format!("the patch is for nothing: {} chooses no resource", target.shown());
    context.findings.add("kustomize/unmatched-patch", [Key::Field("target")], message, hint);
}

/// A selector as messages show it.
fn selector_text(selector: &Selector) -> String {
    let gvk = Gvk::unscoped(&*selector.group, &*selector.version, &*selector.kind);
    let id = Id::new(gvk, &*selector.name, &*selector.namespace);
    format!("{id}:a={}:l={}", selector.annotation_selector, selector.label_selector)
}

/// The places of the resources that a selector chooses, by what they are or were known by first.
///
/// # Errors
/// A pattern or a selector of labels is none.
pub fn select(resources: &Resources, selector: &Selector, context: &Context) -> Result<Vec<usize>, Error> {
    let matcher = Matcher::new(selector)?;
    let mut chosen = Vec::new();
    for (at, resource) in resources.list().iter().enumerate() {
        let (id, original) = (resource.id(&context.scopes), resource.original_id(&context.scopes));
        if matcher.matches_ids(&id, &original) && matcher.matches_labels(resource)? {
            chosen.push(at);
        }
    }
    Ok(chosen)
}

/// The place of the one resource that is or was known by the patch's id.
fn find(resources: &mut Resources, patch: &Resource, context: &Context) -> Result<usize, Error> {
    let id = patch.original_id(&context.scopes);
    let found = match resources.with_any_id(&id, &context.scopes) {
        [at] => return Ok(*at as usize),
        found => found.to_vec(),
    };
    let problem = if found.is_empty() { "no matches" } else { "multiple matches" };
    let error = Error::new(format!("{problem} for Id {id}; failed to find unique target for patch {id}"));
    let list = resources.list();
    let about = found.into_iter().filter_map(|at| list.get(at as usize));
    let error = about.fold(error, |error, resource| error.about("one that fits", resource));
    let hint = match problem {
        "no matches" => finding::of_names(&id.gvk.kind, &id.name, list),
        _ => String::from("give the patch a `target` that says which of them is meant"),
    };
    Err(error.hint(hint))
}

/// Merges copies of a patch into resources. The copy is of the resource's type, its labels and annotations are strings.
fn merge_each(
    resources: &mut Resources,
    places: &[usize],
    patch: &Resource,
    context: &Context,
) -> Result<(), Error> {
    if places.is_empty() {
        return Ok(());
    }
    let mut copy = patch.clone();
    copy.take_metadata_from(patch);
    for &at in places {
        let api_version = field::text(resources.list()[at].node(), "apiVersion");
        copy.set_api_version(&api_version);
        resources.change(at, &context.scopes, |resource| merge_into(resource, &copy, context))?;
    }
    resources.check_ids(&context.scopes)
}

/// Merges a patch into a resource, whose name, namespace and kind stay unless the patch may change them.
fn merge_into(resource: &mut Resource, patch: &Resource, context: &Context) -> Result<(), Error> {
    let (name, namespace, kind) = (resource.name(), resource.namespace(), resource.kind());
    let may_rename = patch.is_on(annotations::ALLOW_NAME_CHANGE);
    let may_change_kind = patch.is_on(annotations::ALLOW_KIND_CHANGE);
    if may_rename || may_change_kind {
        resource.store_id(&context.scopes);
    }
    let object = std::mem::replace(resource.node_mut(), Node::null());
    let Some(merged) = merge(object, patch.node(), context.schemas()?)? else {
        resource.delete();
        return Ok(());
    };
    *resource.node_mut() = merged;
    resource.settle();
    if resource.is_empty() {
        return Ok(());
    }
    if !may_change_kind {
        resource.set_kind(&kind);
    }
    if !may_rename {
        resource.set_name(&name);
    }
    resource.set_namespace(&namespace);
    resource.settle();
    Ok(())
}

/// Applies operations to a resource. What the build has noted on it stays, whatever they do to its annotations.
fn apply_json(resource: &mut Resource, patch: &JsonPatch) -> Result<(), Error> {
    let mut noted = resource.annotations();
    noted.retain(|name, _| {
        name.starts_with("internal.config.kubernetes.io")
            || ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"]
                .contains(&&**name)
    });
    let patched = patch.apply(resource.node())?;
    resource.replace_node(patched);
    let mut all = resource.annotations();
    all.extend(noted);
    resource.set_annotations(&all);
    Ok(())
}

/// What is known of types in this build.
impl Context {
    /// The schemas for merging: those of the document that a kustomization names, or the builtin ones.
    ///
    /// # Errors
    /// The document is none.
    pub fn schemas(&self) -> Result<&Schemas, Error> {
        if let Some(schemas) = self.read_schemas.get() {
            return Ok(schemas);
        }
        let schemas = match &self.schema {
            Some(document) => {
                let schemas =
                    Schemas::from_openapi(document).map_err(|error| error.wrapped("invalid schema file"))?;
                if self.has_builtin { schemas.with_builtin() } else { schemas }
            }
            None => Schemas::default(),
        };
        Ok(self.read_schemas.get_or_init(|| schemas))
    }
}
