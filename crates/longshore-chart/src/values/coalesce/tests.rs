//! The null rules of each level, globals, and warnings.

use longshore_go::Map;

use super::Coalescer;
use crate::Log;
use crate::compat::Level;
use crate::values::{read, to_json};
use crate::{Chart, File};

/// A chart with a vendored one that Chart.yaml does not list.
fn chart(values: &str, child: &str) -> Chart {
    Chart::load(
        [
            File::new("Chart.yaml", "{apiVersion: v2, name: app, version: 1.0.0}"),
            File::new("values.yaml", values),
            File::new("charts/sub/Chart.yaml", "{apiVersion: v2, name: sub, version: 1.0.0}"),
            File::new("charts/sub/values.yaml", child),
        ],
        Level::V4_3,
    )
    .unwrap()
}

fn coalesced(chart: &Chart, user: &str, level: Level) -> String {
    let user = read(user.as_bytes(), level).unwrap();
    let values = Coalescer::new(level.rules()).coalesce(chart, &user).unwrap();
    to_json(&values.into()).to_string()
}

#[test]
fn nulls_by_level() {
    let chart = chart("{top: null, t: {x: 1, z: null}, sub: {m: {k: null}}}", "{m: {k: 1, j: 2}, d: null}");
    assert_eq!(coalesced(&chart, "", Level::V4_3), r#"{"sub":{"global":{},"m":{"j":2,"k":1}},"t":{"x":1}}"#);
    assert_eq!(
        coalesced(&chart, "", Level::V3_22),
        r#"{"sub":{"d":null,"global":{},"m":{"j":2}},"t":{"x":1,"z":null},"top":null}"#
    );
    let t = |level| {
        let values = coalesced(&chart, "t: {x: null, q: null}", level);
        values.split("\"t\":").nth(1).unwrap().split('}').next().unwrap().to_owned()
    };
    assert_eq!(t(Level::V4_3), r#"{"q":null"#);
    assert_eq!(t(Level::V3_22), r#"{"q":null,"z":null"#);
}

#[test]
fn globals_go_down_and_nested_ones_are_shared() {
    let chart = chart("global: {a: 1, g: {x: 1}}", "global: {a: 0, b: 2, g: {z: 2}}");
    assert_eq!(
        coalesced(&chart, "", Level::V4_3),
        r#"{"global":{"a":1,"g":{"x":1}},"sub":{"global":{"a":1,"b":2,"g":{"x":1,"z":2}}}}"#
    );
}

#[test]
fn mismatches_warn_or_fail() {
    let chart = chart("{a: {x: 1}, b: 1}", "c: 1");
    let mut coalescer = Coalescer::new(Level::V4_3.rules());
    let user = read(b"{a: text, b: {y: 1}}", Level::V4_3).unwrap();
    coalescer.coalesce(&chart, &user).unwrap();
    assert_eq!(coalescer.warnings, [Log::info("warning: skipped value for app.b: Not a table.")]);
    let mut coalescer = Coalescer::new(Level::V3_22.rules());
    coalescer.coalesce(&chart, &user).unwrap();
    assert_eq!(
        coalescer.warnings,
        [Log::info("coalesce.go:237: warning: skipped value for app.b: Not a table.")]
    );
    let user: Map = [("sub", "text".into())].into_iter().collect();
    let error = coalescer.coalesce(&chart, &user).unwrap_err();
    assert_eq!(error.to_string(), "type mismatch on sub: %!t(string=text)");
}
