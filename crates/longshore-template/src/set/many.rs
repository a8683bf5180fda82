//! Parsing many sources at once, on several threads where that is worth it.
//!
//! A source is parsed without looking at the others, so that threads share nothing but the functions; the order in
//! which definitions replace each other is kept by adding them in order.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use longshore_go::Str;

use super::Set;
use crate::ParseError;
use crate::code::Code;

/// The text that is worth a thread, in bytes: about a millisecond of parsing.
const WORTH_A_THREAD: usize = 48 << 10;

/// More threads than this are not started; the rest of a render has one.
const MOST_THREADS: usize = 4;

type Compiled = Result<Vec<Arc<Code>>, ParseError>;

impl Set {
    /// Parses sources by name and text, as [`Set::parse`] does one after the other.
    ///
    /// # Errors
    /// Go's error about the first source that does not parse; the set then has what the sources before it define.
    ///
    /// ```
    /// # use longshore_template::{Budget, Set};
    /// let mut set = Set::default();
    /// set.parse_all(&[("a".into(), "{{ define \"x\" }}1{{ end }}".into()), ("b".into(), "{{ template \"x\" }}".into())])?;
    /// assert!(set.contains(b"x") && set.contains(b"b"));
    /// # Ok::<(), longshore_template::ParseError>(())
    /// ```
    pub fn parse_all(&mut self, sources: &[(Str, Str)]) -> Result<(), ParseError> {
        let bytes = sources.iter().map(|(_, text)| text.len()).sum::<usize>();
        let mut threads = (bytes / WORTH_A_THREAD).min(MOST_THREADS);
        if threads > 1 {
            threads = threads.min(thread::available_parallelism().map_or(1, NonZero::get));
        }
        if threads < 2 {
            for (name, text) in sources {
                let codes = self.compile(name, text)?;
                self.add(codes);
            }
            return Ok(());
        }
        for compiled in self.compile_on(threads, sources, bytes) {
            self.add(compiled?);
        }
        Ok(())
    }

    /// Compiles the sources in shares of about the same size. What comes behind an error in a share is left out.
    fn compile_on(&self, threads: usize, sources: &[(Str, Str)], bytes: usize) -> Vec<Compiled> {
        let compile = |share: &[(Str, Str)]| {
            let mut all = Vec::with_capacity(share.len());
            for (name, text) in share {
                let compiled = self.compile(name, text);
                let is_bad = compiled.is_err();
                all.push(compiled);
                if is_bad {
                    break;
                }
            }
            all
        };
        let mut shares = shares(sources, bytes.div_ceil(threads)).into_iter();
        let mine = shares.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = shares.map(|share| scope.spawn(move || compile(share))).collect();
            let mut all = compile(mine);
            for other in others {
                match other.join() {
                    Ok(compiled) => all.extend(compiled),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        })
    }
}

/// Cuts the sources into runs of at least `least` bytes each, but for the last.
fn shares(mut sources: &[(Str, Str)], least: usize) -> Vec<&[(Str, Str)]> {
    let mut all = Vec::new();
    while !sources.is_empty() {
        let mut bytes = 0;
        let mut count = 0;
        while count < sources.len() && bytes < least {
            bytes += sources[count].1.len();
            count += 1;
        }
        let (share, rest) = sources.split_at(count.max(1));
        all.push(share);
        sources = rest;
    }
    all
}

#[cfg(test)]
mod tests {
    use longshore_go::Str;

    use super::Set;

    fn source(name: &str, text: &str) -> (Str, Str) {
        (name.into(), text.into())
    }

    /// A source so large that it is a share by itself.
    fn large(name: &str, text: &str) -> (Str, Str) {
        source(name, &format!("{text}{}", " ".repeat(super::WORTH_A_THREAD)))
    }

    #[test]
    fn later_definitions_replace_earlier_ones_whoever_parsed_them() {
        let sources: Vec<_> = (0..9)
            .map(|i| large(&format!("{i}"), &format!("{{{{ define \"x\" }}}}{i}{{{{ end }}}}")))
            .chain([source("page", "{{ template \"x\" }}")])
            .collect();
        let mut set = Set::default();
        set.parse_all(&sources).unwrap();
        let mut out = Vec::new();
        set.execute(b"page", longshore_go::Value::Nil, &(), &crate::Budget::default(), &mut out).unwrap();
        assert_eq!(out, b"8");
    }

    #[test]
    fn the_first_error_is_told() {
        let mut sources: Vec<_> = (0..9).map(|i| large(&format!("t{i}"), "{{ 1 }}")).collect();
        sources[7].1 = "{{ if }}".into();
        sources[3].1 = "{{ nothing }}".into();
        let error = Set::default().parse_all(&sources).unwrap_err();
        assert_eq!(error.to_string(), "template: t3:1: function \"nothing\" not defined");
    }

    #[test]
    fn the_small_stack_of_a_thread_is_enough_for_deep_nesting() {
        let ifs = format!("{}{}", "{{ if 1 }}".repeat(20_000), "{{ end }}".repeat(20_000));
        let parens = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
        let sources: Vec<_> = (0..4).flat_map(|i| [(i, &ifs), (i, &parens)]).collect();
        let sources: Vec<_> = sources.iter().map(|(i, text)| source(&format!("t{i}"), text)).collect();
        // Too deep or not: it comes back.
        let _ = Set::default().parse_all(&sources);
    }
}
