//! Replays `compat/odd`: odd charts, with what real Helm of each level made of them.

pub(crate) mod case;
pub(crate) mod ours;

use std::fmt::Write as _;
use std::path::Path;

use longshore_chart::{Engine, Level};
use serde_json::Value as Json;

use case::Case;

#[test]
fn every_odd_chart_comes_out_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/odd");
    let engines: Vec<Engine> = Level::ALL.into_iter().map(Engine::new).collect();
    let (mut cases, mut failed, mut failures) = (0, 0, String::new());
    for entry in std::fs::read_dir(folder).expect("compat/odd is part of the checkout") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("it can be read");
        for line in text.lines() {
            let recorded: Json = serde_json::from_str(line).expect("a case is a line of JSON");
            let case = Case::of_json(&recorded);
            for engine in &engines {
                let name = engine.level().name();
                let Some(theirs) = recorded[name].as_str() else { continue };
                cases += 1;
                let ours = ours::answer(&case, engine);
                if ours != theirs {
                    failed += 1;
                    let input = Json::Object(case.to_json());
                    let _ = writeln!(failures, "{name} {input}\n  helm: {theirs:?}\n  ours: {ours:?}");
                }
            }
        }
    }
    assert!(cases >= 1000, "only {cases} cases were found");
    assert!(failed == 0, "{failed} of {cases} cases differ:\n{failures}");
}
