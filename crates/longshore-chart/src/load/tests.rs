//! From files to a chart: what goes where, vendored charts, mistakes.

use crate::compat::Level;
use crate::{Chart, File};

const CHART: &str = "{apiVersion: v2, name: app, version: 1.0.0}";

fn load(files: &[(&str, &str)]) -> Result<Chart, String> {
    let files = files.iter().map(|(name, text)| File::new(*name, *text));
    Chart::load(files, Level::V4_3).map_err(|error| error.to_string())
}

#[test]
fn every_file_finds_its_place() {
    let chart = load(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "a: 1"),
        ("values.schema.json", "{}"),
        ("README.md", "x"),
        ("crds/a.yaml", "x"),
        ("templates/a.yaml", "x"),
        ("templates/tests/t.yaml", "x"),
        ("charts/db/Chart.yaml", "{apiVersion: v1, name: db, version: 2.0.0}"),
        ("charts/db/crds/b.yaml", "x"),
        ("charts/db/requirements.yaml", "dependencies: []"),
        ("charts/_off/Chart.yaml", "nonsense: ["),
        ("charts/x.prov", "x"),
        ("charts/README.md", "x"),
    ])
    .unwrap_err();
    // A file beside the vendored charts is taken for one, as in Helm.
    assert_eq!(chart, "error unpacking subchart README.md in app: Chart.yaml file is missing");
    let chart = load(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "a: 1"),
        ("README.md", "x"),
        ("crds/a.yaml", "x"),
        ("templates/a.yaml", "x"),
        ("charts/db/Chart.yaml", "{name: db, version: 2.0.0}"),
        ("charts/db/crds/b.yaml", "x"),
        ("charts/db/requirements.yaml", "dependencies: [{name: c}]"),
        ("charts/x.prov", "x"),
    ])
    .unwrap();
    let names = |files: &[File]| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(chart.templates()), ["templates/a.yaml"]);
    assert_eq!(names(chart.files()), ["README.md", "crds/a.yaml", "charts/x.prov"]);
    let db = &chart.dependencies()[0];
    assert_eq!(db.metadata().api_version, "v1");
    assert_eq!(db.metadata().dependencies.as_ref().unwrap()[0].name, "c");
    assert_eq!(names(db.files()), ["crds/b.yaml", "requirements.yaml"]);
    assert_eq!(names(&chart.crds()), ["app/crds/a.yaml", "app/charts/db/crds/b.yaml"]);
}

#[test]
fn mistakes_in_helms_words() {
    for (files, expected) in [
        (&[][..], "Chart.yaml file is missing"),
        (&[("values.yaml", "a: 1")], "Chart.yaml file is missing"),
        (&[("Chart.yaml", "")], "validation: chart.metadata.name is required"),
        (&[("requirements.lock", "")], "validation: chart.metadata.apiVersion is required"),
        (
            &[("Chart.yaml", "a: b: c")],
            "cannot load Chart.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
        ),
        (
            &[("Chart.yaml", "name: [x]")],
            "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field Metadata.name of type string",
        ),
        (
            &[("Chart.yaml", CHART), ("values.yaml", "a: {")],
            "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected node content",
        ),
        (
            &[("Chart.yaml", CHART), ("charts/db/values.yaml", "")],
            "error unpacking subchart db in app: Chart.yaml file is missing",
        ),
        (
            &[("Chart.yaml", CHART), ("charts/db.tgz", "no archive at all")],
            "error unpacking subchart db.tgz in app: gzip: invalid header",
        ),
    ] {
        assert_eq!(load(files).unwrap_err(), expected);
    }
}

#[test]
fn a_record_gives_the_chart_back() {
    let chart = load(&[
        (
            "Chart.yaml",
            "{apiVersion: v2, name: app, version: 1.0.0, annotations: {a: b}, maintainers: [{name: m}]}",
        ),
        ("Chart.lock", "{generated: '2026-01-02T03:04:05Z', digest: 'sha256:x', dependencies: []}"),
        ("values.yaml", "{a: 1, b: [1.5, null]}"),
        ("values.schema.json", "{}"),
        ("templates/a.yaml", "x\n"),
        ("NOTICE", "\u{1F600}"),
    ])
    .unwrap();
    let record = chart.to_record_json();
    assert_eq!(record["templates"][0]["data"], "eAo=");
    assert_eq!(record["values"].to_string(), r#"{"a":1,"b":[1.5,null]}"#);
    assert_eq!(record["metadata"]["maintainers"][0].to_string(), r#"{"name":"m"}"#);
    let back = Chart::from_record_json(&record).unwrap();
    assert_eq!(back.to_record_json(), record);
    assert_eq!(back.metadata(), chart.metadata());
    assert!(Chart::from_record_json(&serde_json::json!({"templates": [{"data": "?"}]})).is_err());
}

/// As Helm 3.22.0 says it of a folder that holds `files/big.bin`; 4.3.1 has no such limit.
#[test]
fn files_of_folders_were_limited_before_4() {
    let files = || [("files/big.bin".to_owned(), vec![0; 5_242_881])];
    assert_eq!(super::read_files(files(), Level::V4_3).unwrap().len(), 1);
    let error = super::read_files(files(), Level::V3_22).unwrap_err();
    assert_eq!(error.to_string(), "chart file \"big.bin\" is larger than the maximum file size 5242880");
}
