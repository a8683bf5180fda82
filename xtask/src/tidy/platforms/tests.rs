//! What is said about tables with a mistake.

use super::*;

fn tests() -> Vec<Test> {
    let text = "
/// NE2: as described.
#[test]
fn ne1_tables() {
}

#[test]
fn other() {
}
";
    let mut tests = tests_in(Path::new("crates/longshore/tests/offline/nest.rs"), text);
    tests.extend(tests_in(Path::new("crates/longshore/tests/e2e/nest.rs"), &text.replace("ne1_", "ne3_")));
    tests
}

const NE1: &str = "`offline::nest::ne1_tables`";

/// A table in which every demand is not built, but for one row.
fn table(id: &str, cells: &str) -> String {
    let rows = demands().map(|demand| match demand == id {
        true => format!("| {id} | text | {cells} |\n"),
        false if demand == "NE1" => format!("| NE1 | text | | {NE1} | rendered | |\n"),
        false if demand == "NE3" => "| NE3 | text | | `e2e::nest::ne3_tables` | real node | |\n".to_owned(),
        false => format!("| {demand} | text | | | not built | later |\n"),
    });
    rows.collect()
}

fn messages(text: &str) -> Vec<String> {
    let found = check(text, &tests(), |path| path == "platforms/nest");
    found.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_whole_table_is_fine() {
    let found = messages(&table("NE2", &format!("`platforms/nest` | {NE1} | rendered | nothing")));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_test_that_was_renamed_away_is_missed() {
    let gone = table("NE2", "`platforms/nest` | `offline::nest::ne2_gone` | rendered | ");
    assert_eq!(
        messages(&gone),
        [
            "NE2: there is no test `offline::nest::ne2_gone`; was it renamed?",
            "NE2: rendered, and no test that is named runs there"
        ]
    );
}

#[test]
fn every_demand_has_one_row() {
    let whole = table("NE2", "| | not built | later");
    let without: String =
        whole.lines().filter(|line| !line.contains("KB13")).map(|l| format!("{l}\n")).collect();
    assert_eq!(messages(&without), ["KB13 has no row; say where it is built and shown, or why not"]);
    let twice = format!("{whole}| KB13 | text | | | not built | later |\n");
    assert_eq!(messages(&twice), ["KB13 has a row already, in line 72"]);
    let unknown = format!("{whole}| KB14 | text | | | not built | later |\n");
    assert_eq!(messages(&unknown), ["KB14 is no demand of any platform"]);
}

#[test]
fn what_is_said_must_be_so() {
    for (cells, told) in [
        (
            "| `offline::nest::other` | rendered | ",
            "`offline::nest::other` does not say NE2 in its name, comment or text",
        ),
        ("| `offline::nest::ne1_tables` | real node | ", "real node, and no test that is named runs there"),
        ("| | rendered | ", "rendered, and no test is named that shows it"),
        ("| | not built | ", "it is not built; say why in the last column"),
        ("| `offline::nest::ne1_tables` | not built | later", "it is not built, and tests are named"),
        ("`platforms/attic` | | not built | later", "there is no platforms/attic"),
        (
            "| | proven | ",
            "\"proven\" is no level; expected one of not built, rendered, control plane, real node",
        ),
    ] {
        assert_eq!(messages(&table("NE2", cells)), [format!("NE2: {told}")], "{cells}");
    }
}

#[test]
fn a_test_with_an_id_in_its_name_stands_in_that_row() {
    let silent = table("NE3", "| | not built | later");
    assert_eq!(messages(&silent), ["NE3: the test `e2e::nest::ne3_tables` is not named here"]);
}
