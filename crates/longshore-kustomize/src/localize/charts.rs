//! Charts: their values files are localized, and the homes of charts are copied whole, but for links in them.

use longshore_go::strconv::quoted;
use longshore_go::{Map, Value};

use super::place::relative;
use super::walk::Walk;
use crate::edit::{objects_of, text_of};
use crate::error::{Context, Error};
use crate::files::EntryKind;
use crate::loader::join;

/// Where charts are if nobody says.
const DEFAULT_HOME: &str = "charts";

/// How deep the folders of a home may lie in each other.
const MAX_DEPTH: usize = 200;

impl Walk<'_, '_, '_> {
    /// The fields about charts.
    pub(super) fn localize_charts(&mut self, fields: &Map) -> Result<(), Error> {
        for (at, chart) in objects_of(fields, "helmChartInflationGenerator").iter().enumerate() {
            let what = || format!("helmChartInflationGenerator entry {at}");
            self.text(chart, "values", Self::localize_file)
                .context(|| format!("unable to localize {} values", what()))?;
            let home = self
                .copy_home(&text_of(chart, "chartHome"))
                .context(|| format!("unable to copy {}", what()))?;
            chart.insert("chartHome", Value::str(home));
        }
        let charts = objects_of(fields, "helmCharts");
        for (at, chart) in charts.iter().enumerate() {
            self.text(chart, "valuesFile", Self::localize_file)
                .context(|| format!("unable to localize helmCharts entry {at} valuesFile"))?;
            self.texts(chart, "additionalValuesFiles", Self::localize_file)
                .context(|| format!("unable to localize helmCharts entry {at} additionalValuesFiles"))?;
        }
        if let Some(Value::Map(globals)) = fields.get(b"helmGlobals") {
            let home = self
                .copy_home(&text_of(&globals, "chartHome"))
                .context(|| String::from("unable to copy helmGlobals"))?;
            globals.insert("chartHome", Value::str(home));
        } else if !charts.is_empty() {
            self.copy_home("").context(|| String::from("unable to copy default chart home"))?;
        }
        Ok(())
    }

    /// Copies the home of charts that a field names, and gives back what the field is now: nothing, if it was nothing.
    pub(super) fn copy_home(&mut self, entry: &str) -> Result<String, Error> {
        let path = if entry.is_empty() { DEFAULT_HOME } else { entry };
        if path.starts_with('/') {
            return Err(Error::new(format!("absolute path {} not handled in alpha", quoted(path))));
        }
        let root = self.view.loader.root();
        let is_default = join(root, path) == join(root, DEFAULT_HOME);
        let home = self
            .copy_home_at(&relative(root, &join(root, path)), !is_default)
            .context(|| format!("unable to copy home {}", quoted(entry)))?;
        Ok(if entry.is_empty() { String::new() } else { home })
    }

    /// Copies a home to where it is below the root, links in its path followed or not.
    fn copy_home_at(&mut self, path: &str, follows: bool) -> Result<String, Error> {
        // A home that is not there may be where charts are put during a build.
        if !self.view.has(path) {
            return Ok(path.to_owned());
        }
        let view = self.view.descend(path).context(|| String::from("invalid chart home"))?;
        let source = view.loader.root();
        let home = if follows { relative(self.view.loader.root(), source) } else { path.to_owned() };
        let place = join(&self.place, &home);
        if !self.tree.has(&place) {
            self.copy_folder(source, &place, 0)
                .context(|| format!("unable to copy directory {}", quoted(source)))
                .context(|| format!("unable to copy chart home {}", quoted(path)))?;
        }
        Ok(home)
    }

    fn copy_folder(&mut self, source: &str, place: &str, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(format!("more than {MAX_DEPTH} folders in each other")));
        }
        self.tree.make_folder(place)?;
        for entry in self.view.loader.files().list(source)? {
            let (from, to) = (join(source, &entry.name), join(place, &entry.name));
            match entry.kind {
                EntryKind::Link => {}
                EntryKind::Folder => self.copy_folder(&from, &to, depth + 1)?,
                EntryKind::File => self.tree.write(&to, self.view.loader.files().read(&from)?)?,
            }
        }
        Ok(())
    }
}
