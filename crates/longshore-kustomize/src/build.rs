//! The build of a kustomization, from its folder to the resources that it makes.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/krusty/kustomizer.go>.

mod order;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::error::{Context as _, Error};
use crate::files::Files;
use crate::finding::{Finding, Findings};
use crate::loader::{Loader, Restriction};
use crate::merge::Schemas;
use crate::resource::{Resource, annotations};
use crate::resources::Resources;
use crate::scope::Scopes;
use crate::spot::{Key, Spots};
use crate::trace::{Step, Trace};
use crate::transform;
use crate::{fieldspec::FieldSpec, hash, names, output};
use target::Target;

/// In which order the resources come out, if the kustomization does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reorder {
    /// Nothing was said: as [`Reorder::Legacy`].
    #[default]
    Unspecified,
    /// By kind, Namespaces first and webhooks last.
    Legacy,
    /// As they were found.
    None,
}

/// What a build may do, and how its result shall be.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which files may be read.
    pub restriction: Restriction,
    /// The order of the result.
    pub reorder: Reorder,
    /// Label everything as managed by this program.
    pub managed_by_label: bool,
    /// Inflate charts.
    pub enable_helm: bool,
    /// The command that inflates charts was said to be none; any other makes no difference, for none is run.
    pub no_helm_command: bool,
    /// API versions that charts see that name none themselves.
    pub helm_api_versions: Vec<String>,
    /// The version of Kubernetes that charts see that name none themselves.
    pub helm_kube_version: String,
    /// Run programs as generators and transformers.
    pub enable_plugins: bool,
    /// Run functions that are programs; without it resources pass by them as they are.
    pub enable_exec: bool,
    /// Functions may ask for the network.
    pub network: bool,
    /// Variables for functions, as `NAME=VALUE`.
    pub function_variables: Vec<String>,
    /// Gather entries that matched nothing, or that nothing pins ([`Built::findings`]).
    pub notices: bool,
}

/// What a build needs to know everywhere.
#[derive(Debug, Default)]
pub struct Context {
    /// What was asked for.
    pub options: Options,
    /// Which types live outside of namespaces.
    pub scopes: Scopes,
    /// What goes to standard error, a line each.
    pub warnings: Vec<String>,
    /// The schema that the kustomization names (`openapi`), if it names one.
    pub schema: Option<Vec<u8>>,
    /// The same, read; made when the first patch needs it.
    pub(crate) read_schemas: std::cell::OnceCell<Schemas>,
    /// Whether the builtin types are known beside those of the schema.
    pub has_builtin: bool,
    /// Whether a schema or version was set; of those below the root the first one counts.
    pub is_schema_set: bool,
    /// Where resources and transformers come from.
    pub(crate) spots: Spots,
    /// Entries that matched nothing.
    pub(crate) findings: Findings,
    /// What becomes of one resource, if somebody asks.
    pub(crate) trace: Option<Trace>,
}

/// What a build has to say.
#[derive(Debug)]
pub struct Built {
    /// Lines for standard error, also if the build failed.
    pub warnings: Vec<String>,
    /// Entries that matched nothing, or that nothing pins, if they were to be gathered; [`crate::diagnose::Teller`] tells them.
    pub findings: Vec<Finding>,
    /// The resources in the order of the result, without anything that the build noted on them; or why there are none.
    pub resources: Result<Vec<Resource>, Error>,
    /// Where they come from; [`crate::diagnose::Teller`] tells it.
    pub(crate) spots: Spots,
}

impl Built {
    /// All resources as documents, as `kustomize build` prints them.
    ///
    /// # Errors
    /// Why the build failed.
    pub fn documents(&self) -> Result<Vec<u8>, Error> {
        let documents = output::documents(self.resources.as_ref().map_err(Clone::clone)?);
        documents.map_err(|error| error.settle(&self.spots))
    }
}

/// Builds the kustomization in a folder.
///
/// ```
/// use std::collections::BTreeMap;
/// use longshore_kustomize::{Error, Files, Options, Resolved, build};
///
/// struct Tree(BTreeMap<&'static str, &'static str>);
///
/// impl Files for Tree {
///     fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
///         let text = self.0.get(path).map(|text| text.as_bytes().to_vec());
///         text.ok_or_else(|| Error::new(format!("open {path}: no such file or directory")))
///     }
///
///     fn resolve(&self, path: &str) -> Result<Resolved, Error> {
///         let (folder, file) = match self.0.contains_key(path) {
///             true => path.rsplit_once('/').unwrap_or_default(),
///             false => (path, ""),
///         };
///         Ok(Resolved { folder: folder.to_owned(), file: file.to_owned() })
///     }
/// }
///
/// let tree = Tree(BTreeMap::from([
///     ("/app/kustomization.yaml", "{namePrefix: dev-, resources: [web.yaml]}"),
///     ("/app/web.yaml", "{apiVersion: v1, kind: Service, metadata: {name: web}}"),
/// ]));
/// let built = build(&tree, "/app", &Options::default());
/// assert_eq!(built.documents()?, b"apiVersion: v1\nkind: Service\nmetadata:\n  name: dev-web\n");
/// # Ok::<(), Error>(())
/// ```
pub fn build(files: &dyn Files, folder: &str, options: &Options) -> Built {
    run(files, folder, options, None).0
}

/// The same, with a trace of what becomes of one resource if there is one to be filled.
pub(crate) fn run(
    files: &dyn Files,
    folder: &str,
    options: &Options,
    trace: Option<Trace>,
) -> (Built, Option<Trace>) {
    let findings = Findings::new(options.notices);
    let mut context = Context { options: options.clone(), findings, trace, ..Context::default() };
    let resources = make(files, folder, &mut context).map_err(|error| error.settle(&context.spots));
    let Context { warnings, findings, trace, spots, .. } = context;
    (Built { warnings, findings: findings.into_list(), resources, spots }, trace)
}

fn make(files: &dyn Files, folder: &str, context: &mut Context) -> Result<Vec<Resource>, Error> {
    let loader = Loader::new(files, folder, context.options.restriction)?;
    let mut target = Target::read(loader, context)?;
    target.set_schema(context, true).at(|| target.spot([Key::Field("openapi")]))?;
    let mut gathered = target.accumulate(context)?;
    hash::add_to_names(gathered.resources.list_mut(), &context.scopes)?;
    context.look(gathered.resources.list_mut(), || Step::of_all("hash suffix"));
    gathered.resources.list().iter().try_for_each(Resource::check_past)?;
    if context.scopes.was_asked_about_others() {
        // A schema that is none is not told before anybody asks it.
        context.schemas().at(|| target.spot([Key::Field("openapi")]))?;
    }
    names::fix(gathered.resources.list_mut(), &gathered.config.name_reference, &context.scopes)?;
    context.look(gathered.resources.list_mut(), || Step::of_all("name reference"));
    context.look_at_vars(&gathered.vars);
    transform::vars::resolve(&mut gathered, context)
        .map_err(|error| error.or_at(|| target.spot([Key::Field("vars")])))?;
    context.look(gathered.resources.list_mut(), || Step::new("vars", target.spot([Key::Field("vars")])));
    let mut resources = drop_local(gathered.resources)?;
    order::sort(&mut resources, target.kustomization().sort_options.as_ref(), context)
        .at(|| target.spot([Key::Field("sortOptions")]))?;
    let says = |what: &str| target.kustomization().build_metadata.iter().any(|option| option == what);
    if context.options.managed_by_label || says("managedByLabel") {
        let labels =
            BTreeMap::from([(String::from("app.kubernetes.io/managed-by"), String::from(MANAGED_BY))]);
        let spec = FieldSpec::of_all("metadata/labels", true);
        transform::entries::apply(&mut resources, &labels, &[spec])?;
    }
    let metadata = || Step::new("buildMetadata", target.spot([Key::Field("buildMetadata")]));
    context.look(&mut resources, metadata);
    context.end(&mut resources, metadata);
    for resource in &mut resources {
        resource.drop_build_annotations();
        // Whether there are any or not, the annotations are written anew.
        let mut rest = resource.annotations();
        if !says("originAnnotations") {
            rest.remove(annotations::ORIGIN);
        }
        if !says("transformerAnnotations") {
            rest.remove(annotations::TRANSFORMATIONS);
        }
        resource.set_annotations(&rest);
    }
    Ok(resources)
}

/// Who manages the resources, if it shall be said.
const MANAGED_BY: &str = "kustomize-v5.8.1";

/// Drops resources that are not for the cluster, and what has been deleted.
fn drop_local(resources: Resources) -> Result<Vec<Resource>, Error> {
    let mut kept = Vec::with_capacity(resources.list().len());
    for resource in resources.into_list() {
        if resource.is_empty() {
            continue;
        }
        // Patches can make such of others.
        crate::resource::check(resource.node())?;
        if resource.annotation(annotations::LOCAL_CONFIG).is_none_or(|value| value == "false") {
            kept.push(resource);
        }
    }
    Ok(kept)
}
