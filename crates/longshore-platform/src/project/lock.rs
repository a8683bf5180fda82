//! `longshore.lock`: which version of each chart that lies elsewhere is meant, and what its archive's bytes are; the same of
//! images, and of what kustomizations name elsewhere ([`elsewhere`]).
//!
//! An entry is found by what the project file says (repository, name, wanted version), so that environments which want
//! different versions have different entries, and a change of the project file is seen. `longshore update` writes the
//! file; it is committed beside the project file.

mod elsewhere;

use std::fmt::Write as _;

use longshore_diag::{Diagnostic, Place};
use longshore_go::semver::{Constraint, Version};
use longshore_yaml::{Dialect, Limits};
use serde::Serialize;

use super::chart::{is_address, is_name};
use super::fields::Fields;
use super::{API_VERSION, Placed};

pub use elsewhere::{LockedBase, LockedFile, WantedBase, WantedFile};

const LOCK_KEYS: [&str; 6] = ["apiVersion", "kind", "charts", "bases", "files", "images"];
const IMAGE_KEYS: [&str; 2] = ["image", "digest"];
const CHART_KEYS: [&str; 6] = ["repo", "name", "wanted", "version", "appVersion", "digest"];

/// What a lock file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Sorted by repository, name and wanted version.
    pub charts: Vec<LockedChart>,
    /// Git repositories that kustomizations build on.
    pub bases: Vec<LockedBase>,
    /// Files behind URLs that kustomizations read.
    pub files: Vec<LockedFile>,
    /// Images of containers, sorted by name, if the project locks them.
    pub images: Vec<LockedImage>,
    /// The file as it is named in messages.
    pub file: String,
}

/// A chart that a release wants: what an entry is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WantedChart {
    /// The repository or registry.
    pub repo: String,
    /// The chart's name there.
    pub name: String,
    /// The version or the range of versions.
    pub wanted: String,
}

/// One locked chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LockedChart {
    /// What was wanted.
    #[serde(flatten)]
    pub wanted: WantedChart,
    /// The version that it was.
    pub version: String,
    /// The version of the application in it, as its chart says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    /// SHA-256 of the archive: `sha256:…`.
    pub digest: String,
}

/// One locked image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockedImage {
    /// Its name, as it stands in objects.
    pub image: String,
    /// What its tag stood for: `sha256:…`.
    pub digest: String,
}

impl Lock {
    /// The digest of an image.
    pub fn image(&self, image: &str) -> Option<&str> {
        self.images.iter().find(|locked| locked.image == image).map(|locked| locked.digest.as_str())
    }

    /// Whether it has no entry at all.
    pub fn is_empty(&self) -> bool {
        self.charts.is_empty() && self.bases.is_empty() && self.files.is_empty() && self.images.is_empty()
    }

    /// The entry for what is wanted.
    pub fn find(&self, wanted: &WantedChart) -> Option<&LockedChart> {
        self.charts.iter().find(|chart| chart.wanted == *wanted)
    }

    /// The file's text: the same entries always give the same bytes.
    pub fn to_yaml(&self) -> String {
        let mut charts: Vec<&LockedChart> = self.charts.iter().collect();
        charts.sort_by(|a, b| a.wanted.cmp(&b.wanted));
        let mut text = format!(
            "# Written by `longshore update`; commit it beside the project file.\napiVersion: {API_VERSION}\nkind: Lock\n"
        );
        text.push_str(if charts.is_empty() { "charts: []\n" } else { "charts:\n" });
        for LockedChart { wanted, version, app_version, digest } in charts {
            let mut line = |before: &str, key: &str, value: &str| {
                // JSON's strings are YAML's, and a quoted version is never a number. Writing to a string does not fail.
                let _ = writeln!(text, "{before} {key}: {}", serde_json::Value::from(value));
            };
            line("  -", "repo", &wanted.repo);
            line("   ", "name", &wanted.name);
            line("   ", "wanted", &wanted.wanted);
            line("   ", "version", version);
            if !app_version.is_empty() {
                line("   ", "appVersion", app_version);
            }
            line("   ", "digest", digest);
        }
        text.push_str(&elsewhere::to_yaml(self));
        let mut images: Vec<&LockedImage> = self.images.iter().collect();
        images.sort_by(|a, b| a.image.cmp(&b.image));
        text.push_str(if images.is_empty() { "" } else { "images:\n" });
        for LockedImage { image, digest } in images {
            let (image, digest) =
                (serde_json::Value::from(image.as_str()), serde_json::Value::from(digest.as_str()));
            let _ = writeln!(text, "  - image: {image}\n    digest: {digest}");
        }
        text
    }
}

/// Reads a lock file; `file` is its name in messages.
///
/// # Errors
/// It is no such file: each mistake with its line, and the advice to make it again.
pub fn parse_lock(text: &str, file: &str) -> Result<Lock, Diagnostic> {
    read(text, file).map_err(|error| match error.hint {
        Some(_) => error,
        None => error.hint("`longshore update` writes it anew"),
    })
}

fn read(text: &str, file: &str) -> Result<Lock, Diagnostic> {
    let broken = |message: &str, place: Place| Diagnostic::error("lock/broken", message).at(place);
    let documents =
        longshore_yaml::parse(text.as_bytes(), Dialect::V2, &Limits::default()).map_err(|error| {
            let place = Place::new(file, error.line().unwrap_or(0), error.column().unwrap_or(0));
            broken(&format!("this is no YAML: {error}"), place)
        })?;
    let [document] = documents.as_slice() else {
        return Err(broken("a lock file holds one YAML document", Place::file(file)));
    };
    let root = document.root();
    if let Some(twice) = root.duplicate_keys().first() {
        let message = format!("key `{}` is there twice", twice.key);
        return Err(broken(&message, Place::new(file, twice.second.0, twice.second.1)));
    }
    let fields = Fields::read(file, "the lock file", root, &LOCK_KEYS)?;
    for (key, wanted) in [("apiVersion", API_VERSION), ("kind", "Lock")] {
        let found = fields.required_string(key)?;
        if found.value != wanted {
            let message = format!("`{key}` must be `{wanted}`, not `{}`", found.value);
            return Err(broken(&message, found.place));
        }
    }
    let mut charts: Vec<LockedChart> = Vec::new();
    for (at, node) in fields.list("charts")?.into_iter().enumerate() {
        let fields = Fields::read(file, format!("chart {} of the lock file", at + 1), node, &CHART_KEYS)?;
        let chart = locked(&fields)?;
        if charts.iter().any(|other| other.wanted == chart.wanted) {
            let message = format!("chart `{}` {} is there twice", chart.wanted.name, chart.wanted.wanted);
            return Err(broken(&message, fields.place()));
        }
        charts.push(chart);
    }
    let mut images: Vec<LockedImage> = Vec::new();
    for (at, node) in fields.list("images")?.into_iter().enumerate() {
        let fields = Fields::read(file, format!("image {} of the lock file", at + 1), node, &IMAGE_KEYS)?;
        let image = fields.required_string("image")?;
        if images.iter().any(|other| other.image == image.value) {
            return Err(broken(&format!("image `{}` is there twice", image.value), image.place));
        }
        let digest = checked(&fields, "digest", DIGEST, &is_digest)?.value;
        images.push(LockedImage { image: image.value, digest });
    }
    let (bases, files) = (elsewhere::bases(&fields, file)?, elsewhere::files(&fields, file)?);
    Ok(Lock { charts, bases, files, images, file: file.to_owned() })
}

/// What a digest is.
const DIGEST: &str = "`sha256:` and 64 hexadecimal digits";

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

fn checked(
    fields: &Fields<'_>,
    key: &str,
    what: &str,
    is_good: &dyn Fn(&str) -> bool,
) -> Result<Placed<String>, Diagnostic> {
    let found = fields.required_string(key)?;
    if is_good(&found.value) {
        return Ok(found);
    }
    let message = format!("{} must be {what}, not `{}`", fields.path(key), found.value);
    Err(Diagnostic::error("lock/broken", message).at(found.place))
}

fn locked(fields: &Fields<'_>) -> Result<LockedChart, Diagnostic> {
    let checked = |key: &str, what: &str, is_good: &dyn Fn(&str) -> bool| checked(fields, key, what, is_good);
    let repo = checked("repo", "an address", &is_address)?;
    let name = checked("name", "the name of a chart", &is_name)?;
    let range = |text: &str| Constraint::parse(text.as_bytes()).is_ok();
    let wanted = checked("wanted", "a version or a range of versions", &range)?;
    let version = checked("version", "a version", &|text| Version::parse(text.as_bytes()).is_ok())?;
    let digest = checked("digest", DIGEST, &is_digest)?;
    let wanted = WantedChart { repo: repo.value, name: name.value, wanted: wanted.value };
    if !wanted.is_met_by(&version.value) {
        let message = format!(
            "version {} of chart `{}` is not in the range {} that it is locked for",
            version.value, wanted.name, wanted.wanted
        );
        return Err(Diagnostic::error("lock/broken", message).at(version.place));
    }
    Ok(LockedChart {
        wanted,
        version: version.value,
        app_version: fields.string("appVersion")?.map(|placed| placed.value).unwrap_or_default(),
        digest: digest.value,
    })
}

impl WantedChart {
    /// Whether a version is one that is wanted. One that is named is met by itself alone, also if it is a pre-release.
    pub fn is_met_by(&self, version: &str) -> bool {
        let bare = |text: &str| text.strip_prefix('v').unwrap_or(text).to_owned();
        if bare(&self.wanted) == bare(version) {
            return true;
        }
        let (range, version) =
            (Constraint::parse(self.wanted.as_bytes()), Version::parse(version.as_bytes()));
        matches!((range, version), (Ok(range), Ok(version)) if range.check(&version))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lock, LockedChart, LockedImage, WantedChart, parse_lock};

    fn chart(name: &str, wanted: &str, version: &str) -> LockedChart {
        LockedChart {
            wanted: WantedChart {
                repo: "https://charts.example.com".to_owned(),
                name: name.to_owned(),
                wanted: wanted.to_owned(),
            },
            version: version.to_owned(),
            app_version: "1.10".to_owned(),
            digest: format!("sha256:{}", "a1".repeat(32)),
        }
    }

    fn image(name: &str) -> LockedImage {
        LockedImage { image: name.to_owned(), digest: format!("sha256:{}", "b2".repeat(32)) }
    }

    #[test]
    fn what_is_written_is_read_again_in_one_order() {
        let charts = vec![
            chart("web", "^1.2", "1.10.0"),
            chart("db", "~2.0", "2.0.3"),
            chart("web", "1.0.0", "1.0.0"),
        ];
        let images = vec![image("b:1"), image("a")];
        let lock = Lock { charts, images, file: "longshore.lock".to_owned(), ..Lock::default() };
        let text = lock.to_yaml();
        let again = parse_lock(&text, "longshore.lock").unwrap();
        let names: Vec<(&str, &str)> =
            again.charts.iter().map(|chart| (chart.wanted.name.as_str(), chart.version.as_str())).collect();
        assert_eq!(names, [("db", "2.0.3"), ("web", "1.0.0"), ("web", "1.10.0")]);
        assert_eq!(again.to_yaml(), text);
        assert_eq!(again.find(&lock.charts[0].wanted).map(|chart| chart.app_version.as_str()), Some("1.10"));
        assert_eq!(again.images.iter().map(|image| &*image.image).collect::<Vec<_>>(), ["a", "b:1"]);
        assert_eq!(again.image("b:1"), Some(&*image("b:1").digest));
        let empty = Lock::default();
        assert_eq!(parse_lock(&empty.to_yaml(), "l").unwrap().charts, []);
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        let charts = vec![chart("web", "^1.2", "1.10.0")];
        let text = Lock { charts, ..Lock::default() }.to_yaml();
        let no_images = text.clone();
        let check = |from: &str, to: &str, expected: &str| {
            assert!(text.contains(from), "{text}");
            let error = parse_lock(&text.replace(from, to), "longshore.lock").unwrap_err().to_string();
            assert_eq!(error, format!("{expected} (`longshore update` writes it anew)"));
        };
        check("kind: Lock", "kind: Project", "longshore.lock:3:7: `kind` must be `Lock`, not `Project`");
        let no_list = format!("{}charts: x\n", text.split("charts:").next().unwrap());
        assert_eq!(
            parse_lock(&no_list, "longshore.lock").unwrap_err().to_string(),
            "longshore.lock:4:9: `charts` of the lock file must be a list, not `x` (`longshore update` writes it anew)"
        );
        check(
            "\"1.10.0\"",
            "\"2.0.0\"",
            "longshore.lock:8:14: version 2.0.0 of chart `web` is not in the range ^1.2 that it is locked for",
        );
        check(
            "sha256:a1",
            "sha256:A1",
            &format!(
                "longshore.lock:10:13: `digest` of chart 1 of the lock file must be `sha256:` and 64 hexadecimal digits, not `sha256:A1{}`",
                "a1".repeat(31)
            ),
        );
        check("    name: \"web\"\n", "", "longshore.lock:5:5: chart 1 of the lock file has no `name`");
        check(
            "\"https://charts.example.com\"",
            "\"ftp://x\"",
            "longshore.lock:5:11: `repo` of chart 1 of the lock file must be an address, not `ftp://x`",
        );
        let images = |text: &str| {
            parse_lock(&format!("{no_images}images:\n{text}"), "longshore.lock").unwrap_err().to_string()
        };
        assert_eq!(
            images("  - {image: a, digest: sha256:1}\n"),
            "longshore.lock:12:24: `digest` of image 1 of the lock file must be `sha256:` and 64 hexadecimal digits, not `sha256:1` (`longshore update` writes it anew)"
        );
        let digest = image("a").digest;
        assert_eq!(
            images(&format!("  - {{image: a, digest: '{digest}'}}\n  - {{image: a, digest: '{digest}'}}\n")),
            "longshore.lock:13:13: image `a` is there twice (`longshore update` writes it anew)"
        );
        let twice = text.clone() + &text[text.find("  - ").unwrap()..];
        let error = parse_lock(&twice, "longshore.lock").unwrap_err().to_string();
        assert!(error.starts_with("longshore.lock:11:5: chart `web` ^1.2 is there twice"), "{error}");
    }

    #[test]
    fn a_pre_release_is_met_by_its_name_only() {
        let wanted =
            |text: &str| WantedChart { repo: String::new(), name: String::new(), wanted: text.to_owned() };
        for (range, version, is_met) in [
            ("^1.2", "1.9.0", true),
            ("^1.2", "2.0.0", false),
            ("1.2.0-rc.1", "1.2.0-rc.1", true),
            ("v1.2.0", "1.2.0", true),
            ("*", "3.0.0-rc.1", false),
            ("1.2.0", "1.2.1", false),
        ] {
            assert_eq!(wanted(range).is_met_by(version), is_met, "{range} {version}");
        }
    }
}
