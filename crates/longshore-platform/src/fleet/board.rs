//! Who may begin: a board on which every cluster writes what has ended, and reads what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use tokio::sync::watch;

use super::order::Node;

/// The board of one deploy.
#[derive(Debug)]
pub(super) struct Board {
    /// The clusters' names, by their places in the list.
    clusters: Vec<String>,
    needs: BTreeMap<Node, Vec<Node>>,
    at_once: usize,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What has ended, and whether well.
    ended: BTreeMap<Node, bool>,
    /// Clusters on which nothing more will begin.
    closed: BTreeSet<usize>,
    /// How many releases each cluster is working on.
    running: BTreeMap<usize, usize>,
}

impl Board {
    /// A board for releases with what each needs; at most `at_once` clusters are worked on at a time.
    pub(super) fn new(clusters: Vec<String>, needs: BTreeMap<Node, Vec<Node>>, at_once: usize) -> Self {
        Self { clusters, needs, at_once, state: watch::Sender::default() }
    }

    /// Nothing more will begin on a cluster: what has not ended there is taken for failed.
    pub(super) fn closed(&self, cluster: usize) {
        self.state.send_modify(|state| {
            state.closed.insert(cluster);
        });
    }
}

impl State {
    /// Whether a release has ended, and whether well: what was not begun on a closed cluster never will be. `None` while
    /// that is open.
    fn end_of(&self, node: &Node) -> Option<bool> {
        let ended = self.ended.get(node).copied();
        ended.or_else(|| self.closed.contains(&node.0).then_some(false))
    }
}

/// One cluster's view of the board.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    board: &'a Board,
    cluster: usize,
}

/// The permission to work on a release; dropping it lets another cluster begin.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    board: &'a Board,
    cluster: usize,
}

impl<'a> Desk<'a> {
    pub(super) fn new(board: &'a Board, cluster: usize) -> Self {
        Self { board, cluster }
    }

    /// Waits until a release may begin: what it needs elsewhere has succeeded, and not too many clusters are at work.
    ///
    /// # Errors
    /// Something that it needs has failed.
    pub(crate) async fn begin(&self, release: &str) -> Result<Turn<'a>, Diagnostic> {
        let none = Vec::new();
        let needs = self.board.needs.get(&(self.cluster, release.to_owned())).unwrap_or(&none);
        let mut state = self.board.state.subscribe();
        let met = state.wait_for(|state| {
            let failed = needs.iter().any(|need| state.end_of(need) == Some(false));
            failed || needs.iter().all(|need| state.end_of(need).is_some())
        });
        // The board outlives its desks, so that the wait always ends by what is on it.
        let failed = met
            .await
            .ok()
            .and_then(|state| needs.iter().find(|need| state.end_of(need) == Some(false)).cloned());
        if let Some((cluster, need)) = failed {
            let cluster = self.board.clusters.get(cluster).map_or("", String::as_str);
            let message = format!(
                "release `{release}` was not begun: `{need}` on cluster `{cluster}` comes first, and was not deployed"
            );
            return Err(Diagnostic::error("platform/not-begun", message)
                .hint("mend what failed there, then run the command again: it goes on from here"));
        }
        loop {
            let began = self.board.state.send_if_modified(|state| {
                let free =
                    state.running.contains_key(&self.cluster) || state.running.len() < self.board.at_once;
                if free {
                    *state.running.entry(self.cluster).or_default() += 1;
                }
                free
            });
            if began || state.changed().await.is_err() {
                return Ok(Turn { board: self.board, cluster: self.cluster });
            }
        }
    }

    /// Says how a release has ended.
    pub(crate) fn ended(&self, release: &str, well: bool) {
        self.board.state.send_modify(|state| {
            state.ended.insert((self.cluster, release.to_owned()), well);
        });
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.board.state.send_modify(|state| {
            if let Some(count) = state.running.get_mut(&self.cluster) {
                *count -= 1;
                if *count == 0 {
                    state.running.remove(&self.cluster);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use futures::FutureExt;

    use super::{Board, Desk};

    fn board(at_once: usize) -> Board {
        let node = |at: usize, name: &str| (at, name.to_owned());
        let needs = BTreeMap::from([
            (node(0, "db"), vec![]),
            (node(0, "other"), vec![]),
            (node(1, "web"), vec![node(0, "db")]),
            (node(2, "web"), vec![]),
        ]);
        Board::new(vec!["eu".into(), "us".into(), "ap".into()], needs, at_once)
    }

    #[test]
    fn a_release_begins_when_what_it_needs_elsewhere_has_ended_well() {
        let board = board(9);
        let (first, second) = (Desk::new(&board, 0), Desk::new(&board, 1));
        let mut web = Box::pin(second.begin("web"));
        assert!((&mut web).now_or_never().is_none());
        first.ended("other", true);
        assert!((&mut web).now_or_never().is_none());
        first.ended("db", true);
        assert!(web.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn what_fails_stops_what_needs_it_and_nothing_else() {
        let board = board(9);
        board.closed(0);
        let blocked = Desk::new(&board, 1).begin("web").now_or_never().unwrap().unwrap_err();
        assert_eq!(
            blocked.message,
            "release `web` was not begun: `db` on cluster `eu` comes first, and was not deployed"
        );
        assert!(Desk::new(&board, 2).begin("web").now_or_never().unwrap().is_ok());
    }

    /// A frozen plan names only what waits for something: the releases that are waited for are in nobody's row.
    #[test]
    fn what_waits_for_a_release_without_needs_hears_that_its_cluster_has_failed() {
        let needs = BTreeMap::from([((1, "web".to_owned()), vec![(0, "db".to_owned())])]);
        let board = Board::new(vec!["eu".into(), "us".into()], needs, 9);
        let second = Desk::new(&board, 1);
        let mut web = Box::pin(second.begin("web"));
        assert!((&mut web).now_or_never().is_none());
        board.closed(0);
        let blocked = web.now_or_never().expect("nobody will ever say more").unwrap_err();
        assert!(blocked.message.contains("`db` on cluster `eu` comes first"), "{}", blocked.message);
    }

    #[test]
    fn no_more_clusters_are_at_work_than_may_be() {
        let board = board(1);
        let (first, third) = (Desk::new(&board, 0), Desk::new(&board, 2));
        let db = first.begin("db").now_or_never().unwrap().unwrap();
        // Another release of a cluster that is at work is no further cluster.
        let other = first.begin("other").now_or_never().unwrap().unwrap();
        let mut web = Box::pin(third.begin("web"));
        assert!((&mut web).now_or_never().is_none());
        drop(db);
        assert!((&mut web).now_or_never().is_none());
        drop(other);
        assert!(web.now_or_never().unwrap().is_ok());
    }
}
