//! Reading Chart.yaml: what Go makes of it, and what Helm refuses.

use crate::compat::Level;

use super::{Decode, Metadata, validate_release_name};

/// Reads and checks Chart.yaml; the error is Helm's.
fn read(text: &str) -> Result<Metadata, String> {
    let mut metadata = Metadata::default();
    let value = longshore_yaml::sigs::to_json_value(text.as_bytes()).map_err(|error| error.to_string())?;
    metadata.decode(&value, Level::V4_3.rules())?;
    metadata.validate()?;
    Ok(metadata)
}

#[test]
fn scalars_become_strings_and_names_match_in_any_case() {
    let metadata = read("{apiVersion: v2, NAME: web, version: 1.10, appVersion: 2, description: true, annotations: {a: 1.5, b: null}}").unwrap();
    assert_eq!((metadata.name.as_str(), metadata.version.as_str()), ("web", "1.1"));
    assert_eq!((metadata.app_version.as_str(), metadata.description.as_str()), ("2", "true"));
    let annotations = metadata.annotations.unwrap();
    assert_eq!((annotations["a"].as_str(), annotations["b"].as_str()), ("1.5", ""));
}

/// As `helm show chart` of 4.3.1 has them.
#[test]
fn numbers_become_texts_as_go_formats_them() {
    for (number, text) in [
        ("100000.0", "100000"),
        ("123456.5", "123456.5"),
        ("1e6", "1e+06"),
        ("-1234567.5", "-1.2345675e+06"),
        ("12345678e1", "1.2345678e+08"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
    ] {
        let metadata = read(&format!("{{apiVersion: v2, name: a, version: 1.0.0, appVersion: {number}}}"));
        assert_eq!(metadata.unwrap().app_version, text, "{number}");
    }
}

#[test]
fn texts_are_cleaned() {
    let metadata = read("{apiVersion: v2, name: web, version: 1.0.0, description: \"a\\tb\\x07c\"}").unwrap();
    assert_eq!(metadata.description, "a bc");
}

#[test]
fn mistakes_in_helms_words() {
    let base = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
    for (text, expected) in [
        ("name: web\nversion: 1.0.0\n".to_owned(), "validation: chart.metadata.apiVersion is required"),
        ("apiVersion: v2\nversion: 1.0.0\n".to_owned(), "validation: chart.metadata.name is required"),
        (
            "apiVersion: v2\nname: ..\nversion: 1.0.0\n".to_owned(),
            "validation: chart.metadata.name \"..\" is not allowed",
        ),
        (
            "apiVersion: v2\nname: a/b\nversion: 1.0.0\n".to_owned(),
            "validation: chart.metadata.name \"a/b\" is invalid",
        ),
        ("apiVersion: v2\nname: a\n".to_owned(), "validation: chart.metadata.version is required"),
        (
            "apiVersion: v2\nname: a\nversion: x.y\n".to_owned(),
            "validation: chart.metadata.version \"x.y\" is invalid",
        ),
        (format!("{base}type: app\n"), "validation: chart.metadata.type must be application or library"),
        (
            format!("{base}maintainers: [null]\n"),
            "validation: maintainers must not contain empty or null nodes",
        ),
        (
            format!("{base}dependencies: [null]\n"),
            "validation: dependencies must not contain empty or null nodes",
        ),
        (
            format!("{base}dependencies: [{{name: a}}, {{name: b, alias: a}}]\n"),
            "validation: more than one dependency with name or alias \"a\"",
        ),
        (
            format!("{base}dependencies: [{{name: a, alias: 'b c'}}]\n"),
            "validation: dependency \"a\" has disallowed characters in the alias",
        ),
        (
            format!("{base}keywords: x\n"),
            "json: cannot unmarshal string into Go struct field Metadata.keywords of type []string",
        ),
        (
            format!("{base}home: [x]\n"),
            "json: cannot unmarshal array into Go struct field Metadata.home of type string",
        ),
        (
            format!("{base}maintainers: [{{name: [x]}}]\n"),
            "json: cannot unmarshal array into Go struct field Maintainer.maintainers.name of type string",
        ),
        (
            format!("{base}maintainers: [x]\n"),
            "json: cannot unmarshal string into Go struct field Metadata.maintainers of type v2.Maintainer",
        ),
        (
            format!("{base}deprecated: 'yes'\n"),
            "json: cannot unmarshal string into Go struct field Metadata.deprecated of type bool",
        ),
        ("- a\n".to_owned(), "json: cannot unmarshal array into Go value of type v2.Metadata"),
    ] {
        assert_eq!(read(&text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn release_names() {
    for name in ["a", "my-release", "a.b-1", &"x".repeat(53)] {
        assert_eq!(validate_release_name(name), Ok(()), "{name}");
    }
    for name in ["A", "a_b", "-a", "a-", "a..b", &"x".repeat(54)] {
        assert!(validate_release_name(name).unwrap_err().starts_with("invalid release name"), "{name}");
    }
    assert_eq!(validate_release_name("").unwrap_err(), "no name provided");
}
