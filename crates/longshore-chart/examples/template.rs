//! `helm template` without Helm, for comparing with it: `template NAME CHART [-f FILE] [--set X]…`.
//!
//! It knows the flags that recorded cases use, reads a chart from a folder or an archive, and prints what
//! Helm would. `--times N` renders N times and prints the mean instead.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use longshore_chart::load::{Ignore, read_files};
use longshore_chart::values::{Sources, merge};
use longshore_chart::{
    Capabilities, Chart, Engine, KubeVersion, Level, Options, Output, Release, RenderInput, Services,
};

/// Randomness that is none, so that output can be compared.
struct Fixed;

impl Services for Fixed {
    fn random(&self, buffer: &mut [u8]) {
        for (i, byte) in buffer.iter_mut().enumerate() {
            *byte = i as u8;
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("Error: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<String, String> {
    let mut sources = Sources::default();
    let mut level = Level::default();
    let mut output = Output::default();
    let mut options = Options::default();
    let (mut namespace, mut is_upgrade, mut times) = ("default".to_owned(), false, 0);
    let (mut kube_version, mut api_versions) = (None, Vec::new());
    let mut plain = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "-f" => {
                let name = value()?;
                let content = std::fs::read(&name).map_err(|error| format!("open {name}: {error}"))?;
                sources.files.push((name, content));
            }
            "--set" => sources.set.push(value()?),
            "--set-string" => sources.set_string.push(value()?),
            "--set-json" => sources.set_json.push(value()?),
            "--set-file" => sources.set_file.push(value()?),
            "--set-literal" => sources.set_literal.push(value()?),
            "-n" => namespace = value()?,
            "--level" => level = value()?.parse()?,
            "--times" => times = value()?.parse().map_err(|_| "--times needs a number")?,
            "--kube-version" => kube_version = Some(KubeVersion::parse(&value()?)?),
            "-a" => api_versions.extend(value()?.split(',').map(str::to_owned)),
            "--is-upgrade" => is_upgrade = true,
            "--include-crds" => output.crds = true,
            "--skip-tests" => output.tests = false,
            "--no-hooks" => output.hooks = false,
            "--skip-schema-validation" => options.skip_schema = true,
            _ => plain.push(arg.as_str()),
        }
    }
    let [name, path] = plain.as_slice() else {
        return Err("usage: template NAME CHART [flags]".to_owned());
    };
    let mut read_file =
        |name: &str| std::fs::read(name).map_err(|_| format!("open {name}: no such file or directory"));
    let chart = load(Path::new(path), level)?;
    let mut capabilities = Capabilities::assumed(level.rules());
    capabilities.kube_version = kube_version.unwrap_or(capabilities.kube_version);
    capabilities.api_versions.extend(api_versions);
    let values = merge(&sources, level, &mut read_file).map_err(|error| error.to_string())?;
    let release = Release { name, namespace: &namespace, revision: 1, is_upgrade };
    let input = RenderInput { values, release, capabilities, services: &Fixed, options };
    let engine = Engine::new(level);
    let start = Instant::now();
    let rendered = engine.render(&chart, &input).map_err(|error| error.to_string())?;
    let first = start.elapsed();
    if times > 0 {
        let start = Instant::now();
        for _ in 0..times {
            engine.render(&chart, &input).map_err(|error| error.to_string())?;
        }
        return Ok(format!("first {first:?}, then {:?} each\n", start.elapsed() / times));
    }
    Ok(rendered.output(output))
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
    Chart::load(read_files(files), level).map_err(|error| error.to_string())
}

fn walk(
    folder: &Path,
    prefix: &str,
    ignore: &Ignore,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), String> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| error.to_string())?
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
