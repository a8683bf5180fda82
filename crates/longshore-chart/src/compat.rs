//! Which Helm to be: everything in rendering that differs between supported levels, one row each.
//!
//! **Invariant**: no other module asks for a level by name. They ask the row, so that the next level is
//! a row here and nothing else.

use std::str::FromStr;

/// A compatibility level. Each means one patch release, which it follows to the byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Helm 3.22.0.
    V3_22,
    /// Helm 4.3.1.
    #[default]
    V4_3,
}

impl Level {
    /// Every level, oldest first.
    pub const ALL: [Self; 2] = [Self::V3_22, Self::V4_3];

    /// Its name on the command line: `4.3`.
    pub fn name(self) -> &'static str {
        self.rules().name
    }

    /// What it means.
    pub fn rules(self) -> &'static Rules {
        match self {
            Self::V3_22 => &HELM_3_22,
            Self::V4_3 => &HELM_4_3,
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|level| level.name()).collect();
            format!("no compatibility level {text}; there are {}", names.join(" and "))
        })
    }
}

/// What a level renders differently from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The level's name.
    pub name: &'static str,
    /// The major version, which decides on flags and on the words of the command line.
    pub major: u8,
    /// What is said of a chart that is deprecated.
    pub deprecation: &'static str,
    /// `.Capabilities.HelmVersion.Version`.
    pub helm_version: &'static str,
    /// `.Capabilities.HelmVersion.GoVersion`: the toolchain of the builds that recorded cases come from.
    pub go_version: &'static str,
    /// `.Capabilities.HelmVersion.KubeClientVersion`; the field does not exist in 3.x.
    pub kube_client_version: Option<&'static str>,
    /// The Kubernetes version that is assumed without a cluster: major and minor.
    pub kube_version: (u64, u64),
    /// Nulls in a chart's own values vanish when values are coalesced (4.2 and later).
    pub drops_default_nulls: bool,
    /// All documents of a values file are merged; before, all but the first were ignored.
    pub merges_value_documents: bool,
    /// A document keeps the white space at its end, and `---` splits anywhere at the start of a line.
    pub keeps_document_tails: bool,
    /// `.Chart` is a map, in which unknown fields are empty; before, a struct, in which they are errors.
    pub chart_is_map: bool,
    /// A failed execution is told over several lines, one step of the way per block.
    pub traces_errors: bool,
    /// Webhook configurations have a place in the order of kinds; before, they came among the unknown.
    pub orders_webhooks: bool,
    /// Errors about dependencies say at which stage they arose.
    pub names_dependency_stage: bool,
    /// What an error about charts that are listed and not there begins with.
    pub missing_charts_advice: &'static str,
    /// `--set-json` takes a whole object beside `name=value`.
    pub sets_json_objects: bool,
    /// `--kube-version` keeps a vendor's suffix in what templates see.
    pub keeps_vendor_suffix: bool,
    /// The charts within a dependency, if it lists none itself, keep the path that they were loaded under when the
    /// dependency or one around it gets an alias.
    pub forgets_parents: bool,
    /// What an archive may not be larger than, in words.
    pub archive_limit: &'static str,
    /// Most bytes of a file in an archive, if there is such a limit.
    pub max_file_bytes: Option<u64>,
    /// Names of Go's packages where types are printed.
    pub packages: Packages,
    /// Warnings about values begin with the file and line of Helm's source that logs them.
    pub logs_lines: bool,
    /// `mustToYaml`, `mustToToml`, and Helm's own `mustToJson`.
    pub has_must_encoders: bool,
    /// `mustToDuration` and the other ten of 4.3.
    pub has_duration_functions: bool,
    /// What `helm lint` looks for.
    pub lint: LintRules,
}

/// What `helm lint` of a level looks for, beside what all look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LintRules {
    /// Chart.yaml has no unknown or doubled keys, and its version is written in full.
    pub strict_metadata: bool,
    /// What lies in `crds/` are definitions.
    pub definitions: bool,
    /// There is a folder `templates`.
    pub wants_templates: bool,
    /// `.yml` is looked into as `.yaml` is, and both in any case.
    pub knows_yml: bool,
    /// Templates have none of what only Helm 2 knew.
    pub looks_for_helm_2: bool,
    /// `--skip-schema-validation` holds for the rule about values.yaml too.
    pub skips_values_schema: bool,
    /// What is said of a policy within a list.
    pub list_annotation: &'static str,
    /// Go's names for an object and its metadata.
    pub structs: (&'static str, &'static str),
}

/// The Go packages that types live in, as `%T` and errors print them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packages {
    /// Of `Values` and `Capabilities`.
    pub values: &'static str,
    /// Of the head of a manifest.
    pub manifest: &'static str,
    /// Of `Metadata` and its parts.
    pub chart: &'static str,
}

static HELM_4_3: Rules = Rules {
    name: "4.3",
    major: 4,
    deprecation: "this chart is deprecated",
    helm_version: "v4.3.1",
    go_version: "go1.26.8",
    kube_client_version: Some("v1.37"),
    kube_version: (1, 37),
    drops_default_nulls: true,
    merges_value_documents: true,
    keeps_document_tails: true,
    chart_is_map: true,
    traces_errors: true,
    orders_webhooks: true,
    names_dependency_stage: true,
    missing_charts_advice: "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies",
    sets_json_objects: true,
    keeps_vendor_suffix: true,
    forgets_parents: false,
    archive_limit: "size",
    max_file_bytes: None,
    packages: Packages { values: "common", manifest: "util", chart: "v2" },
    logs_lines: false,
    has_must_encoders: true,
    has_duration_functions: true,
    lint: LintRules {
        strict_metadata: true,
        definitions: true,
        wants_templates: true,
        knows_yml: true,
        looks_for_helm_2: false,
        skips_values_schema: true,
        list_annotation: "annotation 'helm.sh/resource-policy' within List objects are ignored",
        structs: ("k8sYamlStruct", "k8sYamlMetadata"),
    },
};

static HELM_3_22: Rules = Rules {
    name: "3.22",
    major: 3,
    deprecation: "WARNING: This chart is deprecated",
    helm_version: "v3.22.0",
    go_version: "go1.26.8",
    kube_client_version: None,
    kube_version: (1, 37),
    drops_default_nulls: false,
    merges_value_documents: false,
    keeps_document_tails: false,
    chart_is_map: false,
    traces_errors: false,
    orders_webhooks: false,
    names_dependency_stage: false,
    missing_charts_advice: "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies",
    sets_json_objects: false,
    keeps_vendor_suffix: false,
    forgets_parents: true,
    archive_limit: "file size",
    max_file_bytes: Some(5 << 20),
    packages: Packages { values: "chartutil", manifest: "releaseutil", chart: "chart" },
    logs_lines: true,
    has_must_encoders: false,
    has_duration_functions: false,
    lint: LintRules {
        strict_metadata: false,
        definitions: false,
        wants_templates: false,
        knows_yml: false,
        looks_for_helm_2: true,
        skips_values_schema: false,
        list_annotation: "Annotation 'helm.sh/resource-policy' within List objects are ignored",
        structs: ("K8sYamlStruct", "k8sYamlMetadata"),
    },
};

/// The functions that came with 4.3.
const DURATION_FUNCTIONS: [&str; 11] = [
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "mustToDuration",
];

impl Rules {
    /// Whether templates know the function. What no level knows is not asked for.
    pub fn has_function(&self, name: &str) -> bool {
        match name {
            "mustToYaml" | "mustToToml" => self.has_must_encoders,
            name if DURATION_FUNCTIONS.contains(&name) => self.has_duration_functions,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn names_lead_back_to_their_levels() {
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert_eq!("3.9".parse::<Level>().unwrap_err(), "no compatibility level 3.9; there are 3.22 and 4.3");
    }
}
