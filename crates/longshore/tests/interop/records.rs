//! Records that do not fit into a Secret (design decision 1), and the commands that read, compared with real Helm.

use std::fmt::Write as _;

use crate::Pair;

/// A chart of which a Secret cannot hold everything: its record leaves out what real Helm needs for nothing but rendering.
#[tokio::test(flavor = "multi_thread")]
async fn helm_lists_rolls_back_and_uninstalls_a_release_with_a_large_chart() {
    let Some(pair) = Pair::new("large").await else { return };
    let mut state = 1_u64;
    let mut noise = String::new();
    while noise.len() < 3 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(noise, "{:08x}", state >> 32);
    }
    pair.project.write("chart/large.txt", &noise).unwrap();
    pair.longshore("deploy");
    pair.tag("tag: v1", "tag: v2");
    pair.longshore("deploy");
    assert!(pair.helm("list").contains("web-1.2.3"));
    assert_eq!(pair.helm("get values web --revision 1"), "USER-SUPPLIED VALUES:\ntag: v1\n");
    pair.helm("rollback web 1 --wait");
    assert!(pair.helm("get manifest web").contains("example.com/web:v1"));
    assert!(pair.helm("history web").contains("Rollback to 1"));
    pair.helm("uninstall web --wait");
    assert_eq!(pair.helm("list -q"), "");
}

/// What is recorded is told in the same bytes by both.
#[tokio::test(flavor = "multi_thread")]
async fn both_tell_the_same_of_a_release() {
    let Some(pair) = Pair::new("tells").await else { return };
    pair.helm("install web chart --set tag=v1 --labels team=a --wait");
    pair.helm("upgrade web chart --set tag=v2 --wait");
    for command in [
        "list",
        "list -o json",
        "list -A -l team=a -q",
        "list --superseded -o yaml",
        "history web",
        "history web -o json",
        "status web --revision 9",
        "get all web",
        "get metadata web",
        "get metadata web --revision 1 -o json",
        "get values web -a -o yaml",
        "get notes web",
        "get hooks web",
        "get manifest web --revision 1",
    ] {
        let ours =
            pair.said(std::path::Path::new(env!("CARGO_BIN_EXE_longshore")), &format!("helm {command}"));
        assert_eq!(pair.said(&pair.helm, command), ours, "{command}");
    }
}
