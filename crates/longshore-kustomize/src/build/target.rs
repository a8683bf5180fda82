//! One kustomization of a build: what it gathers, generates and transforms.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/target/kusttarget.go>.

use std::sync::Arc;

use super::Context;
use crate::accumulator::Accumulator;
use crate::config::Config;
use crate::error::{Context as _, Error};
use crate::generate;
use crate::gvk::Gvk;
use crate::kustomization::{ConfigMapArgs, GeneratorOptions, Kustomization, Replacement, Var};
use crate::loader::{Loader, is_url};
use crate::origin::{self, Origin};
use crate::plugin::{self, Generator, Transformer};
use crate::remote::{Repository, movable, movable_file};
use crate::resource::{self, Resource, annotations};
use crate::resources::Resources;
use crate::spot::{Key, Spot};
use crate::trace::Step;

/// A kustomization that is being built.
pub(super) struct Target<'f> {
    loader: Loader<'f>,
    kustomization: Kustomization,
    /// The name of its file.
    file_name: &'static str,
    /// Where it lies, if that is to be noted.
    origin: Option<Origin>,
    /// The namespace of those that build on it, which its charts get.
    chart_namespace: String,
    /// Its folder.
    folder: Arc<str>,
}

impl<'f> Target<'f> {
    /// Reads the kustomization of a folder.
    ///
    /// # Errors
    /// There is none or more than one, or it is not what one should be.
    pub(super) fn read(loader: Loader<'f>, context: &mut Context) -> Result<Self, Error> {
        let (file_name, text) = loader.kustomization_file()?;
        let folder: Arc<str> = loader.root().into();
        let kustomization = Kustomization::read(&text, loader.root(), &mut context.warnings)
            .at(|| Spot::file(&folder, file_name))?;
        let origin = (!kustomization.build_metadata.is_empty()).then(Origin::default);
        Ok(Self { loader, kustomization, file_name, origin, chart_namespace: String::new(), folder })
    }

    /// A place in its file.
    pub(super) fn spot(&self, keys: impl IntoIterator<Item = Key>) -> Spot {
        Spot::file(&self.folder, self.file_name).under(keys)
    }

    /// What was read.
    pub(super) fn kustomization(&self) -> &Kustomization {
        &self.kustomization
    }

    /// Sets the schema that the kustomization names, unless there is one already. The root's always counts.
    ///
    /// # Errors
    /// The file cannot be read, or the version is not builtin.
    pub(super) fn set_schema(&self, context: &mut Context, is_root: bool) -> Result<(), Error> {
        let openapi = &self.kustomization.openapi;
        let text = openapi.get("path").map(|path| self.loader.load(path)).transpose()?;
        if context.is_schema_set && !is_root {
            return Ok(());
        }
        let version = openapi.get("version");
        if let Some(text) = text {
            if version.is_some() {
                return Err(Error::new("builtin version and custom schema provided, cannot use both"));
            }
            context.has_builtin =
                context.scopes.was_asked_about_others() || context.read_schemas.take().is_some();
            context.schema = Some(text);
            context.is_schema_set = true;
            // What cannot be read is told when it is needed.
            let scopes: Vec<(String, String, bool)> = context.schemas().map_or_else(
                |_| Vec::new(),
                |schemas| {
                    schemas.scopes().map(|(version, kind, is)| (version.into(), kind.into(), is)).collect()
                },
            );
            for (api_version, kind, is_namespaced) in scopes {
                context.scopes.add(&api_version, &kind, is_namespaced);
            }
            return Ok(());
        }
        match version.map(String::as_str) {
            None | Some("") => Ok(()),
            Some("v1.21.2") => {
                context.is_schema_set = true;
                Ok(())
            }
            Some(_) => Err(Error::new("the specified OpenAPI version is not built in")),
        }
    }

    /// Gathers what the kustomization makes, before hashes and references.
    ///
    /// # Errors
    /// Whatever goes wrong on the way.
    pub(super) fn accumulate(&mut self, context: &mut Context) -> Result<Accumulator, Error> {
        self.accumulate_into(Accumulator::default(), context)
    }

    /// The same, into what a kustomization has gathered that this one is a component of.
    fn accumulate_into(&self, mut into: Accumulator, context: &mut Context) -> Result<Accumulator, Error> {
        let kustomization = &self.kustomization;
        self.add_resources(&mut into, "resources", kustomization.resources.iter().enumerate(), context)
            .context(|| String::from("accumulating resources"))?;
        self.add_configurations(&mut into).at(|| self.spot([]))?;
        self.generate(&mut into, context)?;
        for (at, path) in kustomization.components.iter().enumerate() {
            let (from, spot) =
                (context.findings.len(), || self.spot([Key::Field("components"), Key::Item(at)]));
            self.add_component(&mut into, path, context)
                .context(|| String::from("accumulating components"))
                .at(spot)?;
            context.findings.at(from, spot);
        }
        self.transform(&mut into, context)?;
        self.validate(&mut into, context)?;
        let mut vars = kustomization.vars.clone().unwrap_or_default();
        for (at, var) in vars.iter_mut().enumerate() {
            var.source = context.spots.add(self.spot([Key::Field("vars"), Key::Item(at)]));
        }
        into.merge_vars(&vars, &context.scopes)
            .context(|| format!("merging vars [{}]", vars_text(&vars)))
            .at(|| self.spot([Key::Field("vars")]))?;
        Ok(into)
    }

    /// Adds files and folders, the entries of a field with their numbers; what is no file is tried as a folder.
    fn add_resources<'p>(
        &self,
        into: &mut Accumulator,
        field: &'static str,
        paths: impl IntoIterator<Item = (usize, &'p String)>,
        context: &mut Context,
    ) -> Result<(), Error> {
        for (at, path) in paths {
            let (from, spot) = (context.findings.len(), || self.spot([Key::Field(field), Key::Item(at)]));
            self.add_entry(into, path, context).at(spot)?;
            context.findings.at(from, spot);
        }
        Ok(())
    }

    fn add_entry(&self, into: &mut Accumulator, path: &str, context: &mut Context) -> Result<(), Error> {
        let Err(no_file) = self.add_file(into, path, context) else {
            let url = Some(path).filter(|path| is_url(path));
            unpinned(context, path, url.and_then(movable_file));
            return Ok(());
        };
        if no_file.is_http() {
            return Err(no_file);
        }
        let both = |error: Error| error.wrapped(format!("accumulation err='{no_file}'")).or_where(&no_file);
        match self.loader.descend(path) {
            // What is malformed is a file: that it is no folder would only confuse.
            Err(no_folder) if no_file.is_malformed_yaml() && !no_folder.is_timeout() => Err(no_file),
            Err(no_folder) => Err(both(no_folder)),
            Ok(loader) => {
                let root = loader.root().to_owned();
                let copied = loader.own_copy().and_then(|_| movable(&Repository::parse(path).ok()?));
                unpinned(context, path, copied);
                let gathered = self.descend(loader, path, None, context).map_err(both)?;
                let merged = into.merge(gathered, &context.scopes);
                merged.context(|| format!("recursed merging from path '{root}'")).map_err(both)
            }
        }
    }

    fn add_file(&self, into: &mut Accumulator, path: &str, context: &mut Context) -> Result<(), Error> {
        let spot = || Spot::file(&self.folder, path);
        let text = self.loader.load(path).context(|| format!("accumulating resources from '{path}'"))?;
        let read = resource::read(&text).and_then(|mut list| {
            let source = context.spots.add(spot());
            for resource in &mut list {
                resource.set_source(source);
            }
            Resources::distinct(list, &context.scopes)
        });
        let read = read.map_err(|error| resource::of_file(error, path)).at(spot);
        let mut resources = read.context(|| format!("accumulating resources from '{path}'"))?;
        if context.trace.is_some() {
            context.look(resources.list_mut(), || Step::new("resources", spot()));
        }
        if let Some(origin) = &self.origin {
            origin::note_file(&mut resources, &origin.below(path))
                .context(|| format!("cannot add path annotation for '{path}'"))
                .at(spot)?;
        }
        into.resources
            .append_all(resources, &context.scopes)
            .context(|| format!("merging resources from '{path}'"))
            .at(spot)
    }

    /// Runs a component on what has been gathered.
    fn add_component(&self, into: &mut Accumulator, path: &str, context: &mut Context) -> Result<(), Error> {
        let reworded = |error: Error, doing: &str| {
            let quoted = longshore_go::strconv::quote(error.text().as_bytes());
            error.reworded(format!("{doing}{}", String::from_utf8_lossy(&quoted)))
        };
        let loader = self.loader.descend(path).map_err(|error| reworded(error, "loader.New "))?;
        let root = loader.root().to_owned();
        let copied = loader.own_copy().and_then(|_| movable(&Repository::parse(path).ok()?));
        unpinned(context, path, copied);
        let gathered = self.descend(loader, path, Some(std::mem::take(into)), context).and_then(|gathered| {
            into.merge(gathered, &context.scopes).context(|| format!("recursed merging from path '{root}'"))
        });
        gathered.map_err(|error| reworded(error, "accumulateDirectory: "))
    }

    /// What the kustomization of another folder gathers; `component_of` is what it runs on if it is a component.
    fn descend(
        &self,
        loader: Loader<'f>,
        path: &str,
        component_of: Option<Accumulator>,
        context: &mut Context,
    ) -> Result<Accumulator, Error> {
        let root = loader.root().to_owned();
        let mut target =
            Self::read(loader, context).context(|| format!("couldn't make target for path '{root}'"))?;
        target.kustomization.build_metadata.clone_from(&self.kustomization.build_metadata);
        target.origin = self.origin.as_ref().map(|origin| origin.below(path));
        let own = &self.kustomization.namespace;
        target.chart_namespace.clone_from(if own.is_empty() { &self.chart_namespace } else { own });
        target.set_schema(context, false).at(|| target.spot([Key::Field("openapi")]))?;
        match (component_of.is_some(), target.kustomization.is_component()) {
            (true, false) => {
                let kind = &target.kustomization.kind;
                return Err(Error::new(format!(
                    "expected kind 'Component' for path '{root}' but got '{kind}'"
                )));
            }
            (false, true) => {
                return Err(Error::new(format!("expected kind != 'Component' for path '{root}'")));
            }
            _ => {}
        }
        target
            .accumulate_into(component_of.unwrap_or_default(), context)
            .context(|| format!("recursed accumulation of path '{root}'"))
    }

    fn add_configurations(&self, into: &mut Accumulator) -> Result<(), Error> {
        if self.kustomization.configurations.is_empty() {
            into.merge_config(Config::builtin(), "merging config")?;
        } else {
            let mut config = Config::builtin().clone();
            let mut own = Config::default();
            for (at, path) in self.kustomization.configurations.iter().enumerate() {
                let read = self.loader.load(path).and_then(|text| Config::read(&text));
                read.and_then(|read| own.merge(&read))
                    .under([Key::Field("configurations"), Key::Item(at)])?;
            }
            config.merge(&own)?;
            into.merge_config(&config, "merging config")?;
        }
        let mut from_crds = Config::default();
        for (at, path) in self.kustomization.crds.iter().enumerate() {
            let read = self.loader.load(path);
            let added = read.and_then(|text| crate::config::crds::read(&text, path, &mut from_crds));
            added
                .context(|| format!("loading CRDs [{}]", self.kustomization.crds.join(" ")))
                .under([Key::Field("crds"), Key::Item(at)])?;
        }
        into.merge_config(&from_crds, "merging CRDs")
    }

    fn generate(&self, into: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
        let kustomization = &self.kustomization;
        let all = kustomization.generator_options.as_ref();
        let with_options = |args: &ConfigMapArgs| ConfigMapArgs {
            options: GeneratorOptions::merged(args.options.as_ref(), all),
            ..args.clone()
        };
        let entry = |field, at| self.spot([Key::Field(field), Key::Item(at)]);
        let mut generators = Vec::new();
        for (at, args) in kustomization.config_map_generator.iter().enumerate() {
            let args = Generator::ConfigMap(with_options(args));
            generators.push((args, None, entry("configMapGenerator", at)));
        }
        for (at, args) in kustomization.secret_generator.iter().enumerate() {
            let mut args = args.clone();
            args.base = with_options(&args.base);
            generators.push((Generator::Secret(args), None, entry("secretGenerator", at)));
        }
        let charts =
            plugin::helm::of_kustomization(kustomization, &self.chart_namespace, &self.loader, context)
                .at(|| self.spot([Key::Field("helmCharts")]))?;
        let charts = charts.into_iter().map(|chart| Generator::Chart(Box::new(chart)));
        generators.extend(charts.enumerate().map(|(at, chart)| (chart, None, entry("helmCharts", at))));
        let configured = self
            .plugins("generators", &kustomization.generators, context)
            .context(|| String::from("loading generator plugins"))?;
        for configuration in configured {
            let spot = self.spot_of(&configuration, context);
            let generator = plugin::generator(&configuration, &self.loader, context)
                .context(|| String::from("failed to load generator"))
                .context(|| String::from("loading generator plugins"))
                .at(|| spot.clone())?;
            let origin = origin::of_configuration(&configuration)
                .context(|| String::from("loading generator plugins: failed to get origin from CustomPlugin"))
                .at(|| spot.clone())?;
            generators.push((generator, Some(origin), spot));
        }
        for (generator, configured_by, spot) in generators {
            let made = match &generator {
                Generator::ConfigMap(args) => generate::config_map(args, &self.loader).map(|made| vec![made]),
                Generator::Secret(args) => generate::secret(args, &self.loader).map(|made| vec![made]),
                Generator::IamPolicy(args) => args.generate().map(|made| vec![made]),
                Generator::Chart(chart) => chart.generate(&self.loader, context),
                Generator::External(external) => external.generate(self.loader.files(), context),
            };
            let mut made = made.at(|| spot.clone())?;
            let source = context.spots.add(spot.clone());
            for made in &mut made {
                made.set_source(source);
            }
            let origin = configured_by.unwrap_or_else(|| self.builtin_origin(generator.kind()));
            if let Some(origin) = &origin {
                origin::note_generator(&mut made, origin);
            }
            let shown = if origin.is_some() { "0xc000000000" } else { "<nil>" };
            into.resources
                .absorb(made, &context.scopes)
                .context(|| format!("merging from generator &{{0xc000000000 {shown}}}"))
                .at(|| spot.clone())?;
            if context.trace.is_some() {
                context.look(into.resources.list_mut(), || Step::new(generator.kind(), spot));
            }
        }
        Ok(())
    }

    /// Where the configuration of a plugin is.
    fn spot_of(&self, configuration: &Resource, context: &Context) -> Spot {
        context.spots.get(configuration.source()).cloned().unwrap_or_else(|| self.spot([]))
    }

    /// The configurations of plugins that a field names: inline, or in files and folders.
    fn plugins(
        &self,
        field: &'static str,
        entries: &[String],
        context: &mut Context,
    ) -> Result<Vec<Resource>, Error> {
        let mut gathered = Accumulator::default();
        let mut paths = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match resource::read(entry.as_bytes()).and_then(|list| Resources::distinct(list, &context.scopes))
            {
                Ok(mut inline) => {
                    let source = context.spots.add(self.spot([Key::Field(field), Key::Item(at)]));
                    for each in inline.list_mut() {
                        each.set_source(source);
                    }
                    if let Some(origin) = &self.origin {
                        let origin = origin.below(self.file_name).text();
                        for each in inline.list_mut() {
                            each.set_annotation(annotations::ORIGIN, &origin);
                        }
                    }
                    gathered.resources.append_all(inline, &context.scopes)?;
                }
                Err(_) => paths.push((at, entry)),
            }
        }
        self.add_resources(&mut gathered, field, paths, context)?;
        Ok(gathered.resources.into_list())
    }

    fn transform(&self, into: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
        let own =
            plugin::of_kustomization(&self.kustomization, &into.config, &self.loader).at(|| self.spot([]))?;
        let own = own.into_iter().map(|(transformer, keys)| {
            let origin = self.builtin_origin(transformer.kind());
            (transformer, origin, self.spot(keys))
        });
        let mut transformers: Vec<_> = own.collect();
        transformers.extend(self.configured("transformers", &self.kustomization.transformers, context)?);
        for (transformer, origin, spot) in &transformers {
            let from = context.findings.len();
            match transformer {
                Transformer::Replacements(all) if context.trace.is_some() => {
                    self.replace_each(into, all, spot, context)?;
                }
                _ => transformer
                    .apply(&mut into.resources, self.loader.files(), context)
                    .at(|| spot.clone())?,
            }
            context.findings.at(from, || spot.clone());
            if let Some(origin) = origin {
                origin::note_transformer(&mut into.resources, origin)?;
            }
            into.resources.drop_empty();
            if context.trace.is_some() {
                context.look(into.resources.list_mut(), || Step::new(transformer.kind(), spot.clone()));
            }
        }
        Ok(())
    }

    /// Carries replacements out one by one, so that a trace can tell them apart.
    fn replace_each(
        &self,
        into: &mut Accumulator,
        all: &[Replacement],
        spot: &Spot,
        context: &mut Context,
    ) -> Result<(), Error> {
        for each in all {
            let one = Transformer::Replacements(vec![each.clone()]);
            one.apply(&mut into.resources, self.loader.files(), context).at(|| spot.clone())?;
            let spot = spot.clone().under(spot.field().map(|_| each.key()));
            context.look(into.resources.list_mut(), || Step::new(one.kind(), spot));
        }
        Ok(())
    }

    /// The origin of what a field of the kustomization does, if it is to be noted.
    fn builtin_origin(&self, kind: &str) -> Option<Origin> {
        self.origin.as_ref().map(|origin| origin.builtin(self.file_name, kind))
    }

    /// The transformers of configurations, with what is noted of them.
    fn configured(
        &self,
        field: &'static str,
        entries: &[String],
        context: &mut Context,
    ) -> Result<Vec<(Transformer, Option<Origin>, Spot)>, Error> {
        let configured = self.plugins(field, entries, context)?;
        let transformer = |configuration: &Resource| {
            let spot = self.spot_of(configuration, context);
            let transformer =
                plugin::transformer(configuration, &self.loader, context).at(|| spot.clone())?;
            Ok((transformer, origin::of_configuration(configuration).at(|| spot.clone())?, spot))
        };
        configured.iter().map(transformer).collect()
    }

    /// Validators are transformers that must not change anything, but for a label that says who they were.
    fn validate(&self, into: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
        for (validator, _, spot) in self.configured("validators", &self.kustomization.validators, context)? {
            let before: Vec<Resource> = into.resources.list().to_vec();
            validator.validate(&mut into.resources, self.loader.files(), context).at(|| spot.clone())?;
            plugin::check_unchanged(&before, into.resources.list(), &context.scopes)
                .context(|| String::from("validator shouldn't modify the resource map"))
                .at(|| spot)?;
        }
        Ok(())
    }
}

/// Variables as messages have them.
fn vars_text(vars: &[Var]) -> String {
    let text = |var: &Var| {
        let object = &var.object;
        let gvk = Gvk::unscoped(object.group.as_str(), object.version.as_str(), object.kind.as_str());
        format!("{{{} {gvk} {{{}}}}}", var.name, var.field.field_path)
    };
    vars.iter().map(text).collect::<Vec<_>>().join(" ")
}

/// Tells of what lies elsewhere and may be another thing with the next build.
fn unpinned(context: &Context, named: &str, message: Option<String>) {
    if let Some(message) = message {
        context.findings.add_unpinned(named, message);
    }
}
