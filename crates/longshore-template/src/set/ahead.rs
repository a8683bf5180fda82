//! Sources that another thread parses before somebody asks for them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use longshore_go::Str;

use super::{Read, Set};
use crate::names::Names;
use crate::node::Pools;
use crate::shares::threads_for;

/// Sources that are being parsed while the one who will need them does something else: see [`Set::ahead`].
#[derive(Debug)]
pub struct Ahead(Arc<Work>);

#[derive(Debug)]
struct Work {
    /// Has no templates: it tells how to parse.
    set: Set,
    sources: Vec<(Str, Str)>,
    /// The place of the first source that nobody has taken yet.
    next: AtomicUsize,
    /// Which sources are needed, once that is known.
    needed: OnceLock<Vec<bool>>,
    /// What became of each source; nothing if it does not parse.
    reads: Vec<OnceLock<Option<Read>>>,
}

impl Set {
    /// Begins to parse sources that [`Set::parse_all`] will be given later, as far as is known now: by other names they
    /// serve as well, and those that are not asked for are left.
    ///
    /// ```
    /// # use longshore_template::Set;
    /// let sources = [("a".into(), "{{ define \"x\" }}1{{ end }}".into())];
    /// let mut set = Set::default();
    /// let ahead = set.ahead(sources.to_vec());
    /// set.parse_all(&sources, Some(&ahead))?;
    /// assert!(set.contains(b"x"));
    /// # Ok::<(), longshore_template::ParseError>(())
    /// ```
    pub fn ahead(&self, sources: Vec<(Str, Str)>) -> Ahead {
        let bytes = sources.iter().map(|(_, text)| text.len()).sum();
        self.ahead_with(sources, threads_for(bytes))
    }

    /// The same with this many threads; with none, [`Ahead::reads`] does everything.
    pub(super) fn ahead_with(&self, sources: Vec<(Str, Str)>, threads: usize) -> Ahead {
        let set = Set { templates: Names::default(), ..self.clone() };
        let reads = sources.iter().map(|_| OnceLock::new()).collect();
        let work = Work { set, sources, next: AtomicUsize::new(0), needed: OnceLock::new(), reads };
        let ahead = Ahead(Arc::new(work));
        for _ in 0..threads {
            let work = Arc::clone(&ahead.0);
            // Where there are no more threads to be had, the one who needs the sources parses them.
            if thread::Builder::new().spawn(move || work.run()).is_err() {
                break;
            }
        }
        ahead
    }
}

impl Ahead {
    /// The sources.
    pub(super) fn sources(&self) -> &[(Str, Str)] {
        &self.0.sources
    }

    /// What the sources come to whose texts are needed, with their names; those that do not parse are left out. Helps the
    /// threads, and waits for them.
    pub(super) fn reads(
        &self,
        is_needed: impl Fn(&Str) -> bool,
    ) -> impl Iterator<Item = (&(Str, Str), &Read)> {
        let work = &*self.0;
        let needed =
            work.needed.get_or_init(|| work.sources.iter().map(|(_, text)| is_needed(text)).collect());
        work.run();
        let all = work.sources.iter().zip(&work.reads).zip(needed).filter(|(_, needed)| **needed);
        all.filter_map(|((source, read), _)| Some((source, read.wait().as_ref()?)))
    }
}

impl Work {
    /// Parses what nobody has taken yet.
    fn run(&self) {
        let mut pools = Pools::roomy();
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((name, text)) = self.sources.get(place) else { return };
            if self.needed.get().is_some_and(|needed| !needed[place]) {
                continue;
            }
            let mut told = Told { place: &self.reads[place], read: None };
            told.read = self.set.read(name, text, &mut pools).ok();
            // What a source is for is executed most likely; what it defines besides may never be.
            let templates = told.read.iter().flat_map(|read| &read.templates);
            for own in templates.filter(|template| template.name == *name) {
                own.code();
            }
        }
    }
}

/// Tells what became of a source, come what may: somebody waits for it.
struct Told<'w> {
    place: &'w OnceLock<Option<Read>>,
    read: Option<Read>,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        // Nobody else has this place.
        let _ = self.place.set(self.read.take());
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
            let ahead = set.ahead_with(sources(&expected), threads);
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
    fn a_source_that_defines_its_later_name_is_refused_as_ever() {
        let text = "{{ define \"late\" }}1{{ end }}2";
        let mut set = Set::default();
        let ahead = set.ahead_with(sources(&[("early", text)]), 1);
        let error = set.parse_all(&sources(&[("late", text)]), Some(&ahead)).unwrap_err();
        assert_eq!(error.to_string(), set.parse("late", text).unwrap_err().to_string());
    }
}
