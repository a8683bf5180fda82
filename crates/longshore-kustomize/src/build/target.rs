//! One kustomization of a build: what it gathers, generates and transforms.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/target/kusttarget.go>.

use super::Context;
use crate::accumulator::Accumulator;
use crate::config::Config;
use crate::error::{Context as _, Error};
use crate::generate;
use crate::gvk::Gvk;
use crate::kustomization::{ConfigMapArgs, GeneratorOptions, Kustomization, Var};
use crate::loader::Loader;
use crate::origin::{self, Origin};
use crate::plugin::{self, Generator, Transformer};
use crate::resource::{self, Resource, annotations};
use crate::resources::Resources;

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
}

impl<'f> Target<'f> {
    /// Reads the kustomization of a folder.
    ///
    /// # Errors
    /// There is none or more than one, or it is not what one should be.
    pub(super) fn read(loader: Loader<'f>, context: &mut Context) -> Result<Self, Error> {
        let (file_name, text) = loader.kustomization_file()?;
        let kustomization = Kustomization::read(&text, loader.root(), &mut context.warnings)?;
        let origin = (!kustomization.build_metadata.is_empty()).then(Origin::default);
        Ok(Self { loader, kustomization, file_name, origin, chart_namespace: String::new() })
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
        self.add_resources(&mut into, &kustomization.resources, context)
            .context(|| String::from("accumulating resources"))?;
        self.add_configurations(&mut into)?;
        self.generate(&mut into, context)?;
        for path in &kustomization.components {
            self.add_component(&mut into, path, context)
                .context(|| String::from("accumulating components"))?;
        }
        self.transform(&mut into, context)?;
        self.validate(&mut into, context)?;
        into.merge_vars(kustomization.vars.as_deref().unwrap_or_default(), &context.scopes).context(
            || format!("merging vars [{}]", vars_text(kustomization.vars.as_deref().unwrap_or_default())),
        )?;
        Ok(into)
    }

    /// Adds files and folders; what is no file is tried as a folder.
    fn add_resources(
        &self,
        into: &mut Accumulator,
        paths: &[String],
        context: &mut Context,
    ) -> Result<(), Error> {
        for path in paths {
            let Err(no_file) = self.add_file(into, path, context) else { continue };
            if no_file.is_http() {
                return Err(no_file);
            }
            let both = |error: Error| error.wrapped(format!("accumulation err='{no_file}'"));
            match self.loader.descend(path) {
                // What is malformed is a file: that it is no folder would only confuse.
                Err(no_folder) if no_file.is_malformed_yaml() && !no_folder.is_timeout() => {
                    return Err(no_file);
                }
                Err(no_folder) => return Err(both(no_folder)),
                Ok(loader) => {
                    let root = loader.root().to_owned();
                    let gathered = self.descend(loader, path, None, context).map_err(both)?;
                    let merged = into.merge(gathered, &context.scopes);
                    merged.context(|| format!("recursed merging from path '{root}'")).map_err(both)?;
                }
            }
        }
        Ok(())
    }

    fn add_file(&self, into: &mut Accumulator, path: &str, context: &Context) -> Result<(), Error> {
        let scopes = &context.scopes;
        let read = || {
            let text = self.loader.load(path)?;
            let read = resource::read(&text).and_then(|list| Resources::distinct(list, &context.scopes));
            read.map_err(|error| resource::of_file(&error, path))
        };
        let mut resources = read().context(|| format!("accumulating resources from '{path}'"))?;
        if let Some(origin) = &self.origin {
            origin::note_file(&mut resources, &origin.file(path))
                .context(|| format!("cannot add path annotation for '{path}'"))?;
        }
        into.resources.append_all(resources, scopes).context(|| format!("merging resources from '{path}'"))
    }

    /// Runs a component on what has been gathered.
    fn add_component(&self, into: &mut Accumulator, path: &str, context: &mut Context) -> Result<(), Error> {
        let quoted = |error: Error| {
            String::from_utf8_lossy(&longshore_go::strconv::quote(error.text().as_bytes())).into_owned()
        };
        let loader =
            self.loader.descend(path).map_err(|error| Error::new(format!("loader.New {}", quoted(error))))?;
        let root = loader.root().to_owned();
        let gathered = self.descend(loader, path, Some(std::mem::take(into)), context).and_then(|gathered| {
            into.merge(gathered, &context.scopes).context(|| format!("recursed merging from path '{root}'"))
        });
        gathered.map_err(|error| Error::new(format!("accumulateDirectory: {}", quoted(error))))
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
        target.set_schema(context, false)?;
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
            for path in &self.kustomization.configurations {
                own.merge(&Config::read(&self.loader.load(path)?)?)?;
            }
            config.merge(&own)?;
            into.merge_config(&config, "merging config")?;
        }
        let mut from_crds = Config::default();
        for path in &self.kustomization.crds {
            let read = self.loader.load(path);
            let added = read.and_then(|text| crate::config::crds::read(&text, path, &mut from_crds));
            added.context(|| format!("loading CRDs [{}]", self.kustomization.crds.join(" ")))?;
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
        let mut generators = Vec::new();
        for args in &kustomization.config_map_generator {
            generators.push((Generator::ConfigMap(with_options(args)), None));
        }
        for args in &kustomization.secret_generator {
            let mut args = args.clone();
            args.base = with_options(&args.base);
            generators.push((Generator::Secret(args), None));
        }
        let charts =
            plugin::helm::of_kustomization(kustomization, &self.chart_namespace, &self.loader, context)?;
        generators.extend(charts.into_iter().map(|chart| (Generator::Chart(Box::new(chart)), None)));
        let configured = self
            .plugins(&kustomization.generators, context)
            .context(|| String::from("loading generator plugins"))?;
        for configuration in configured {
            let generator = plugin::generator(&configuration, &self.loader, context)
                .map_err(|error| Error::new(format!("failed to load generator: {error}")))
                .context(|| String::from("loading generator plugins"))?;
            generators.push((generator, Some(origin::of_configuration(&configuration))));
        }
        for (generator, configured_by) in generators {
            let mut made = match &generator {
                Generator::ConfigMap(args) => vec![generate::config_map(args, &self.loader)?],
                Generator::Secret(args) => vec![generate::secret(args, &self.loader)?],
                Generator::IamPolicy(args) => vec![args.generate()?],
                Generator::Chart(chart) => chart.generate(&self.loader, context)?,
                Generator::External(external) => external.generate(self.loader.files(), context)?,
            };
            if let Some(origin) = configured_by.unwrap_or_else(|| self.builtin_origin(generator.kind())) {
                for made in &mut made {
                    origin::note_generator(made, &origin);
                }
            }
            into.resources
                .absorb(made, &context.scopes)
                .context(|| String::from("merging from generator &{0xc000000000 <nil>}"))?;
        }
        Ok(())
    }

    /// The configurations of plugins: inline, or in files and folders.
    fn plugins(&self, entries: &[String], context: &mut Context) -> Result<Vec<Resource>, Error> {
        let mut gathered = Accumulator::default();
        let mut paths = Vec::new();
        for entry in entries {
            match resource::read(entry.as_bytes()).and_then(|list| Resources::distinct(list, &context.scopes))
            {
                Ok(mut inline) => {
                    if let Some(origin) = &self.origin {
                        let origin = origin.file(self.file_name);
                        for each in inline.list_mut() {
                            each.set_annotation(annotations::ORIGIN, &origin);
                        }
                    }
                    gathered.resources.append_all(inline, &context.scopes)?;
                }
                Err(_) => paths.push(entry.clone()),
            }
        }
        self.add_resources(&mut gathered, &paths, context)?;
        Ok(gathered.resources.into_list())
    }

    fn transform(&self, into: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
        let own = plugin::of_kustomization(&self.kustomization, &into.config, &self.loader)?;
        let own = own.into_iter().map(|transformer| {
            let origin = self.builtin_origin(transformer.kind());
            (transformer, origin)
        });
        let mut transformers: Vec<_> = own.collect();
        transformers.extend(self.configured(&self.kustomization.transformers, context)?);
        for (transformer, origin) in &transformers {
            transformer.apply(&mut into.resources, self.loader.files(), context)?;
            if let Some(origin) = origin {
                origin::note_transformer(&mut into.resources, origin);
            }
            into.resources.drop_empty();
        }
        Ok(())
    }

    /// The origin of what a field of the kustomization does, if it is to be noted.
    fn builtin_origin(&self, kind: &str) -> Option<String> {
        self.origin.as_ref().map(|origin| origin.builtin(self.file_name, kind))
    }

    /// The transformers of configurations, with what is noted of them.
    fn configured(
        &self,
        entries: &[String],
        context: &mut Context,
    ) -> Result<Vec<(Transformer, Option<String>)>, Error> {
        let configured = self.plugins(entries, context)?;
        let transformer = |configuration: &Resource| {
            let transformer = plugin::transformer(configuration, &self.loader, context)?;
            Ok((transformer, origin::of_configuration(configuration)))
        };
        configured.iter().map(transformer).collect()
    }

    /// Validators are transformers that must not change anything, but for a label that says who they were.
    fn validate(&self, into: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
        for (validator, _) in self.configured(&self.kustomization.validators, context)? {
            let before: Vec<Resource> = into.resources.list().to_vec();
            validator.validate(&mut into.resources, self.loader.files(), context)?;
            plugin::check_unchanged(&before, into.resources.list(), &context.scopes).map_err(|error| {
                Error::new(format!("validator shouldn't modify the resource map: {error}"))
            })?;
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
