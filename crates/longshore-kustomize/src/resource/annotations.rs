//! The annotations through which a build talks to itself, and those that it leaves if asked.

macro_rules! internal {
    ($name:literal) => {
        concat!("internal.config.kubernetes.io/", $name)
    };
}

/// The kinds that an object had, separated by commas.
pub const PREVIOUS_KINDS: &str = internal!("previousKinds");
/// The names that it had.
pub const PREVIOUS_NAMES: &str = internal!("previousNames");
/// The namespaces that it was in.
pub const PREVIOUS_NAMESPACES: &str = internal!("previousNamespaces");
/// The prefixes that its name got, the innermost first.
pub const PREFIXES: &str = internal!("prefixes");
/// The suffixes that its name got, the innermost first.
pub const SUFFIXES: &str = internal!("suffixes");
/// What becomes of a generated object if there is one of its id.
pub const BEHAVIOR: &str = internal!("generatorBehavior");
/// Whether its name gets a hash of its content.
pub const NEEDS_HASH: &str = internal!("needsHashSuffix");
/// On patches: whether the name may change.
pub const ALLOW_NAME_CHANGE: &str = internal!("allowNameChange");
/// On patches: whether the kind may change.
pub const ALLOW_KIND_CHANGE: &str = internal!("allowKindChange");
/// On objects that a chart made.
pub const HELM_GENERATED: &str = internal!("helm-generated");
/// The value of those that are switches.
pub const ENABLED: &str = "enabled";

/// Where an object comes from; stays if `originAnnotations` is asked for.
pub const ORIGIN: &str = "config.kubernetes.io/origin";
/// What has changed an object; stays if `transformerAnnotations` is asked for.
pub const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
/// An object that is not for the cluster.
pub const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// All that are taken away at the end.
pub const BUILD: [&str; 19] = [
    PREVIOUS_KINDS,
    PREVIOUS_NAMES,
    PREFIXES,
    SUFFIXES,
    PREVIOUS_NAMESPACES,
    ALLOW_NAME_CHANGE,
    ALLOW_KIND_CHANGE,
    internal!("refBy"),
    BEHAVIOR,
    NEEDS_HASH,
    internal!("path"),
    internal!("index"),
    internal!("seqindent"),
    "config.k8s.io/id",
    internal!("annotations-migration-resource-id"),
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    internal!("id"),
    HELM_GENERATED,
];
