//! Flags of the commands that change a release that is there, each told in our words.

use std::collections::BTreeMap;

use longshore_chart::Level;

use super::super::{act, format, post_render, rollback as rolling};
use super::{chart, values, wait};
use crate::cobra::{Flag, Kind, Matches};

/// How many revisions are kept, if nothing else is said.
const HISTORY: &str = "10";

/// What Helm 3 says of `--recreate-pods`.
const NO_RECREATION: &str =
    "functionality will no longer be updated. Consult the documentation for other methods to recreate pods";

/// What is printed of the notes.
pub(super) fn notes() -> [Flag; 2] {
    [
        Flag::new("hide-notes", Kind::Bool, "do not print the notes"),
        Flag::new("render-subchart-notes", Kind::Bool, "notes of subcharts too"),
    ]
}

/// How objects are changed, and for how long that may take.
fn changing(level: Level) -> Vec<Flag> {
    let kept = std::env::var("HELM_MAX_HISTORY").ok().filter(|kept| kept.parse::<i64>().is_ok());
    let mut all = vec![
        Flag::new("cleanup-on-fail", Kind::Bool, "delete objects that were new if it fails"),
        Flag::new("history-max", Kind::Int, "how many revisions are kept; 0 for all")
            .default(kept.unwrap_or_else(|| HISTORY.to_owned())),
        Flag::new("no-hooks", Kind::Bool, "no hooks"),
        Flag::new("timeout", Kind::Duration, "time for each operation of the cluster").default("5m0s"),
        wait(level),
        Flag::new("wait-for-jobs", Kind::Bool, "wait for jobs too"),
    ];
    all.extend(match level.rules().major {
        3 => vec![Flag::new("force", Kind::Bool, "replace objects in place of changing them")],
        _ => vec![
            Flag::new("force", Kind::Bool, "").deprecated("use --force-replace instead"),
            Flag::new("force-conflicts", Kind::Bool, "take over fields that others own"),
            Flag::new("force-replace", Kind::Bool, "replace objects in place of changing them"),
            Flag::new(
                "server-side",
                Kind::Text,
                "let the server change objects: true, false, or auto as before",
            )
            .default("auto"),
        ],
    });
    all
}

/// Those of `upgrade`.
pub(in crate::helm) fn upgrade(level: Level) -> Vec<Flag> {
    let mut all = changing(level);
    all.extend(values());
    all.extend(chart(level));
    all.extend(notes());
    all.extend([
        act::dry_run_flag(level),
        format::flag(),
        Flag::new("create-namespace", Kind::Bool, "with --install: create the namespace if it is missing"),
        Flag::new("dependency-update", Kind::Bool, "update missing dependencies first"),
        Flag::new("description", Kind::Text, "description of the revision"),
        Flag::new("devel", Kind::Bool, "development versions too; the same as --version '>0.0.0-0'"),
        Flag::new(
            "disable-openapi-validation",
            Kind::Bool,
            "do not check objects against the server's schema",
        ),
        Flag::new("enable-dns", Kind::Bool, "let templates ask for addresses of hosts"),
        Flag::new("hide-secret", Kind::Bool, "with --dry-run: do not show Secrets"),
        Flag::new("install", Kind::Bool, "install the release if it is not there").short('i'),
        Flag::new(
            "labels",
            Kind::Pairs,
            "labels of the release's record over those before; `null` takes one away",
        )
        .short('l'),
        Flag::new("post-renderer", Kind::Named("postRendererString"), "plugin that all objects go through")
            .check(move |name, before| post_render::check(name, before, level)),
        Flag::new(
            "post-renderer-args",
            Kind::Named("postRendererArgsSlice"),
            "argument of it; may be repeated",
        ),
        Flag::new("reset-then-reuse-values", Kind::Bool, "values of before over the chart's new ones"),
        Flag::new("reset-values", Kind::Bool, "no values of before"),
        Flag::new("reuse-values", Kind::Bool, "values of before, those of the chart too"),
        Flag::new("skip-crds", Kind::Bool, "with --install: do not install custom resource definitions"),
        Flag::new("skip-schema-validation", Kind::Bool, "do not hold values against the schemas"),
        Flag::new("take-ownership", Kind::Bool, "take over objects of other releases"),
    ]);
    all.extend(match level.rules().major {
        3 => vec![
            Flag::new("atomic", Kind::Bool, "take a failed upgrade back"),
            Flag::new("recreate-pods", Kind::Bool, "").deprecated(NO_RECREATION),
        ],
        _ => vec![
            Flag::new("atomic", Kind::Bool, "").deprecated("use --rollback-on-failure instead"),
            Flag::new("rollback-on-failure", Kind::Bool, "take a failed upgrade back"),
        ],
    });
    all
}

/// Those of `rollback`.
pub(in crate::helm) fn rollback(level: Level) -> Vec<Flag> {
    let mut all = changing(level);
    all.push(rolling::dry_run_flag(level));
    if level.rules().major == 3 {
        all.push(Flag::new(
            "recreate-pods",
            Kind::Bool,
            "delete pods of what is changed, so that they are made anew",
        ));
    } else {
        all.push(Flag::new("description", Kind::Text, "description of the revision, at most 256 characters"));
    }
    all
}

/// What a flag of `key=value` says; of equal keys the last one counts.
pub(in crate::helm) fn pairs(matches: &Matches, flag: &str) -> BTreeMap<String, String> {
    let pairs = matches.all(flag).iter().filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// What a flag of a whole number says.
pub(in crate::helm) fn number(matches: &Matches, flag: &str) -> i64 {
    longshore_go::strconv::parse_int(matches.text(flag).as_bytes(), 0, 64).unwrap_or_default()
}
