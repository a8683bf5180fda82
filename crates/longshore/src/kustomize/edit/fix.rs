//! `kustomize edit fix`.

use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_kustomize::{Options, build};
use longshore_source::KustomizationFiles;

use super::super::{Settings, print, say};
use super::{File, leaf};
use crate::cobra::{Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    let flags = vec![Flag::new("vars", Kind::Bool, "make replacements of vars, too")];
    leaf("fix", "write deprecated fields as those of today", flags, run)
}

fn run(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    if matches.is_on("vars") {
        bail!("vars are not made replacements by this program: --vars is not supported");
    }
    let before = build(&KustomizationFiles::default(), ".", &Options::default());
    before.warnings.iter().for_each(|warning| say(warning));
    let before = before.documents();
    let mut file = File::read()?;
    file.document.fix(|path| Path::new(path).is_file()).map_err(|error| anyhow!("{error}"))?;
    print(
        "
Fixed fields:
  patchesJson6902 -> patches
  patchesStrategicMerge -> patches
  commonLabels -> labels

To convert vars -> replacements, run the command `kustomize edit fix --vars`

WARNING: Converting vars to replacements will potentially overwrite many resource files 
and the resulting files may not produce the same output when `kustomize build` is run. 
We recommend doing this in a clean git repository where the change is easy to undo.
",
    )?;
    let written = file.write();
    let after = build(&KustomizationFiles::default(), ".", &Options::default());
    after.warnings.iter().for_each(|warning| say(warning));
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
