//! `longshore init`: a first project file, from questions, flags, or what a team has.

mod disk;
mod flags;
mod questions;
mod starter;
mod written;

use std::io;
use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use longshore_import::{Draft, Left, Origin, Reader, compose, folder, helmfile, name_of};
use longshore_platform::project::{API_VERSION, FILE_NAME, parse, schema};

use crate::args::InitArgs;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use disk::Disk;
use questions::Questions;
use written::Written;

/// The JSON Schema of the project file, beside it.
const SCHEMA: &str = "longshore.schema.json";

/// What could not be translated.
const TODO: &str = "longshore.todo.md";

/// Writes `longshore.yaml` and what belongs to it. Changes no file that is there.
pub(crate) fn run(args: &InitArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut written = Written::into(&args.dir)?;
    let mut origin = Origin::new(args.name.clone().unwrap_or_else(|| folder_name(&args.dir)));
    origin.is_named = args.name.is_some();
    origin.environments.clone_from(&args.environment);
    origin.namespace.clone_from(&args.namespace);
    let drafts = match &args.from {
        Some(from) => translated(from, &args.dir, &mut origin)?,
        None if flags::name_releases(args) => vec![flags::draft(args, &origin)?],
        None => {
            let mut draft = folder(&Disk::new(&args.dir), &origin)?;
            let is_told = args.yes || !args.environment.is_empty() || args.namespace.is_some();
            if printer.can_ask() && !is_told {
                let (mut answers, mut shown) = (io::stdin().lock(), io::stderr().lock());
                Questions::new(&mut answers, &mut shown).ask(&mut draft, &origin)?;
            }
            if draft.releases.is_empty() {
                starter::add(&mut draft);
            }
            vec![draft]
        }
    };
    let mut left = Vec::new();
    for draft in &drafts {
        let at = |path: &str| longshore_import::join(&draft.folder, path);
        let text = draft.project(
            API_VERSION,
            &longshore_import::join(if draft.folder.is_empty() { "" } else { ".." }, SCHEMA),
        );
        // What we write must be what we read: a name that Kubernetes refuses is found here, before anything
        // is written. Its place would be in a file that is not there.
        parse(&text, FILE_NAME).map_err(|mut error| {
            error.place = None;
            error
        })?;
        for file in &draft.files {
            written.add(&file.path, &file.text);
        }
        written.add(&at(FILE_NAME), &text);
        left.extend(draft.left.iter().cloned());
    }
    let source = args.from.as_deref().unwrap_or(&args.dir).display().to_string();
    if let Some(todo) = longshore_import::todo(&source, &left) {
        written.add(TODO, &todo);
    }
    written.add_unless_there(SCHEMA, &format!("{:#}\n", schema()));
    let paths = written.write()?;
    report(&left, &paths, printer)?;
    Ok(ExitStatus::Success)
}

/// Translates what `from` is. Paths of the project file are relative to `dir`.
fn translated(from: &Path, dir: &Path, origin: &mut Origin) -> anyhow::Result<Vec<Draft>> {
    let missing = || {
        Diagnostic::error("import/missing", format!("there is nothing at `{}`", from.display()))
            .hint("`--from` names a folder, a helmfile or a Compose file")
    };
    let (base, file) = if from.is_dir() {
        (from, None)
    } else if from.is_file() {
        let base = from.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (base, from.file_name().and_then(|name| name.to_str()))
    } else {
        return Err(missing().into());
    };
    origin.base = disk::between(dir, base);
    let disk = Disk::new(base);
    let Some(file) = file else {
        let draft = folder(&disk, origin)?;
        if draft.releases.is_empty() {
            let message = format!("nothing that can be released was found in `{}`", from.display());
            return Err(Diagnostic::error("import/nothing", message)
                .hint("a folder is searched for charts, kustomizations and manifests")
                .into());
        }
        return Ok(vec![draft]);
    };
    let drafts = match Kind::of(&disk, file)? {
        Kind::Compose => compose(&disk, file, origin).map(|draft| vec![draft]),
        Kind::Helmfile => helmfile(&disk, file, origin),
    };
    // Paths in errors are those of the files as they are named from here.
    Ok(drafts.map_err(|mut error| {
        let report = &mut *error;
        let places =
            report.place.iter_mut().chain(report.chain.iter_mut().filter_map(|link| link.place.as_mut()));
        for place in places {
            let shown = base.join(&place.file);
            place.file = shown.strip_prefix("./").unwrap_or(&shown).display().to_string();
        }
        error
    })?)
}

/// What a file is that is to be translated.
enum Kind {
    Compose,
    Helmfile,
}

impl Kind {
    /// By its name, else by what is in it.
    fn of(disk: &Disk, file: &str) -> Result<Self, Diagnostic> {
        if file.contains("helmfile") || file.ends_with(".gotmpl") {
            return Ok(Self::Helmfile);
        }
        if file.contains("compose") {
            return Ok(Self::Compose);
        }
        let text = Reader::new(disk).text(file)?.unwrap_or_default();
        let has = |key: &str| text.lines().any(|line| line.trim_end().strip_suffix(':') == Some(key));
        match (has("services"), has("releases") || has("helmfiles") || has("bases")) {
            (true, false) => Ok(Self::Compose),
            (false, true) => Ok(Self::Helmfile),
            _ => Err(Diagnostic::error(
                "import/kind",
                format!("`{file}` is neither a helmfile nor a Compose file"),
            )
            .at(Place::file(file))
            .hint("a helmfile has `releases`, a Compose file `services`")),
        }
    }
}

/// What was written and what is left to do.
fn report(left: &[Left], paths: &[PathBuf], printer: &Printer) -> anyhow::Result<()> {
    if printer.tells_programs() {
        let left = left.iter().map(|entry| {
            let (file, line) = (&entry.place.file, entry.place.line);
            serde_json::json!({"file": file, "line": line, "what": entry.what, "advice": entry.advice})
        });
        let written: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let left: Vec<serde_json::Value> = left.collect();
        return printer.result(&serde_json::json!({"written": written, "left": left}), String::new);
    }
    for path in paths {
        printer.say(format!("wrote {}", path.display()));
    }
    if !left.is_empty() {
        printer.say(format!("{} to do, also in {TODO}:", left.len()));
        for left in left {
            printer.say(format!("  {}: {}: {}", left.place, left.what, left.advice));
        }
    }
    printer.say("next: `longshore check`, `longshore render`, `longshore plan`, `longshore deploy`");
    Ok(())
}

/// The folder's name, made into a name that Kubernetes takes.
fn folder_name(dir: &Path) -> String {
    let folder = dir.canonicalize().ok();
    let name = folder.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let name: String = name.chars().take(40).collect();
    name_of(&name, "platform")
}
