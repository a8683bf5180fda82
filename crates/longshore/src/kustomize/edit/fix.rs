//! `kustomize edit fix`.

use std::fs;
use std::path::Path;

use anyhow::anyhow;
use longshore_kustomize::edit::convert_vars;
use longshore_kustomize::{Options, build};
use longshore_source::KustomizationFiles;

use super::super::{Settings, print, warn};
use super::{File, leaf};
use crate::cobra::{Command, Flag, Kind, Matches};
use longshore_go::os::reason;

pub(super) fn command() -> Command<Settings> {
    let flags = vec![Flag::new("vars", Kind::Bool, "make replacements of vars, too")];
    leaf("fix", "write deprecated fields as those of today", flags, run)
}

/// What is said of every run.
const FIXED: &str = "
Fixed fields:
  patchesJson6902 -> patches
  patchesStrategicMerge -> patches
  commonLabels -> labels
";

/// What is said where variables were left alone.
const ADVICE: &str = "
To convert vars -> replacements, run the command `kustomize edit fix --vars`

WARNING: Converting vars to replacements will potentially overwrite many resource files 
and the resulting files may not produce the same output when `kustomize build` is run. 
We recommend doing this in a clean git repository where the change is easy to undo.
";

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let files = KustomizationFiles::new(settings.remotes.clone());
    let before = build(&files, ".", &Options::default());
    warn(&before.warnings);
    let before = before.documents();
    let mut file = File::read()?;
    file.document.fix(|path| Path::new(path).is_file()).map_err(|error| anyhow!("{error}"))?;
    if matches.is_on("vars") {
        let converted = convert_vars(&mut file.document, &files);
        for (path, text) in &converted.files {
            fs::write(path, text).map_err(|error| anyhow!("open {path}: {}", reason(&error)))?;
        }
        converted.result.map_err(|error| anyhow!("{error}"))?;
        print(&format!("{FIXED}  vars -> replacements\n"))?;
    } else {
        print(&format!("{FIXED}{ADVICE}"))?;
    }
    let written = file.write();
    let after = build(&files, ".", &Options::default());
    warn(&after.warnings);
    match after.documents() {
        Err(error) => print(&format!(
            "Warning: 'Fixed' kustomization now produces the error when running `kustomize build`: {error}\n"
        ))?,
        Ok(after) if before.as_ref().map_or(&[][..], |before| &before[..]) != after => print(&format!(
            "Warning: 'Fixed' kustomization now produces different output when running `kustomize build`:\n...{}...\n",
            String::from_utf8_lossy(&after)
        ))?,
        Ok(_) => {}
    }
    written
}
