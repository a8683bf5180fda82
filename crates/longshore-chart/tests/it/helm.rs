//! `helm template` as a function: flags, a chart on disk, and what Helm would print.
//!
//! It knows the flags that recorded cases use. The example `template` shares this file.

use std::path::Path;

use longshore_go::time::Time;

use longshore_chart::dependencies::check_installable;
use longshore_chart::load::{Ignore, read_files};
use longshore_chart::values::{Sources, merge};
use longshore_chart::{
    Capabilities, Chart, Engine, KubeVersion, Level, Options, Output, Release, RenderInput, Rendered,
    Services,
};

/// Randomness and a clock that are none, so that output can be compared.
struct Fixed;

impl Services for Fixed {
    fn random(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip((0..=u8::MAX).cycle()) {
            *byte = value;
        }
    }

    fn now(&self) -> Option<Time> {
        Some(Time::unix(1_800_000_000, 0))
    }
}

/// A command line, read.
#[derive(Debug)]
pub(crate) struct Command {
    name: String,
    chart: String,
    sources: Sources,
    namespace: String,
    is_upgrade: bool,
    kube_version: Option<String>,
    api_versions: Vec<String>,
    options: Options,
    output: Output,
    notes: bool,
    /// The name of a plugin; empty for none.
    post_renderer: String,
    post_renderer_arguments: Vec<String>,
    pub(crate) level: Level,
    pub(crate) times: u32,
}

impl Command {
    /// Reads `NAME CHART [flags]`; file names are those below `folder`.
    pub(crate) fn parse(args: &[String], folder: &Path, level: Level) -> Result<Self, String> {
        let mut command = Self {
            name: String::new(),
            chart: String::new(),
            sources: Sources::default(),
            namespace: "default".to_owned(),
            is_upgrade: false,
            kube_version: None,
            api_versions: Vec::new(),
            options: Options::default(),
            output: Output::default(),
            notes: false,
            post_renderer: String::new(),
            post_renderer_arguments: Vec::new(),
            level,
            times: 0,
        };
        let mut plain = Vec::new();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let mut value = || rest.next().cloned().ok_or_else(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "-f" => {
                    let name = value()?;
                    let content = read(folder, &name)?;
                    command.sources.files.push((name, content));
                }
                "--set" => command.sources.set.push(value()?),
                "--set-string" => command.sources.set_string.push(value()?),
                "--set-json" => command.sources.set_json.push(value()?),
                "--set-file" => command.sources.set_file.push(value()?),
                "--set-literal" => command.sources.set_literal.push(value()?),
                "-n" => command.namespace = value()?,
                "--level" => command.level = value()?.parse()?,
                "--times" => command.times = value()?.parse().map_err(|_| "--times needs a number")?,
                "--kube-version" => command.kube_version = Some(value()?),
                "-a" => command.api_versions.extend(value()?.split(',').map(str::to_owned)),
                "--is-upgrade" => command.is_upgrade = true,
                "--include-crds" => command.output.crds = true,
                "--skip-tests" => command.output.tests = false,
                "--no-hooks" => command.output.hooks = false,
                "--skip-schema-validation" => command.options.skip_schema = true,
                "--render-subchart-notes" => command.options.subchart_notes = true,
                "--post-renderer" => command.post_renderer = value()?,
                "--post-renderer-args" => command.post_renderer_arguments.push(value()?),
                "--notes" => command.notes = true,
                _ => plain.push(arg.clone()),
            }
        }
        match plain.as_slice() {
            [name, chart] => {
                command.name.clone_from(name);
                command.chart = folder.join(chart).to_string_lossy().into_owned();
                Ok(command)
            }
            _ => Err("usage: NAME CHART [flags]".to_owned()),
        }
    }

    /// Loads the chart.
    pub(crate) fn load(&self) -> Result<Chart, String> {
        load(Path::new(&self.chart), self.level)
    }

    /// Renders a chart.
    pub(crate) fn render(&self, engine: &Engine, chart: &Chart, folder: &Path) -> Result<Rendered, String> {
        let mut read_file = |name: &str| read(folder, name);
        let values = merge(&self.sources, self.level, &mut read_file).map_err(|error| error.to_string())?;
        check_installable(chart, self.level.rules()).map_err(|error| error.to_string())?;
        let mut capabilities = Capabilities::assumed(self.level.rules());
        if let Some(version) = &self.kube_version {
            capabilities.kube_version = KubeVersion::parse(version, self.level.rules())
                .map_err(|error| format!("invalid kube version '{version}': {error}"))?;
        }
        capabilities.api_versions.extend(self.api_versions.iter().cloned());
        let input = RenderInput {
            values,
            release: Release {
                name: &self.name,
                namespace: &self.namespace,
                revision: 1,
                is_upgrade: self.is_upgrade,
            },
            capabilities,
            services: &Fixed,
            options: self.options,
        };
        let rendered = if self.post_renderer.is_empty() {
            engine.render(chart, &input)
        } else {
            let post_render = &mut |objects: &[u8]| self.post_render(objects, folder);
            engine.render_through(chart, &input, post_render)
        };
        rendered.map_err(|error| error.to_string())
    }

    /// What the plugins of recorded cases do: `cat` gives what it gets, `print` a file beside it.
    fn post_render(&self, objects: &[u8], folder: &Path) -> Result<Vec<u8>, String> {
        let output = match self.post_renderer_arguments.first() {
            Some(file) => read(&folder.join("plugins/print"), file)?,
            None => objects.to_vec(),
        };
        if output.trim_ascii().is_empty() {
            return Err(format!("post-renderer \"{}\" produced empty output", self.post_renderer));
        }
        Ok(output)
    }

    /// What Helm would print to standard output.
    pub(crate) fn print(&self, rendered: &Rendered) -> String {
        if self.notes { format!("{}\n", rendered.notes.trim()) } else { rendered.output(self.output) }
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    std::fs::read(folder.join(name)).map_err(|_| format!("open {name}: no such file or directory"))
}

/// A chart from disk.
fn load(path: &Path, level: Level) -> Result<Chart, String> {
    if path.is_file() {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        return Chart::unpack(&bytes, level).map_err(|error| error.to_string());
    }
    let ignore = std::fs::read(path.join(".helmignore")).unwrap_or_default();
    let ignore = Ignore::parse(&ignore).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    walk(path, "", &ignore, &mut files)?;
    let load = |files| Chart::load(read_files(files, level)?, level);
    load(files).map_err(|error| error.to_string())
}

fn walk(
    folder: &Path,
    prefix: &str,
    ignore: &Ignore,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), String> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let is_folder = entry.path().is_dir();
        if ignore.is_ignored(&name, is_folder) {
            continue;
        }
        if is_folder {
            walk(&entry.path(), &format!("{name}/"), ignore, files)?;
        } else {
            files.push((name, std::fs::read(entry.path()).map_err(|error| error.to_string())?));
        }
    }
    Ok(())
}
