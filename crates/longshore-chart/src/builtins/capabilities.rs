//! `.Capabilities` as Go values.

use std::rc::Rc;

use longshore_go::{Kind, List, Map, Method, MethodError, Object, TypeInfo, Value, types};

use crate::compat::Rules;

static CAPABILITIES: TypeInfo = TypeInfo::plain("*common.Capabilities", Kind::Ptr);
static HELM_VERSION: TypeInfo = TypeInfo::plain("version.BuildInfo", Kind::Struct);
static KUBE_VERSION: TypeInfo = TypeInfo {
    name: "common.KubeVersion",
    kind: Kind::Struct,
    elem: None,
    methods: &[
        Method { name: "GitVersion", params: &[], variadic: false, call: git_version },
        Method { name: "String", params: &[], variadic: false, call: version_string },
    ],
};
static VERSION_SET: TypeInfo = TypeInfo {
    name: "common.VersionSet",
    kind: Kind::Slice,
    elem: Some(&types::STRING),
    methods: &[Method { name: "Has", params: &[&types::STRING], variadic: false, call: has_version }],
};

/// `*common.Capabilities`
#[derive(Debug)]
pub(super) struct Capabilities {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Capabilities {
    pub(super) fn new(from: &crate::Capabilities, rules: &Rules) -> Self {
        let versions = from.api_versions.iter().map(|version| Value::from(version.as_str())).collect();
        Self {
            kube_version: Value::Object(Rc::new(KubeVersion(from.kube_version.clone()))),
            api_versions: Value::List(List::typed(&VERSION_SET, versions)),
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
        &CAPABILITIES
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
struct KubeVersion(crate::KubeVersion);

impl Object for KubeVersion {
    fn type_info(&self) -> &'static TypeInfo {
        &KUBE_VERSION
    }

    fn field(&self, name: &str) -> Option<Value> {
        let text = match name {
            "Version" => &self.0.version,
            "Major" => &self.0.major,
            "Minor" => &self.0.minor,
            _ => return None,
        };
        Some(Value::from(text.as_str()))
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Version", "Major", "Minor"]
    }

    /// `{{ .Capabilities.KubeVersion }}` prints through the pointer's `String`.
    fn to_go_string(&self) -> Option<String> {
        Some(self.0.normalized.clone())
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
        Value::Object(object) => Ok(Value::from(object.to_go_string().unwrap_or_default())),
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
        let map: Map = [
            ("version", Value::from(self.version)),
            ("git_tree_state", Value::from("clean")),
            ("go_version", Value::from(self.go_version)),
        ]
        .into_iter()
        .collect();
        if let Some(version) = self.kube_client_version {
            map.insert("kube_client_version", Value::from(version));
        }
        Some(Value::Map(map))
    }
}
