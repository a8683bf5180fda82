//! `cargo xtask schemas`: the table of Kubernetes' object types that `longshore check` holds objects against.
//!
//! For each minor version the OpenAPI document that Kubernetes publishes is read out of its Go module, pinned by version
//! and checksum in `tools/schemas/versions.txt`; values of enumerations, which that document leaves out, come from the
//! definitions that are generated beside it. [`table`] merges all versions into one text, which goes compressed into
//! `longshore-check`.

mod enums;
mod swagger;
mod table;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use longshore_testkit::tools::{go_environment, workspace_root};
use serde::Deserialize;
use table::Table;
use tokio::process::Command;

use crate::say;

const MODULE: &str = "k8s.io/kubernetes";
const VERSIONS: &str = "tools/schemas/versions.txt";
const TABLE: &str = "crates/longshore-check/src/schema/kubernetes.zlib";

/// What the table may take in the program.
const MOST: usize = 3 << 20;

pub(crate) const EXAMPLES: &str = "Examples:
  cargo xtask schemas                make the table anew (downloads some 400 MB, one version after the other)
  cargo xtask schemas --text         print the text that the committed table holds";

/// What `cargo xtask schemas` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print the text of the committed table instead of making it
    #[arg(long)]
    text: bool,
}

/// A version and the checksum of its module.
struct Pin {
    minor: u32,
    version: String,
    sum: String,
}

/// What `go mod download -json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Download {
    #[serde(default)]
    error: String,
    #[serde(default)]
    dir: PathBuf,
    #[serde(default)]
    sum: String,
}

/// Makes the table, or prints the one that is there.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool> {
    let file = workspace_root().join(TABLE);
    if arguments.text {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {TABLE}"))?;
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::ZlibDecoder::new(&bytes[..]), &mut text)?;
        say::answer(text.trim_end());
        return Ok(true);
    }
    let start = Instant::now();
    let mut table = Table::default();
    for pin in pins()? {
        let cache = tempfile::tempdir().context("cannot make a folder for modules")?;
        let folder = download(&pin, cache.path()).await?;
        let api = swagger::read(&folder.join("api/openapi-spec/swagger.json"))?;
        let enums = enums::read(&folder.join("pkg/generated/openapi/zz_generated.openapi.go"))?;
        let known = enums.as_ref().map_or(0, std::collections::BTreeMap::len);
        say::note(&format!(
            "{}: {} types, {} kinds, {known} fields with known values",
            pin.version,
            api.types.len(),
            api.kinds.len()
        ));
        table.add(pin.minor, &api, enums.as_ref());
    }
    let text = table.text();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    let bytes = encoder.finish()?;
    if bytes.len() > MOST {
        bail!("the table takes {} bytes, and may take {MOST}", bytes.len());
    }
    fs::write(&file, &bytes).with_context(|| format!("cannot write {TABLE}"))?;
    say::note(&format!(
        "{TABLE}: {} bytes ({} as text), made in {}",
        bytes.len(),
        text.len(),
        say::duration(start.elapsed())
    ));
    Ok(true)
}

fn pins() -> Result<Vec<Pin>> {
    let text = fs::read_to_string(workspace_root().join(VERSIONS))
        .with_context(|| format!("cannot read {VERSIONS}"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (version, sum) = line.split_once(' ').with_context(|| format!("{VERSIONS}: `{line}`"))?;
            let minor = version.split('.').nth(1).and_then(|minor| minor.parse().ok());
            let minor = minor.with_context(|| format!("{VERSIONS}: `{version}` is no version"))?;
            Ok(Pin { minor, version: version.to_owned(), sum: sum.trim().to_owned() })
        })
        .collect()
}

/// The folder of the module, which lies in `cache`.
async fn download(pin: &Pin, cache: &Path) -> Result<PathBuf> {
    let mut command = Command::new("go");
    command.args(["mod", "download", "-modcacherw", "-json", &format!("{MODULE}@{}", pin.version)]);
    let output = command
        .envs(go_environment())
        .env("GOMODCACHE", cache)
        .current_dir(cache)
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run `go`")?;
    let said: Download = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("go mod download: {}", String::from_utf8_lossy(&output.stderr)))?;
    if !said.error.is_empty() {
        bail!("{}", said.error);
    }
    if said.sum != pin.sum {
        bail!("{MODULE} {} has the checksum {}, and {VERSIONS} says {}", pin.version, said.sum, pin.sum);
    }
    Ok(said.dir)
}
