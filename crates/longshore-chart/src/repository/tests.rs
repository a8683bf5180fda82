//! Indexes and locks: what is expected here came out of real Helm 4.3.1.

use super::{Index, IndexError, RepositoryEntry, RepositoryFile, lock_digest};
use crate::Level;
use crate::metadata::Dependency;

fn read(text: &str) -> Result<Index, IndexError> {
    Index::read(text.as_bytes(), Level::default()).map(|(index, _)| index)
}

#[test]
fn versions_are_sorted_and_bad_ones_told() {
    let text = "apiVersion: v1\nentries:\n  a:\n  - {name: a, version: 1.0.0}\n  - {name: a, version: 10.0.0}\n  \
                - null\n  - {name: a, version: x}\n  - {name: a, version: 2.0.0-rc.1}\n  - {version: 3.0.0}\n  b: []\n";
    let (index, skipped) = Index::read(text.as_bytes(), Level::default()).unwrap();
    let versions: Vec<&str> = index.entries["a"].iter().map(|one| one.metadata.version.as_str()).collect();
    assert_eq!(versions, ["10.0.0", "2.0.0-rc.1", "1.0.0"]);
    let told: Vec<_> =
        skipped.iter().map(|one| one.problem.as_ref().map(|(_, text)| text.as_str())).collect();
    let name = Some("validation: chart.metadata.name is required");
    let version = Some("validation: chart.metadata.version \"x\" is invalid");
    assert_eq!(told, [name, version, None]);
    let pick = |version: &str| index.pick("a", version).map(|pick| pick.version.metadata.version.as_str());
    assert_eq!(pick(""), Ok("10.0.0"));
    assert_eq!(pick("<10"), Ok("1.0.0"));
    assert_eq!(pick(">0.0.0-0"), Ok("10.0.0"));
    assert_eq!(pick("2.0.0-rc.1"), Ok("2.0.0-rc.1"));
    assert_eq!(pick("7"), Err(String::from("no chart version found for a-7")));
    assert!(index.pick("a", "1").unwrap().is_substitute && !index.pick("a", "1.x").unwrap().is_substitute);
    assert_eq!(index.pick("b", "").unwrap_err(), "no chart version found");
    assert_eq!(index.pick("c", "").unwrap_err(), "no chart name found");
}

#[test]
fn yaml_is_read_strictly_and_json_is_not() {
    assert_eq!(read(""), Err(IndexError::Empty));
    assert_eq!(read("entries: {}\n"), Err(IndexError::NoApiVersion));
    assert!(read("{\"apiVersion\":\"v1\",\"entries\":{},\"more\":1}").is_ok());
    for (text, problem) in [
        (
            "apiVersion: v1\nmore: 1\n",
            "error unmarshaling JSON: while decoding JSON: json: unknown field \"more\"",
        ),
        (
            "apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, more: 1}]}\n",
            "error unmarshaling JSON: while decoding JSON: json: unknown field \"more\"",
        ),
        (
            "- a\n",
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type repo.IndexFile",
        ),
        (
            "apiVersion: v1\napiVersion: v2\n",
            "error converting YAML to JSON: yaml: unmarshal errors:\n  line 2: key \"apiVersion\" already set in map",
        ),
    ] {
        assert_eq!(read(text), Err(IndexError::Malformed(problem.to_owned())));
    }
}

#[test]
fn an_index_is_written_as_go_does() {
    let text = "{\"apiVersion\":\"v1\",\"generated\":\"2024-01-02T03:04:05.600Z\",\"entries\":{\"a\":[{\"name\":\"a\",\
                \"version\":\"1.0.0\",\"description\":\"<b>\",\"created\":\"2024-01-02T03:04:05+02:00\",\"digest\":\"d\"}]}}";
    let index = read(text).unwrap();
    assert_eq!(
        String::from_utf8(index.to_yaml().unwrap()).unwrap(),
        "apiVersion: v1\nentries:\n  a:\n  - apiVersion: v1\n    created: \"2024-01-02T03:04:05+02:00\"\n    \
         description: <b>\n    digest: d\n    name: a\n    urls: null\n    version: 1.0.0\n\
         generated: \"2024-01-02T03:04:05.6Z\"\n"
    );
    assert_eq!(
        String::from_utf8(index.to_json()).unwrap(),
        "{\n  \"apiVersion\": \"v1\",\n  \"generated\": \"2024-01-02T03:04:05.6Z\",\n  \"entries\": {\n    \"a\": [\n      {\n        \
         \"name\": \"a\",\n        \"version\": \"1.0.0\",\n        \"description\": \"\\u003cb\\u003e\",\n        \
         \"apiVersion\": \"v1\",\n        \"urls\": null,\n        \"created\": \"2024-01-02T03:04:05+02:00\",\n        \
         \"digest\": \"d\"\n      }\n    ]\n  }\n}"
    );
}

#[test]
fn what_is_there_is_not_taken_over() {
    let of = |version: &str, digest: &str| {
        read(&format!(
            "apiVersion: v1\nentries: {{a: [{{name: a, version: {version}, digest: {digest}}}]}}\n"
        ))
        .unwrap()
    };
    let mut index = of("1.0.0", "mine");
    index.merge(of("1.0.0", "theirs"));
    index.merge(of("2.0.0", "theirs"));
    index.sort();
    let all: Vec<_> =
        index.entries["a"].iter().map(|one| (one.metadata.version.as_str(), one.digest.as_str())).collect();
    assert_eq!(all, [("2.0.0", "theirs"), ("1.0.0", "mine")]);
}

#[test]
fn a_lock_has_the_digest_of_gos_json() {
    let dependency = |version: &str| Dependency {
        name: String::from("c"),
        version: version.to_owned(),
        repository: String::from("file://../c"),
        ..Dependency::default()
    };
    // From `helm dependency update` of a chart with this one dependency.
    let digest = lock_digest(Some(&[dependency("^1")]), &[dependency("1.0.0")]);
    assert_eq!(digest, "sha256:28f3372a8f814af1ff80b4d7d0e1090f7f933de29fe3b08e097b6f40b6729529");
}

#[test]
fn repositories_are_kept_with_all_they_have() {
    let mut file = RepositoryFile::default();
    let entry = |name: &str, url: &str| RepositoryEntry {
        name: name.to_owned(),
        url: url.to_owned(),
        password: String::from("secret"),
        ..RepositoryEntry::default()
    };
    file.update(entry("a", "http://x"));
    file.update(entry("b", "http://y"));
    file.update(entry("a", "http://z"));
    let text = file.to_yaml().unwrap();
    assert_eq!(RepositoryFile::read(&text, Level::default()).unwrap(), file);
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.starts_with(
            "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: \"\"\n  certFile: \"\"\n"
        ),
        "{text}"
    );
    assert!(file.remove("a") && !file.remove("a"));
    assert!(!format!("{file:?}").contains("secret"));
}
