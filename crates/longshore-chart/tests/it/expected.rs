//! Engines that were told what comes render it as those that were not.

use longshore_chart::{
    Capabilities, Chart, Engine, File, Level, Options, Release, RenderInput, Rendered, Services, load,
};

struct Nothing;

impl Services for Nothing {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// A chart with a subchart that is switched off, as large as to be worth a thread.
fn files(own: &str) -> Vec<File> {
    let page = format!(
        "kind: ConfigMap\nmetadata: {{name: '{{{{ include \"name\" . }}}}'}}\n#{}",
        "-".repeat(60_000)
    );
    vec![
        File::new(
            "Chart.yaml",
            "{apiVersion: v2, name: shop, version: 1.0.0, dependencies: [{name: db, version: 1.0.0, condition: db.on}]}",
        ),
        File::new("values.yaml", "db: {on: false}"),
        File::new("values.schema.json", "{\"type\": \"object\"}"),
        File::new("templates/page.yaml", page),
        File::new("templates/_name.tpl", own.to_owned()),
        File::new("charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"),
        File::new("charts/db/templates/bad.yaml", "{{ if }}"),
    ]
}

fn render(engine: &Engine, files: Vec<File>) -> Result<Rendered, String> {
    let level = Level::default();
    let chart = Chart::load(files, level).map_err(|error| error.to_string())?;
    let input = RenderInput {
        values: longshore_go::Map::new(),
        release: Release { name: "r", namespace: "n", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services: &Nothing,
        options: Options::default(),
    };
    engine.render(&chart, &input).map_err(|error| error.to_string())
}

#[test]
fn what_is_expected_changes_nothing() {
    for own in [
        "{{ define \"name\" }}n{{ end }}",
        "{{ define \"name\" }}{{ fail \"no\" }}{{ end }}",
        "{{ nothing }}",
        "{{ if",
    ] {
        let plain = render(&Engine::new(Level::default()), files(own)).map(|rendered| rendered.manifest());
        for (name, expected) in
            [("shop", own), ("elsewhere", own), ("shop", "{{ define \"name\" }}old{{ end }}")]
        {
            let engine = Engine::new(Level::default());
            for file in files(expected) {
                engine.expect(name, &file.name, file.data.shared());
            }
            let after = render(&engine, files(own)).map(|rendered| rendered.manifest());
            assert_eq!(after, plain, "{name}, {own}");
            let again = render(&engine, files(own)).map(|rendered| rendered.manifest());
            assert_eq!(again, plain, "{name}, {own}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_later_is_an_error_only_if_it_is_looked_at() {
    use longshore_go::Bytes;
    let files = |template: &str| {
        let files = [
            ("Chart.yaml", "{apiVersion: v2, name: shop, version: 1.0.0}".into()),
            ("README.md", Bytes::later(4, || Err("README.md: cannot be read: it is gone".to_owned()))),
            ("CHANGELOG.md", Bytes::later(7, || Ok("\u{FEFF}news".into()))),
            ("templates/a.yaml", template.into()),
        ];
        load::read_files(files.map(|(name, data)| (name.to_owned(), data)), Level::default()).unwrap()
    };
    let engine = Engine::new(Level::default());
    let rendered = render(&engine, files("of: {{ .Files.Get \"CHANGELOG.md\" | quote }}")).unwrap();
    assert_eq!(rendered.manifest(), "---\n# Source: shop/templates/a.yaml\nof: \"news\"\n");
    let error = render(&engine, files("of: {{ .Files.Get \"README.md\" }}")).unwrap_err();
    assert_eq!(error, "README.md: cannot be read: it is gone");
    let chart = Chart::load(files("a: 1"), Level::default()).unwrap();
    assert_eq!(chart.pack(0).unwrap_err().to_string(), "README.md: cannot be read: it is gone");
}
