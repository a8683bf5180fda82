//! Where a release's chart is: a folder or archive of the project, or a repository or registry elsewhere.

use longshore_diag::Diagnostic;
use longshore_go::semver::Constraint;
use longshore_yaml::{Kind, Node};

use super::Placed;
use super::fields::Fields;

const CHART_KEYS: [&str; 3] = ["repo", "name", "version"];

/// A release's chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartSpec {
    /// A folder or an archive, relative to the project file.
    Here(Placed<String>),
    /// One that is fetched.
    Remote(RemoteChart),
}

/// A chart in a repository (`https://…`) or a registry (`oci://…`). Its texts may have variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteChart {
    /// The repository, or the part of the registry that its charts are in.
    pub repo: Placed<String>,
    /// The chart's name there.
    pub name: Placed<String>,
    /// A version, or a range of versions (`^1.2`).
    pub version: Placed<String>,
}

/// Reads `chart`: a path, or a mapping that says where the chart is.
///
/// # Errors
/// A mistake in it.
pub(super) fn chart(file: &str, fields: &Fields<'_>) -> Result<Option<ChartSpec>, Diagnostic> {
    let Some(node) = fields.given("chart") else { return Ok(None) };
    if node.kind != Kind::Mapping {
        let path = fields.string("chart")?;
        if let Some(path) = path.as_ref().filter(|path| path.value.contains("://")) {
            let message = format!("{} is an address, and takes a path", fields.path("chart"));
            return Err(Diagnostic::error("project/chart", message).at(path.place.clone()).hint(
                "write `chart: {repo: https://charts.example.com, name: web, version: ^1.2}`; `repo` may begin with `oci://`",
            ));
        }
        return Ok(path.map(ChartSpec::Here));
    }
    remote(file, &fields.path("chart"), node).map(ChartSpec::Remote).map(Some)
}

fn remote(file: &str, what: &str, node: &Node) -> Result<RemoteChart, Diagnostic> {
    let fields = Fields::read(file, what, node, &CHART_KEYS)?;
    let remote = RemoteChart {
        repo: fields.required_string("repo")?,
        name: fields.required_string("name")?,
        version: match fields.given("version") {
            // What to write is told where nothing is; a number without quotes is told what it lacks.
            None => {
                let hint = "a version or a range of versions, as in `1.4.2`, `^1.4` or `~1.4.2`";
                return Err(fields.missing("version").hint(hint));
            }
            Some(_) => fields.required_string("version")?,
        },
    };
    let has_variables = |placed: &Placed<String>| placed.value.contains("${");
    if !has_variables(&remote.repo) && !is_address(&remote.repo.value) {
        return Err(wrong(
            &fields.path("repo"),
            "an address that begins with https://, http:// or oci://",
            &remote.repo,
        ));
    }
    if !has_variables(&remote.name) && !is_name(&remote.name.value) {
        return Err(wrong(&fields.path("name"), "the name of a chart", &remote.name));
    }
    if !has_variables(&remote.version) && Constraint::parse(remote.version.value.as_bytes()).is_err() {
        let wanted = "a version or a range of versions, as in `1.4.2`, `^1.4` or `~1.4.2`";
        return Err(wrong(&fields.path("version"), wanted, &remote.version));
    }
    Ok(remote)
}

fn wrong(what: &str, wanted: &str, found: &Placed<String>) -> Diagnostic {
    let message = format!("{what} must be {wanted}, not `{}`", found.value);
    Diagnostic::error("project/chart", message).at(found.place.clone())
}

/// Whether charts can be got from there.
pub(crate) fn is_address(text: &str) -> bool {
    ["https://", "http://", "oci://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    })
}

/// Whether a chart can be called so: it becomes part of paths.
pub(crate) fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('.')
}
