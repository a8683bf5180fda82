//! Sources that another thread parses before somebody asks for them.

use std::collections::BTreeSet;
use std::hint;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use longshore_go::Str;

use super::{Read, Set};
use crate::names::Names;
use crate::node::Pools;
use crate::shares::threads_for;

/// What the first thread is started for, in bytes: to parse more than this takes longer than to start it.
const WORTH_THE_FIRST: usize = 16 << 10;

/// Sources that are being parsed while the one who will need them does something else: see [`Set::ahead`].
#[derive(Debug)]
pub struct Ahead {
    work: Arc<Work>,
    /// The lengths and texts of the sources: each is parsed once, whoever has it.
    texts: BTreeSet<(usize, Str)>,
    bytes: usize,
    threads: usize,
}

#[derive(Debug)]
struct Work {
    /// Has no templates: it tells how to parse.
    set: Set,
    state: Mutex<State>,
    /// The state has changed.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    sources: Vec<Source>,
    /// The place of the first source that nobody has taken yet.
    next: usize,
    /// No more sources will come.
    is_whole: bool,
    /// How many threads wait for more.
    waiting: usize,
}

/// A source, and what it comes to; nothing if it does not parse.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) name: Str,
    pub(super) text: Str,
    read: Arc<OnceLock<Option<Read>>>,
}

impl Set {
    /// Begins to parse what [`Set::parse_all`] will be given later, as far as is known now: under other names sources
    /// serve as well, and those that are not asked for are left.
    ///
    /// ```
    /// # use longshore_template::Set;
    /// let mut set = Set::default();
    /// let mut ahead = set.ahead();
    /// ahead.add("a".into(), "{{ define \"x\" }}1{{ end }}".into());
    /// set.parse_all(&[("a".into(), "{{ define \"x\" }}1{{ end }}".into())], Some(&ahead))?;
    /// assert!(set.contains(b"x"));
    /// # Ok::<(), longshore_template::ParseError>(())
    /// ```
    pub fn ahead(&self) -> Ahead {
        let set = Set { templates: Names::default(), ..self.clone() };
        let work = Work { set, state: Mutex::default(), changed: Condvar::new() };
        Ahead { work: Arc::new(work), texts: BTreeSet::new(), bytes: 0, threads: 0 }
    }
}

impl Ahead {
    /// A source, by its name and text, to be parsed by a thread; where there is little to parse, there is none. A text that
    /// is there already, as that of a library chart which each subchart brings along, is parsed once.
    pub fn add(&mut self, name: Str, text: Str) {
        self.push(name, text);
        if self.bytes >= WORTH_THE_FIRST {
            self.start(threads_for(self.bytes).max(1));
        }
    }

    /// A source, for the threads that there are.
    pub(super) fn push(&mut self, name: Str, text: Str) {
        if !self.texts.insert((text.len(), text.clone())) {
            return;
        }
        self.bytes += text.len();
        let mut state = self.work.lock();
        state.sources.push(Source { name, text, read: Arc::default() });
        // To wake nobody takes a call of the system, too.
        if state.waiting > 0 {
            self.work.changed.notify_one();
        }
    }

    /// Starts threads until there are that many.
    pub(super) fn start(&mut self, threads: usize) {
        while self.threads < threads {
            let work = Arc::clone(&self.work);
            // Where there are no more threads to be had, the one who needs the sources parses them.
            let _ = thread::Builder::new().spawn(move || work.run());
            self.threads += 1;
        }
    }

    /// Whether a source has this text.
    pub(super) fn has(&self, text: &(usize, Str)) -> bool {
        self.texts.contains(text)
    }

    /// How many bytes the sources have together.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The sources whose texts are needed, parsed by the threads and this one; nobody parses the others from now on.
    pub(super) fn finish(&self, is_needed: impl Fn(&Str) -> bool) -> Vec<Source> {
        let mut needed = self.work.close(&is_needed);
        self.work.run();
        needed.retain(|source| is_needed(&source.text));
        needed
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.work.close(|_| false);
    }
}

impl Source {
    /// What it comes to, if it parses; waits for the thread that has taken it.
    pub(super) fn read(&self) -> Option<&Read> {
        self.read.wait().as_ref()
    }
}

impl Work {
    /// Parses what nobody has taken yet, until there is nothing more to come.
    fn run(&self) {
        let mut pools = Pools::roomy();
        while let Some(source) = self.take() {
            make_room();
            let mut told = Told { read: None, source };
            let Source { name, text, .. } = &told.source;
            let read = self.set.read(name, text, &mut pools).ok();
            // What a source is for is executed most likely; what it defines besides may never be.
            let templates = read.iter().flat_map(|read| &read.templates);
            for own in templates.filter(|template| template.name == *name) {
                own.code();
            }
            told.read = read;
        }
    }

    fn take(&self) -> Option<Source> {
        let mut state = self.lock();
        loop {
            if let Some(source) = state.sources.get(state.next).cloned() {
                state.next += 1;
                return Some(source);
            }
            if state.is_whole {
                return None;
            }
            state.waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    /// Leaves those sources that nobody has taken and that are not needed, and gives the others.
    fn close(&self, is_needed: impl Fn(&Str) -> bool) -> Vec<Source> {
        let mut state = self.lock();
        state.is_whole = true;
        let next = state.next;
        let left = state.sources.split_off(next);
        state.sources.extend(left.into_iter().filter(|source| is_needed(&source.text)));
        if state.waiting > 0 {
            self.changed.notify_all();
        }
        state.sources.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the allocator get memory for this thread in one piece. glibc's gets it page by page otherwise, with a call of the
/// system for each, and each stops what the other threads do with theirs.
fn make_room() {
    // Below the size for which it asks the system for pages of their own.
    const ROOM: usize = 96 << 10;
    drop(hint::black_box(Vec::<u8>::with_capacity(ROOM)));
}

/// Tells what a source comes to, come what may: somebody waits for it.
struct Told {
    source: Source,
    read: Option<Read>,
}

impl Drop for Told {
    fn drop(&mut self) {
        // Nobody else has taken this source.
        let _ = self.source.read.set(self.read.take());
    }
}

#[cfg(test)]
mod tests {
    use longshore_go::{Str, Value};

    use super::Set;
    use crate::Budget;

    fn sources(all: &[(&str, &str)]) -> Vec<(Str, Str)> {
        all.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
    }

    fn printed(set: &Set, name: &[u8]) -> String {
        let mut out = Vec::new();
        set.execute(name, Value::Nil, &(), &Budget::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_expected_by_other_names_or_is_not_needed_changes_nothing() {
        let expected = [
            ("x/a", "{{ define \"d\" }}of a{{ end }}A"),
            ("x/b", "{{ if }}"),
            ("x/c", "{{ template \"d\" }}"),
        ];
        for threads in [0, 1, 3] {
            let mut set = Set::default();
            let mut ahead = set.ahead();
            for (name, text) in sources(&expected) {
                ahead.push(name, text);
            }
            ahead.start(threads);
            let wanted =
                sources(&[("y/c", "{{ template \"d\" }}!"), ("y/a", expected[0].1), ("x/c", expected[2].1)]);
            set.parse_all(&wanted, Some(&ahead)).unwrap();
            assert_eq!((printed(&set, b"y/a"), printed(&set, b"y/c")), ("A".to_owned(), "of a!".to_owned()));
            assert_eq!(printed(&set, b"x/c"), "of a");
            assert!(!set.contains(b"x/a") && !set.contains(b"x/b"));
            // And once more, for a set that needs others of them.
            let mut other = Set::default();
            let error = other.parse_all(&sources(&[("z", "{{ if }}")]), Some(&ahead)).unwrap_err();
            assert_eq!(error.to_string(), "template: z:1: missing value for if");
        }
    }

    #[test]
    fn a_text_that_several_bring_along_is_parsed_once() {
        let mut set = Set::default();
        let mut ahead = set.ahead();
        for name in ["a/common", "b/common", "c/common"] {
            ahead.add(name.into(), "{{ define \"d\" }}1{{ end }}2".into());
        }
        assert_eq!(ahead.finish(|_| true).len(), 1);
        let all = sources(&[
            ("b/common", "{{ define \"d\" }}1{{ end }}2"),
            ("a/common", "{{ define \"d\" }}1{{ end }}2"),
        ]);
        set.parse_all(&all, Some(&ahead)).unwrap();
        assert_eq!((printed(&set, b"a/common"), printed(&set, b"b/common")), ("2".into(), "2".into()));
        assert!(!set.contains(b"c/common"));
    }

    #[test]
    fn a_source_that_defines_its_later_name_is_refused_as_ever() {
        let text = "{{ define \"late\" }}1{{ end }}2";
        let mut set = Set::default();
        let mut ahead = set.ahead();
        ahead.add("early".into(), text.into());
        let error = set.parse_all(&sources(&[("late", text)]), Some(&ahead)).unwrap_err();
        assert_eq!(error.to_string(), set.parse("late", text).unwrap_err().to_string());
    }
}
