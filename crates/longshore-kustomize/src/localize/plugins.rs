//! Configurations of builtin generators and transformers, whose fields have paths too
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/localizer/builtinplugins.go>).

use longshore_yaml::{Kind, Node};

use super::walk::Walk;
use crate::error::{Context, Error};
use crate::field;
use crate::fieldspec::{self, FieldSpec};
use crate::output;

/// What a path in a configuration leads to.
#[derive(Clone, Copy)]
enum Leads {
    /// A file.
    File,
    /// A file, with a key in front or not.
    Source,
    /// The home of charts.
    Home,
    /// A file with objects; the objects may stand in its place.
    Object,
}

/// The fields of configurations that have paths, in the order in which they are gone through.
const FIELDS: &[(&str, &str, Leads)] = &[
    ("ConfigMapGenerator", "env", Leads::File),
    ("ConfigMapGenerator", "envs", Leads::File),
    ("SecretGenerator", "env", Leads::File),
    ("SecretGenerator", "envs", Leads::File),
    (CHARTS, "valuesFile", Leads::File),
    (CHARTS, "additionalValuesFiles", Leads::File),
    ("PatchTransformer", "path", Leads::File),
    ("PatchJson6902Transformer", "path", Leads::File),
    ("ReplacementTransformer", "replacements/path", Leads::File),
    ("ConfigMapGenerator", "files", Leads::Source),
    ("SecretGenerator", "files", Leads::Source),
    (CHARTS, HOME, Leads::Home),
    ("PatchStrategicMergeTransformer", "paths", Leads::Object),
];

/// The generator that inflates charts.
const CHARTS: &str = "HelmChartInflationGenerator";

/// Its field for the home of charts.
const HOME: &str = "chartHome";

/// The version of the API that builtins have.
const VERSION: &str = "builtin";

impl Walk<'_, '_, '_> {
    /// Localizes an entry of `generators`, `transformers` or `validators`: configurations, or a file with such. They are
    /// written as a build writes objects.
    pub(super) fn localize_plugins(&mut self, field: &str, entry: &str) -> Result<String, Error> {
        let (mut configurations, is_file) =
            self.load_objects(entry).context(|| format!("unable to load {field} entry"))?;
        for configuration in &mut configurations {
            self.localize_configuration(configuration.node_mut())?;
        }
        let quoted = || longshore_go::strconv::quoted(entry);
        let text = output::documents(&configurations)
            .context(|| format!("unable to serialize localized {field} entry {}", quoted()))?;
        if is_file {
            return self.write(entry, text).context(|| format!("unable to localize {field} entry"));
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn localize_configuration(&mut self, configuration: &mut Node) -> Result<(), Error> {
        for (kind, path, leads) in FIELDS {
            if let Leads::Home = leads {
                self.localize_home(configuration)?;
                continue;
            }
            let spec =
                FieldSpec { version: VERSION.into(), kind: (*kind).into(), ..FieldSpec::of_all(path, false) };
            spec.apply(configuration, None, &mut |node| self.localize_nodes(node, *leads))?;
        }
        Ok(())
    }

    fn localize_home(&mut self, configuration: &mut Node) -> Result<(), Error> {
        let is_charts = field::text(configuration, "apiVersion") == VERSION
            && field::text(configuration, "kind") == CHARTS;
        if !is_charts {
            return Ok(());
        }
        let id = fieldspec::id_text(configuration);
        let home = field::get_mut(configuration, HOME).filter(|home| !field::is_null(home));
        match home {
            Some(home) => self.localize_node(home, Leads::Home),
            None => self.copy_home("").map(drop),
        }
        .context(|| format!("plugin {id}"))
    }

    /// A path, or each one of a list. That a field is no list, or one, a build refuses.
    fn localize_nodes(&mut self, node: &mut Node, leads: Leads) -> Result<(), Error> {
        match node.kind {
            Kind::Sequence => node.content.iter_mut().try_for_each(|item| self.localize_node(item, leads)),
            Kind::Scalar => self.localize_node(node, leads),
            _ => Err(Error::new("expected sequence or scalar node")),
        }
    }

    fn localize_node(&mut self, node: &mut Node, leads: Leads) -> Result<(), Error> {
        let path = node.value.to_string();
        let localized = match leads {
            Leads::File => self.localize_file(&path),
            Leads::Source => self.localize_source(&path),
            Leads::Home => self.copy_home(&path),
            Leads::Object => self.localize_object(&path),
        }?;
        field::set_scalar(node, field::untyped(localized))
    }
}
