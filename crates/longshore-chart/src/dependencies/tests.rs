//! What is logged about a parent that does not know its child.

use longshore_go::Map;

use super::resolve;
use crate::compat::Level;
use crate::{Chart, File};

/// The warnings at a level.
fn warnings(level: Level) -> Vec<String> {
    let metadata = "{apiVersion: v2, name: app, version: 1.0.0, dependencies: [{name: d, version: 1.0.0, \
        condition: e.on, tags: [t], import-values: [{child: none, parent: x}, data]}]}";
    let chart = Chart::load(
        [
            File::new("Chart.yaml", metadata),
            File::new("values.yaml", "{e: {on: text}, tags: {t: 3}}"),
            File::new("charts/d/Chart.yaml", "{apiVersion: v2, name: d, version: 1.0.0}"),
        ],
        level,
    )
    .unwrap();
    let mut warnings = Vec::new();
    resolve(&chart, &Map::new(), level.rules(), &mut warnings).unwrap();
    warnings.iter().map(|log| format!("{} {log}", log.severity)).collect()
}

#[test]
fn warnings_have_the_words_of_the_level() {
    assert_eq!(
        warnings(Level::V3_22),
        [
            "INFO dependencies.go:95: Warning: Tag 't' for chart d returned non-bool value",
            "INFO dependencies.go:270: Warning: ImportValues missing table from chart d: \"none\" is not a table",
            "INFO dependencies.go:287: Warning: ImportValues missing table: \"exports\" is not a table",
        ]
    );
    assert_eq!(
        warnings(Level::V4_3),
        [
            "WARN returned non-bool value tag=t chart=d",
            "WARN ImportValues missing table from chart chart=d error=\"none\" is not a table",
            "WARN ImportValues missing table error=\"exports\" is not a table",
        ]
    );
}
