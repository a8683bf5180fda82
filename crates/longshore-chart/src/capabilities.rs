//! `.Capabilities`: what the cluster can do, or what is assumed without one.

mod versions;

use longshore_go::strconv;

use crate::compat::Rules;

/// A Kubernetes version as templates see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// As given or as the server says it: `v1.33.4-gke.1245000`.
    pub version: String,
    /// What version constraints are checked against: vendor suffixes of `--kube-version` are cut off.
    pub normalized: String,
    /// Major version, a string.
    pub major: String,
    /// Minor version, a string.
    pub minor: String,
}

impl KubeVersion {
    /// Reads a version as `--kube-version` takes it: `1.31`, `v1.31.2`, `1.31.2-gke.5`.
    ///
    /// # Errors
    /// Kubernetes' own text: `could not parse "x" as version`.
    pub fn parse(text: &str, rules: &Rules) -> Result<Self, String> {
        let quoted = || strconv::quoted(text);
        let trimmed = text.trim_start();
        let body = trimmed.strip_prefix('v').unwrap_or(trimmed);
        // The longest run of numbers with single dots between; what follows is the vendor's.
        let mut parts: Vec<&str> = Vec::new();
        let mut rest = body;
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            parts.push(&rest[..end]);
            match rest[end..].strip_prefix('.') {
                Some(next) => rest = next,
                None => break,
            }
        }
        match parts.len() {
            0 => return Err(format!("could not parse {} as version", quoted())),
            1 => return Err(format!("illegal version string {}", quoted())),
            _ => {}
        }
        if parts[0].len() > 1 && parts[0].starts_with('0') {
            let text = quoted();
            return Err(format!("illegal zero-prefixed version component \"{}\" in {text}", parts[0]));
        }
        let mut numbers = Vec::new();
        for part in parts {
            let number = strconv::parse_uint(part.as_bytes(), 10, 64).map_err(|error| {
                format!("illegal non-numeric version component \"{part}\" in {}: {error}", quoted())
            })?;
            numbers.push(number.to_string());
        }
        let normalized = format!("v{}", numbers.join("."));
        let given = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        Ok(Self {
            version: if rules.keeps_vendor_suffix { given } else { normalized.clone() },
            normalized,
            major: numbers[0].clone(),
            minor: numbers[1].clone(),
        })
    }

    /// A version as a server reports it, kept whole.
    pub fn of_server(git_version: &str, major: &str, minor: &str) -> Self {
        Self {
            version: git_version.to_owned(),
            normalized: git_version.to_owned(),
            major: major.to_owned(),
            minor: minor.to_owned(),
        }
    }
}

/// What templates may find out about the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The Kubernetes version.
    pub kube_version: KubeVersion,
    /// `apps/v1`, and for live clusters also `apps/v1/Deployment`.
    pub api_versions: Vec<String>,
}

impl Capabilities {
    /// What a level assumes without a cluster.
    pub fn assumed(rules: &Rules) -> Self {
        let (major, minor) = rules.kube_version;
        let version = format!("v{major}.{minor}.0");
        Self {
            kube_version: KubeVersion {
                normalized: version.clone(),
                version,
                major: major.to_string(),
                minor: minor.to_string(),
            },
            api_versions: versions::KUBERNETES_1_37.iter().map(|version| (*version).to_owned()).collect(),
        }
    }
}
