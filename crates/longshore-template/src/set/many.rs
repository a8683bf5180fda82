//! Parsing many sources at once, on several threads where that is worth it.
//!
//! A source is parsed without looking at the others, so that threads share nothing but the functions; the order in
//! which definitions replace each other is kept by adding them in order. A text that is there several times, as that of
//! a library chart which each subchart brings along, is parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use longshore_go::Str;

use super::ahead::{Ahead, Source};
use super::{Read, Set};
use crate::ParseError;
use crate::node::Pools;
use crate::shares::{WORTH_A_THREAD, threads_for};

impl Set {
    /// Parses sources by name and text, as [`Set::parse`] does one after the other; what was parsed `ahead` is taken
    /// from there.
    ///
    /// # Errors
    /// Go's error about the first source that does not parse; the set then has what the sources before it define.
    ///
    /// ```
    /// # use longshore_template::{Budget, Set};
    /// let mut set = Set::default();
    /// let sources = [("a", "{{ define \"x\" }}1{{ end }}"), ("b", "{{ template \"x\" }}")];
    /// set.parse_all(&sources.map(|(name, text)| (name.into(), text.into())), None)?;
    /// assert!(set.contains(b"x") && set.contains(b"b"));
    /// # Ok::<(), longshore_template::ParseError>(())
    /// ```
    pub fn parse_all(&mut self, sources: &[(Str, Str)], ahead: Option<&Ahead>) -> Result<(), ParseError> {
        let key = |text: &Str| (text.len(), text.clone());
        let texts: BTreeSet<(usize, Str)> = sources.iter().map(|(_, text)| key(text)).collect();
        let mut others = self.ahead();
        for (name, text) in sources {
            if !ahead.is_some_and(|ahead| ahead.has(&key(text))) {
                others.push(name.clone(), text.clone());
            }
        }
        // This thread does a part itself.
        others.start(threads_for(others.bytes().saturating_sub(WORTH_A_THREAD)));
        let is_needed = |text: &Str| texts.contains(&key(text));
        let done: Vec<Source> =
            ahead.into_iter().chain([&others]).flat_map(|ahead| ahead.finish(is_needed)).collect();
        let parsed: BTreeMap<(usize, Str), (&Str, &Read)> = done
            .iter()
            .filter_map(|source| Some((key(&source.text), (&source.name, source.read()?))))
            .collect();
        for (name, text) in sources {
            match parsed.get(&key(text)) {
                Some((first, read)) if *first == name => self.add(&read.templates),
                Some((_, read)) if read.is_same_as(name) => {
                    let copies: Vec<_> =
                        read.templates.iter().map(|template| Arc::new(template.of_copy(name))).collect();
                    self.add(&copies);
                }
                // Under this name the source is another one, or it does not parse.
                _ => {
                    let read = self.read(name, text, &mut Pools::default())?;
                    self.add(&read.templates);
                }
            }
        }
        Ok(())
    }
}

impl Read {
    /// Whether a source of the same text comes to the same under this name.
    fn is_same_as(&self, name: &Str) -> bool {
        !self.defines_itself && self.templates.iter().all(|template| template.name != *name)
    }
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
        source(name, &format!("{text}{}", " ".repeat(crate::shares::WORTH_A_THREAD)))
    }

    #[test]
    fn later_definitions_replace_earlier_ones_whoever_parsed_them() {
        let sources: Vec<_> = (0..9)
            .map(|i| large(&format!("{i}"), &format!("{{{{ define \"x\" }}}}{i}{{{{ end }}}}")))
            .chain([source("page", "{{ template \"x\" }}")])
            .collect();
        let mut set = Set::default();
        set.parse_all(&sources, None).unwrap();
        let mut out = Vec::new();
        set.execute(b"page", longshore_go::Value::Nil, &(), &crate::Budget::default(), &mut out).unwrap();
        assert_eq!(out, b"8");
    }

    #[test]
    fn copies_of_a_text_have_names_of_their_own() {
        let text = "{{ define \"x\" }}{{ nil }}{{ end }}{{ define \"b\" }}of a{{ end }}{{ .y.z }}";
        let mut set = Set::default();
        set.parse_all(&[source("a", text), source("c", text)], None).unwrap();
        let error = |name: &[u8], data| {
            let mut out = Vec::new();
            set.execute(name, data, &(), &crate::Budget::default(), &mut out).unwrap_err().to_string()
        };
        let nothing = || longshore_go::Value::from("nothing");
        for name in ["a", "c"] {
            let place = format!("template: {name}:1:68: executing \"{name}\" at <.y.z>: ");
            assert!(
                error(name.as_bytes(), nothing()).starts_with(&place),
                "{}",
                error(name.as_bytes(), nothing())
            );
        }
        // Under this name the source defines itself twice, which Go refuses where neither is blank.
        let twice = Set::default().parse_all(&[source("a", text), source("b", text)], None).unwrap_err();
        assert_eq!(twice.to_string(), "template: b:1: template: multiple definition of template \"b\"");
    }

    #[test]
    fn the_first_error_is_told() {
        let mut sources: Vec<_> = (0..9).map(|i| large(&format!("t{i}"), "{{ 1 }}")).collect();
        sources[7].1 = "{{ if }}".into();
        sources[3].1 = "{{ nothing }}".into();
        let error = Set::default().parse_all(&sources, None).unwrap_err();
        assert_eq!(error.to_string(), "template: t3:1: function \"nothing\" not defined");
    }

    #[test]
    fn the_small_stack_of_a_thread_is_enough_for_deep_nesting() {
        let ifs = format!("{}{}", "{{ if 1 }}".repeat(20_000), "{{ end }}".repeat(20_000));
        let parens = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
        let sources: Vec<_> = (0..4).flat_map(|i| [(i, &ifs), (i, &parens)]).collect();
        let sources: Vec<_> = sources.iter().map(|(i, text)| source(&format!("t{i}"), text)).collect();
        // Too deep or not: it comes back.
        let _ = Set::default().parse_all(&sources, None);
    }
}
