//! The tree as a screen shows it, and what has changed in it.

use jiff::Timestamp;
use longshore_operate::{Health, Node};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::widgets::Paragraph;

use super::{Changes, age, lines, rows};

fn node(name: &str, health: Health, words: &str, children: Vec<Node>) -> Node {
    let since = name.contains('/').then(|| "2026-11-22T01:00:00Z".parse().unwrap());
    Node { name: name.into(), health, words: words.into(), since, children }
}

fn now() -> Timestamp {
    "2026-11-22T01:01:30Z".parse().unwrap()
}

fn shop() -> Vec<Node> {
    use Health::{Failed, Progressing, Ready};
    vec![
        node("base", Ready, "ready", vec![node("PersistentVolumeClaim/data", Ready, "ready", vec![])]),
        node(
            "web",
            Progressing,
            "1 of 2 ready",
            vec![
                node(
                    "Deployment/front",
                    Progressing,
                    "1 of 2 pods available",
                    vec![node(
                        "ReplicaSet/front-2",
                        Progressing,
                        "revision 2, 1 of 2 ready",
                        vec![
                            node("Pod/front-2-a", Ready, "ready", vec![]),
                            node(
                                "Pod/front-2-b",
                                Failed,
                                "CrashLoopBackOff (exit code 1), 3 restarts",
                                vec![],
                            ),
                        ],
                    )],
                ),
                node("Ingress/front", Ready, "ready", vec![]),
            ],
        ),
    ]
}

fn screen(tree: &[Node], width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let lines = lines(&rows(tree), height.into(), true, now());
    terminal.draw(|frame| frame.render_widget(Paragraph::new(lines), frame.area())).unwrap();
    terminal.backend().to_string()
}

#[test]
fn a_tree_that_fits_is_shown_whole() {
    insta::assert_snapshot!(screen(&shop(), 84, 10));
}

#[test]
fn what_is_ready_gives_way_to_what_is_not() {
    insta::assert_snapshot!(screen(&shop(), 84, 5));
    assert_eq!(lines(&rows(&shop()), 1, false, now()).len(), 1);
    assert_eq!(lines(&rows(&shop()), 8, false, now()).len(), 8, "all of it and nothing more");
}

#[test]
fn only_what_has_changed_is_told() {
    let mut changes = Changes::default();
    assert_eq!(changes.of(&shop(), now()).len(), 8);
    assert!(changes.of(&shop(), now()).is_empty());
    let mut after = shop();
    let set = &mut after[1].children[0].children[0];
    set.children.remove(0);
    set.children[0].health = Health::Ready;
    set.children[0].words = "ready, 4 restarts".into();
    let told: Vec<String> = changes.of(&after, now()).iter().map(super::Changed::text).collect();
    assert_eq!(told, ["web Pod/front-2-b: ready, 4 restarts", "web Pod/front-2-a: gone"]);
    let gone = serde_json::to_string(&changes.of(&[], now())[1]).unwrap();
    assert_eq!(
        gone,
        r#"{"time":"2026-11-22T01:01:30Z","release":"base","object":"PersistentVolumeClaim/data","state":"gone","message":"gone"}"#
    );
}

#[test]
fn an_age_has_one_unit() {
    let ages = [0, 119, 120, 7_199, 7_200, 172_799, 172_800]
        .map(|seconds| age(Timestamp::UNIX_EPOCH, Timestamp::from_second(seconds).unwrap()));
    assert_eq!(ages, ["0s", "119s", "2m", "119m", "2h", "47h", "2d"]);
    assert_eq!(age(now(), Timestamp::UNIX_EPOCH), "0s", "another machine's clock");
}
