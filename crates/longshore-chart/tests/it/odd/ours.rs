//! What we make of an odd chart: `helm template --include-crds` with the notes behind, or `Error: …`.

use longshore_chart::dependencies::check_installable;
use longshore_chart::load::{Ignore, check_version, open, open_detected, read_files};
use longshore_chart::values::{Sources, merge};
use longshore_chart::{
    Capabilities, Chart, Engine, Error, ErrorKind, File, Level, Options, Output, Release, RenderInput,
    Services,
};

use super::case::{Case, plain};

/// Randomness that is none, and the clock that real Helm reads: what is no time counts as now.
struct Fixed;

impl Services for Fixed {
    fn random(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip((0..=u8::MAX).cycle()) {
            *byte = value;
        }
    }

    fn now(&self) -> Option<longshore_go::time::Time> {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().ok()?;
        Some(longshore_go::time::Time::unix(since.as_secs().try_into().ok()?, 0))
    }
}

/// Our answer.
pub(crate) fn answer(case: &Case, engine: &Engine) -> String {
    match rendered(case, engine) {
        Ok(text) => plain(&text),
        Err(error) => {
            let hint = match error.kind() {
                ErrorKind::Parse | ErrorKind::Execute | ErrorKind::Manifest | ErrorKind::Capabilities => {
                    "\n\nUse --debug flag to render out invalid YAML"
                }
                _ => "",
            };
            plain(&format!("Error: {error}{hint}"))
        }
    }
}

fn rendered(case: &Case, engine: &Engine) -> Result<String, Error> {
    let level = engine.level();
    let of = |kind: &str| {
        case.flags.iter().filter(|(name, _)| name == kind).map(|(_, text)| text.clone()).collect()
    };
    let sources = Sources {
        files: case
            .values
            .iter()
            .enumerate()
            .map(|(number, file)| (format!("v{number}.yaml"), file.clone()))
            .collect(),
        set_json: of("set-json"),
        set: of("set"),
        set_string: of("set-string"),
        set_file: of("set-file"),
        set_literal: of("set-literal"),
    };
    let values = merge(&sources, level, &mut |name| match name {
        "f1" => Ok(b"line 1\n\"line\" 2\n".to_vec()),
        _ => Err(format!("open {name}: no such file or directory")),
    })?;
    let chart = load(case, level)?;
    check_installable(&chart, level.rules())?;
    let input = RenderInput {
        values,
        release: Release { name: "demo", namespace: "default", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services: &Fixed,
        options: Options::default(),
    };
    let rendered = engine.render(&chart, &input)?;
    let mut text = rendered.output(Output { crds: true, ..Output::default() });
    if !rendered.notes.is_empty() {
        text.push_str("NOTES:\n");
        text.push_str(&rendered.notes);
    }
    Ok(text)
}

fn load(case: &Case, level: Level) -> Result<Chart, Error> {
    if let Some(archive) = &case.archive {
        let opened = if level.rules().major > 3 { open_detected } else { open };
        return opened("chart.tgz", archive, level);
    }
    if level.rules().major > 3 && !case.files.iter().any(|(name, _)| name == "Chart.yaml") {
        // The command line looks for it before it reads the folder.
        let text =
            "unable to detect chart at chart/Chart.yaml: open chart/Chart.yaml: no such file or directory";
        return Err(Error::new(ErrorKind::Load, text));
    }
    let about = case.files.iter().find(|(name, _)| name == "Chart.yaml");
    if let Some((name, about)) = about.filter(|_| level.rules().major > 3) {
        check_version(&File::new(name, about.as_slice()), level)?;
    }
    let ignore = case.files.iter().find(|(name, _)| name == ".helmignore");
    let ignore = Ignore::parse(ignore.map_or(&[], |(_, text)| text))?;
    let mut files: Vec<_> = case.files.iter().filter(|(name, _)| !ignore.hides(name)).cloned().collect();
    files.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    Chart::load(read_files(files, level)?, level)
}
