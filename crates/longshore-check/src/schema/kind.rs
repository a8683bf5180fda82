//! Kinds that a version does not serve, and kinds that no version knows.

use longshore_diag::nearest;
use longshore_object::{Object, lifecycle};

use super::Problem;
use super::table::Table;

/// A kind that other versions serve.
pub(super) fn not_served(table: &Table, object: &Object, served: u32, minor: u32) -> Vec<Problem> {
    let bit = table.bit(minor);
    if served.trailing_zeros() > bit.trailing_zeros() {
        let message = format!("{} is served from Kubernetes 1.{} on", object.gvk(), table.first_of(served));
        return vec![Problem::new("/apiVersion", "api/not-yet", message)];
    }
    vec![gone(object, &format!("since Kubernetes 1.{}", table.last_of(served) + 1))]
}

/// An object of a kind that the table does not have and no definition defines: nothing is said of custom resources.
pub(super) fn unknown(table: &Table, object: &Object) -> Vec<Problem> {
    let (version, kind) = (object.api_version(), object.kind());
    if lifecycle::of(version, kind).and_then(|end| end.gone).is_some() {
        return vec![gone(object, "in all versions that are asked for")];
    }
    let group = |version: &str| version.split_once('/').map_or(String::new(), |(group, _)| group.to_owned());
    let own = group(version);
    let of_group: Vec<(&str, &str)> =
        table.kinds.keys().filter(|(other, _)| group(other) == own).copied().collect();
    if of_group.is_empty() {
        return Vec::new();
    }
    let same: Vec<&str> = of_group.iter().filter(|(_, name)| *name == kind).map(|(v, _)| *v).collect();
    let hint = match nearest(kind, of_group.iter().map(|(_, kind)| *kind)) {
        _ if !same.is_empty() => Some(format!("it is served as {}", same.join(", "))),
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => {
            let elsewhere = table.kinds.keys().rev().find(|(_, name)| *name == kind);
            elsewhere.map(|(version, _)| format!("it is of `{version}`"))
        }
    };
    let message = format!("no version of Kubernetes that is known here serves {}", object.gvk());
    vec![Problem::new("/apiVersion", "schema/unknown-kind", message).hint(hint)]
}

fn gone(object: &Object, since: &str) -> Problem {
    let instead = lifecycle::of(object.api_version(), object.kind()).and_then(|end| end.instead);
    let message = format!("{} is no longer served, {since}", object.gvk());
    Problem::new("/apiVersion", "api/removed", message).hint(instead.map(|instead| format!("use {instead}")))
}
