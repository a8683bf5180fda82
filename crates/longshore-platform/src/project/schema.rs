//! The JSON Schema of the project file, for editors and for machines that write one.
//!
//! It is made from what the parser knows where that is a table (keys, levels, graces), and says the rest in its own words;
//! a test holds the keys of both against each other.

use longshore_chart::Level;
use longshore_object::readiness::Grace;
use serde_json::{Map, Value, json};

use super::names::{self, Names};
use super::{API_VERSION, Method};

/// The schema, of draft 7, which every editor reads.
///
/// ```
/// let schema = longshore_platform::project::schema();
/// assert_eq!(schema["properties"]["kind"]["const"], "Project");
/// ```
pub fn schema() -> Value {
    let methods: Vec<&str> = Method::NAMES.iter().map(|(name, _)| *name).collect();
    let levels = Level::ALL.map(Level::name);
    let mut releases = named("What is deployed", &names::RELEASE, &release());
    // Without any there is no project.
    releases["type"] = "object".into();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "longshore.yaml: a platform's releases and environments",
        "type": "object",
        "additionalProperties": false,
        "required": ["apiVersion", "kind", "name", "releases"],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": "Project"},
            "name": described(names::LABEL.schema(), "The platform's name, with which its records are labelled"),
            "description": words("One line about the platform"),
            "method": {"enum": methods, "description": "How releases are made that can be made in several ways"},
            "helmCompat": {"enum": levels, "description": "The Helm that charts are rendered as"},
            "clusters": named("Clusters by the names that the project gives them", &names::LABEL, &cluster()),
            "varsSchema": {
                "type": ["string", "object"],
                "minLength": 1,
                "description": "What the variables of environments must be: a JSON Schema, or its file",
            },
            "environments": named("Where the platform runs: `dev`, `staging`, `production`", &names::LABEL, &environment()),
            "defaultEnvironment": text("The environment without -e"),
            "hosts": texts("Host names that `status` prints with the ingress' address; may have variables"),
            "drift": drift(),
            "check": check(),
            "wait": {"$ref": "#/definitions/wait"},
            "releases": releases,
            "secrets": {"$ref": "#/definitions/secrets"},
            "lock": object(
                "What `longshore.lock` holds beside the charts that are fetched",
                &[("images", flag("Images of containers by digest, and deployed so"))],
                &[],
            ),
            "moved": {
                "type": ["array", "null"],
                "description": "Releases and environments that had another name: what is deployed goes over as it is",
                "items": moved(),
            },
        },
        "definitions": {"wait": wait(), "secrets": secrets(), "layer": layer(), "variables": variables()},
    })
}

fn moved() -> Value {
    let names = [
        ("from", text("The name of a release before")),
        ("environment", text("The name of an environment before")),
        ("to", text("The name now")),
    ];
    let mut moved = object("", &names, &["to"]);
    moved["oneOf"] = json!([{"required": ["from"]}, {"required": ["environment"]}]);
    moved
}

fn check() -> Value {
    let rules: Vec<&str> = super::check::rules().collect();
    let rule = json!({"enum": rules});
    object(
        "What `longshore check` looks for",
        &[
            ("external", texts("What is there beside the releases: `Secret/registry`, `Secret/*-tls`")),
            (
                "disable",
                json!({"anyOf": [rule, {"type": ["array", "null"], "items": rule}], "description": "Rules that are left out"}),
            ),
        ],
        &[],
    )
}

fn cluster() -> Value {
    object(
        "A cluster",
        &[
            ("context", text("Context of the kubeconfig")),
            ("kubeconfig", text("Kubeconfig file, relative to this one")),
            ("vars", reference("variables")),
            (
                "releases",
                named("What is special about releases here", &names::RELEASE, &layer_without("clusters")),
            ),
        ],
        &[],
    )
}

fn environment() -> Value {
    let waves = json!({
        "type": ["array", "null"],
        "items": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "description": "Clusters of a wave are deployed to when those before have succeeded",
    });
    object(
        "An environment",
        &[
            ("namespace", text("The namespace of releases that have none of their own; may have variables")),
            ("createNamespace", create_namespace()),
            ("context", text("Context of the kubeconfig, where there is one cluster")),
            ("clusters", texts("The clusters that it is on; the first one holds its lock")),
            ("clusterWaves", waves),
            (
                "clustersAtOnce",
                json!({"type": "integer", "minimum": 1, "description": "To how many is deployed at once"}),
            ),
            ("extends", text("The environment that it takes from what it does not set")),
            ("vars", reference("variables")),
            ("releases", named("What is special about releases here", &names::RELEASE, &reference("layer"))),
            ("secrets", reference("secrets")),
            ("recipients", texts("age recipients to whom frozen plans are sealed")),
            ("wait", reference("wait")),
        ],
        &[],
    )
}

fn create_namespace() -> Value {
    let marks = object(
        "",
        &[
            (
                "labels",
                named("Labels of namespaces that are created; may have variables", &names::MARK, &scalar()),
            ),
            (
                "annotations",
                named(
                    "Annotations of namespaces that are created; may have variables",
                    &names::MARK,
                    &scalar(),
                ),
            ),
        ],
        &[],
    );
    json!({
        "anyOf": [{"type": "boolean"}, marks],
        "description": "Whether missing namespaces are created, and what they carry then",
    })
}

fn release() -> Value {
    let length = json!({"type": "integer", "minimum": 8, "maximum": 1024});
    let generated = object(
        "A Secret that is made once and kept",
        &[
            (
                "keys",
                named(
                    "Keys whose values are drawn",
                    &names::KEY,
                    &object("", &[("length", length)], &["length"]),
                ),
            ),
            (
                "stringData",
                named("Keys with given values; may have variables and secrets", &names::KEY, &scalar()),
            ),
        ],
        &[],
    );
    let remote = object(
        "A chart that is fetched; `longshore update` locks its version",
        &[
            ("repo", text("Its repository (`https://…`) or registry (`oci://…`)")),
            ("name", text("Its name there")),
            ("version", text("A version, or a range: `1.4.2`, `^1.4`, `~1.4.2`")),
        ],
        &["repo", "name", "version"],
    );
    let kustomize = object(
        "",
        &[("path", text("The folder")), ("enableHelm", flag("Whether it may inflate charts"))],
        &["path"],
    );
    let mut fields = vec![
        ("namespace", text("Its namespace, if it is not the environment's; may have variables")),
        ("hooks", hooks()),
        ("needs", texts("Releases that must be ready before it")),
        (
            "requires",
            texts(
                "API versions that must be there before it: `cert-manager.io/v1`, `cert-manager.io/v1/Certificate`",
            ),
        ),
        ("chart", json!({"anyOf": [text("The chart's folder or archive"), remote]})),
        ("manifests", texts("Manifest files or folders")),
        ("kustomize", json!({"anyOf": [text("The kustomization's folder"), kustomize]})),
        ("generate", named("Secrets that are made once and kept", &names::OBJECT, &generated)),
        ("outputs", outputs()),
    ];
    fields.extend(layer_fields());
    object("A release: a chart, manifests, or a kustomization", &fields, &[])
}

fn outputs() -> Value {
    let named_object = text("The object: `Service/db`, `Certificate.cert-manager.io/web`");
    let read = |key: &str, what: &str| {
        object("", &[("object", named_object.clone()), (key, text(what))], &["object", key])
    };
    let output = json!({"anyOf": [
        scalar(),
        read("path", "A JSON path to the value, as kubectl has it: `.status.loadBalancer.ingress[0].ip`"),
        read("key", "A key of the Secret or ConfigMap"),
    ]});
    named(
        "What others may use of it, as `${release.NAME.OUTPUT}`: a value, or what it is read from",
        &names::OUTPUT,
        &output,
    )
}

fn layer_fields() -> [(&'static str, Value); 5] {
    let switch = |what: &str| {
        json!({
            "anyOf": [{"type": "boolean"}, {"type": "string", "pattern": r"\$\{"}],
            "description": what,
        })
    };
    [
        ("values", texts("Values files; later ones win, and may have variables in their names")),
        (
            "set",
            json!({"type": ["object", "null"], "description": "Values over those of the files; may have variables"}),
        ),
        ("enabled", switch("Whether it is wanted; a variable may say so")),
        ("disabled", switch("The opposite of `enabled`: whether it is not wanted")),
        ("clusters", texts("The clusters that it goes to, of those of the environment")),
    ]
}

fn layer() -> Value {
    object("What is special about a release here", &layer_fields(), &[])
}

fn layer_without(key: &str) -> Value {
    let fields: Vec<_> = layer_fields().into_iter().filter(|(name, _)| *name != key).collect();
    object("What is special about a release here", &fields, &[])
}

fn variables() -> Value {
    json!({
        "type": ["object", "null"],
        "description": "Variables for `${env.vars.KEY}` or `${cluster.vars.KEY}`",
        "propertyNames": names::VARIABLE.schema(),
        "additionalProperties": {"type": ["string", "number", "boolean", "array", "object"]},
    })
}

fn secrets() -> Value {
    let command = command("A program and its arguments");
    let sops = object(
        "A value of a file that SOPS encrypted",
        &[
            ("file", text("The file, relative to this one")),
            ("key", text("The keys on the way to the value, with dots between them: `db.password`")),
        ],
        &["file"],
    );
    let sops = json!({"anyOf": [text("A binary file that SOPS encrypted"), sops]});
    let one = |key: &str, value: Value| object("", &[(key, value)], &[key]);
    let limit = duration("How long the program may take: `30s`");
    let source = json!({"oneOf": [
        one("env", text("A variable")),
        one("file", text("A file, relative to this one")),
        object("", &[("command", command), ("timeout", limit)], &["command"]),
        one("age", text("A file that is sealed with age")),
        one("sops", sops),
    ]});
    named("Where the values of `${secret.NAME}` come from", &names::KEY, &source)
}

fn wait() -> Value {
    let graces = Grace::NAMES.iter().map(|(name, what)| {
        let kind = if *name == "restarts" {
            json!({"type": "integer", "minimum": 1, "description": what})
        } else if *name == "settle" {
            // Nothing but being ready may last no time.
            text(what)
        } else {
            duration(what)
        };
        (*name, kind)
    });
    let graces: Vec<(&str, Value)> = graces.collect();
    let rule = object(
        "When an object of a kind is ready",
        &[
            ("kind", text("The kind, with its group: `Certificate.cert-manager.io`")),
            ("path", text("A JSON path into the object")),
            ("ready", values("Values that mean ready")),
            ("progressing", values("Values that mean that it is on its way")),
            ("failed", values("Values that mean failed")),
            ("message", text("A JSON path to what explains it")),
        ],
        &["kind", "path", "ready"],
    );
    object(
        "How deploys wait",
        &[
            ("timeout", duration("How long each release may take: `5m`")),
            ("idleTimeout", json!({"anyOf": [{"const": "never"}, duration("How long nothing may get on")]})),
            ("rollbackOnFailure", flag("Whether a deploy that fails is taken back")),
            (
                "loadBalancerAddress",
                flag("Whether a Service of type LoadBalancer is ready only with an address"),
            ),
            ("ingressAddress", flag("Whether an Ingress is ready only with an address")),
            ("grace", object("How long causes are borne before they count as certain", &graces, &[])),
            ("readiness", json!({"type": ["array", "null"], "items": rule})),
        ],
        &[],
    )
}

fn hooks() -> Value {
    let command = command("A program with its arguments, run in the project's folder without a shell");
    let hook = object(
        "One of `command` and `job`",
        &[
            ("command", command),
            ("job", text("A manifest with a Job: applied anew, and waited for")),
            (
                "env",
                named("Variables of the command; may hold secrets", &names::PROGRAM_VARIABLE, &words("")),
            ),
            ("timeout", duration("How long it may take: `5m`")),
        ],
        &[],
    );
    let list = json!({"type": ["array", "null"], "items": hook});
    let moments: Vec<(&str, Value)> =
        longshore_release::Moment::ALL.iter().map(|(word, _)| (*word, list.clone())).collect();
    object("What is run before and after the release is deployed, rolled back or destroyed", &moments, &[])
}

fn drift() -> Value {
    let rule = object(
        "A difference that is no drift",
        &[
            ("release", text("Only of this release")),
            ("group", words("The API group of the kind; the core group has no name")),
            ("kind", text("The kind")),
            ("name", text("Only of the object of this name")),
            ("pointers", texts("JSON pointers to fields; without any the whole object")),
        ],
        &["kind"],
    );
    object(
        "What may be otherwise than deployed",
        &[("ignore", json!({"type": ["array", "null"], "items": rule}))],
        &[],
    )
}

fn object(what: &str, fields: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut object =
        json!({"type": ["object", "null"], "additionalProperties": false, "properties": properties});
    if !what.is_empty() {
        object["description"] = what.into();
    }
    if !required.is_empty() {
        object["required"] = required.into();
        object["type"] = "object".into();
    }
    object
}

/// A mapping whose keys are names that the user chooses.
fn named(what: &str, names: &Names, value: &Value) -> Value {
    json!({
        "type": ["object", "null"],
        "description": what,
        "propertyNames": names.schema(),
        "additionalProperties": value,
    })
}

fn reference(definition: &str) -> Value {
    json!({"$ref": format!("#/definitions/{definition}")})
}

/// A text with something in it.
fn text(what: &str) -> Value {
    json!({"type": "string", "minLength": 1, "description": what})
}

/// A text that may be empty.
fn words(what: &str) -> Value {
    json!({"type": "string", "description": what})
}

fn duration(what: &str) -> Value {
    json!({"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h))+$", "description": what})
}

fn flag(what: &str) -> Value {
    json!({"type": "boolean", "description": what})
}

fn scalar() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// A program with its arguments, of which any may be empty.
fn command(what: &str) -> Value {
    json!({
        "type": "array",
        "minItems": 1,
        "items": [{"type": "string", "minLength": 1}],
        "additionalItems": {"type": "string"},
        "description": what,
    })
}

/// A list of texts; one alone is a list of one.
fn texts(what: &str) -> Value {
    let one = json!({"type": "string", "minLength": 1});
    json!({"anyOf": [one, {"type": ["array", "null"], "items": one}], "description": what})
}

/// A list of values as they are written; one alone is a list of one.
fn values(what: &str) -> Value {
    json!({"anyOf": [scalar(), {"type": ["array", "null"], "items": scalar()}], "description": what})
}

fn described(mut schema: Value, what: &str) -> Value {
    schema["description"] = what.into();
    schema
}

#[cfg(test)]
mod tests;
