//! Tables of label selectors.

use super::LabelSelector;

fn chooses(selector: &str, labels: &[(&str, &'static str)]) -> bool {
    let selector = LabelSelector::parse(selector).expect("a selector");
    selector.matches(|key| labels.iter().find(|label| label.0 == key).map(|label| label.1))
}

#[test]
fn requirements() {
    let labels = [("app", "web"), ("n", "5"), ("empty", "")];
    let yes = [
        "",
        " ",
        "app",
        "app=web",
        "app==web",
        "app = web",
        "app!=db",
        "other!=x",
        "!other",
        "app in (web)",
        "app in (db,web)",
        "app notin (db)",
        "other notin (db)",
        "empty=",
        "empty in ()",
        "empty in (,)",
        "empty in (x,,y)",
        "n>4",
        "n<6",
        "app=web,n=5",
        "app in (in,notin,web)",
    ];
    let no = [
        "other",
        "app=db",
        "!app",
        "app!=web",
        "app in (db)",
        "app notin (web)",
        "n>5",
        "n<5",
        "app>1",
        "other>1",
        "app=web,other",
    ];
    for selector in yes {
        assert!(chooses(selector, &labels), "{selector}");
    }
    for selector in no {
        assert!(!chooses(selector, &labels), "{selector}");
    }
}

#[test]
fn mistakes() {
    let refused = [
        ("=", "found '=', expected: !, identifier, or 'end of string'"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("a b", "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a=(", "unable to parse requirement: found '(', expected: identifier"),
        ("a>b", "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"),
        (
            "-a",
            "unable to parse requirement: invalid label key \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        ),
    ];
    for (selector, expected) in refused {
        let error = LabelSelector::parse(selector).expect_err(selector);
        assert_eq!(error.to_string(), expected, "{selector}");
    }
}
