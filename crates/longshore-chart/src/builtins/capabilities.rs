//! `.Capabilities` as Go values.

#![expect(clippy::unnecessary_wraps, reason = "methods of templates share one signature")]

use std::rc::Rc;

use longshore_go::{Kind, List, Method, MethodError, Object, TypeInfo, Value, types};

use crate::compat::Rules;

static KUBE_VERSION_METHODS: [Method; 2] = [
    Method { name: "GitVersion", params: &[], variadic: false, call: git_version },
    Method { name: "String", params: &[], variadic: false, call: version_string },
];
static VERSION_SET_METHODS: [Method; 1] =
    [Method { name: "Has", params: &[&types::STRING], variadic: false, call: has_version }];

/// The types of one level; they differ in the name of their package.
#[derive(Debug)]
struct Types {
    capabilities: TypeInfo,
    kube_version: TypeInfo,
    version_set: TypeInfo,
}

impl Types {
    const fn of(capabilities: &'static str, kube_version: &'static str, version_set: &'static str) -> Self {
        Self {
            capabilities: TypeInfo::plain(capabilities, Kind::Ptr),
            kube_version: TypeInfo {
                name: kube_version,
                kind: Kind::Struct,
                elem: None,
                methods: &KUBE_VERSION_METHODS,
            },
            version_set: TypeInfo {
                name: version_set,
                kind: Kind::Slice,
                elem: Some(&types::STRING),
                methods: &VERSION_SET_METHODS,
            },
        }
    }
}

static COMMON: Types = Types::of("*common.Capabilities", "common.KubeVersion", "common.VersionSet");
static CHARTUTIL: Types =
    Types::of("*chartutil.Capabilities", "chartutil.KubeVersion", "chartutil.VersionSet");
static HELM_VERSION: TypeInfo = TypeInfo::plain("version.BuildInfo", Kind::Struct);
static HELM_VERSION_JSON: TypeInfo = TypeInfo::plain("struct", Kind::Struct);

/// `*common.Capabilities`
#[derive(Debug)]
pub(super) struct Capabilities {
    ty: &'static TypeInfo,
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Capabilities {
    pub(super) fn new(from: &crate::Capabilities, rules: &Rules) -> Self {
        let types = if rules.packages.values == "common" { &COMMON } else { &CHARTUTIL };
        let versions = from.api_versions.iter().map(|version| Value::from(version.as_str())).collect();
        Self {
            ty: &types.capabilities,
            kube_version: Value::Object(Rc::new(KubeVersion {
                ty: &types.kube_version,
                version: from.kube_version.clone(),
                keeps_suffix: rules.keeps_vendor_suffix,
            })),
            api_versions: Value::List(List::typed(&types.version_set, versions)),
            helm_version: Value::Object(Rc::new(HelmVersion {
                version: rules.helm_version,
                go_version: rules.go_version,
                kube_client_version: rules.kube_client_version,
            })),
        }
    }
}

impl Object for Capabilities {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(self.kube_version.clone()),
            "APIVersions" => Some(self.api_versions.clone()),
            "HelmVersion" => Some(self.helm_version.clone()),
            _ => None,
        }
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["KubeVersion", "APIVersions", "HelmVersion"]
    }
}

/// `common.KubeVersion`
#[derive(Debug)]
struct KubeVersion {
    ty: &'static TypeInfo,
    version: crate::KubeVersion,
    /// Whether there are two versions, with and without the vendor's suffix.
    keeps_suffix: bool,
}

impl Object for KubeVersion {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, name: &str) -> Option<Value> {
        let text = match name {
            "Version" => &self.version.version,
            "Major" => &self.version.major,
            "Minor" => &self.version.minor,
            _ => return None,
        };
        Some(Value::from(text.as_str()))
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Version", "Major", "Minor"]
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let version = &self.version;
        let mut fields = vec![("Version", Value::from(version.version.as_str()))];
        if self.keeps_suffix {
            fields.push(("normalizedVersion", Value::from(version.normalized.as_str())));
        }
        fields.push(("Major", Value::from(version.major.as_str())));
        fields.push(("Minor", Value::from(version.minor.as_str())));
        fields
    }

    /// `{{ .Capabilities.KubeVersion }}` prints through the pointer's `String`, which `quote` does not find.
    fn pointer_string(&self) -> Option<String> {
        Some(self.version.normalized.clone())
    }
}

fn git_version(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    match receiver {
        Value::Object(object) => Ok(object.field("Version").unwrap_or_default()),
        _ => Ok(Value::from("")),
    }
}

fn version_string(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    match receiver {
        Value::Object(object) => Ok(Value::from(object.pointer_string().unwrap_or_default())),
        _ => Ok(Value::from("")),
    }
}

fn has_version(receiver: &Value, args: &[Value]) -> Result<Value, MethodError> {
    let found = match (receiver, args.first()) {
        (Value::List(list), Some(Value::Str(wanted))) => {
            list.iter().any(|version| version.as_str() == Some(wanted))
        }
        _ => false,
    };
    Ok(Value::Bool(found))
}

/// `version.BuildInfo`
#[derive(Debug)]
struct HelmVersion {
    version: &'static str,
    go_version: &'static str,
    kube_client_version: Option<&'static str>,
}

impl Object for HelmVersion {
    fn type_info(&self) -> &'static TypeInfo {
        &HELM_VERSION
    }

    fn field(&self, name: &str) -> Option<Value> {
        let text = match name {
            "Version" => self.version,
            "GitCommit" => "",
            "GitTreeState" => "clean",
            "GoVersion" => self.go_version,
            "KubeClientVersion" => self.kube_client_version?,
            _ => return None,
        };
        Some(Value::from(text))
    }

    fn field_names(&self) -> &'static [&'static str] {
        match self.kube_client_version {
            Some(_) => &["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"],
            None => &["Version", "GitCommit", "GitTreeState", "GoVersion"],
        }
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(HelmVersionJson {
            version: self.version,
            go_version: self.go_version,
            kube_client_version: self.kube_client_version,
        })))
    }
}

/// What JSON writes of it: other names, and no commit, which is empty.
#[derive(Debug)]
struct HelmVersionJson {
    version: &'static str,
    go_version: &'static str,
    kube_client_version: Option<&'static str>,
}

impl Object for HelmVersionJson {
    fn type_info(&self) -> &'static TypeInfo {
        &HELM_VERSION_JSON
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "version" => self.version,
            "git_tree_state" => "clean",
            "go_version" => self.go_version,
            "kube_client_version" => self.kube_client_version?,
            _ => return None,
        }))
    }

    fn field_names(&self) -> &'static [&'static str] {
        match self.kube_client_version {
            Some(_) => &["version", "git_tree_state", "go_version", "kube_client_version"],
            None => &["version", "git_tree_state", "go_version"],
        }
    }
}
