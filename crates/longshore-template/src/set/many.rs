//! Parsing many sources at once, on several threads where that is worth it.
//!
//! A source is parsed without looking at the others, so that threads share nothing but the functions; the order in
//! which definitions replace each other is kept by adding them in order. A text that is there several times, as that of
//! a library chart which each subchart brings along, is parsed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_go::Str;

use super::{Read, Set};
use crate::ParseError;
use crate::node::Pools;
use crate::shares::in_shares;

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
        let mut known = BTreeMap::new();
        let distinct: Vec<_> = sources
            .iter()
            .filter(|(_, text)| {
                let place = known.len();
                let mut is_new = false;
                known.entry((text.len(), text.as_bytes())).or_insert_with(|| {
                    is_new = true;
                    place
                });
                is_new
            })
            .collect();
        let parse = |sources: &[&(Str, Str)]| {
            let mut all = Vec::with_capacity(sources.len());
            let mut pools = Pools::roomy();
            for (name, text) in sources {
                let read = self.read(name, text, &mut pools);
                // What a source is for is executed most likely; what it defines besides may never be.
                let templates = read.iter().flat_map(|read| &read.templates);
                for own in templates.filter(|template| template.name == *name) {
                    own.code();
                }
                let is_bad = read.is_err();
                all.push(read);
                if is_bad {
                    break; // what comes behind is not asked for
                }
            }
            all
        };
        let mut results = in_shares(&distinct, |(_, text)| text.len(), parse).into_iter();
        let mut firsts: Vec<Read> = Vec::with_capacity(distinct.len());
        for (name, text) in sources {
            match firsts.get(known[&(text.len(), text.as_bytes())]) {
                None => {
                    let read = results.next().expect("there is one for each text, up to an error")?;
                    self.add(&read.templates);
                    firsts.push(read);
                }
                Some(first) if first.is_same_as(name) => {
                    let copies: Vec<_> =
                        first.templates.iter().map(|template| Arc::new(template.of_copy(name))).collect();
                    self.add(&copies);
                }
                Some(_) => {
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
        set.parse_all(&sources).unwrap();
        let mut out = Vec::new();
        set.execute(b"page", longshore_go::Value::Nil, &(), &crate::Budget::default(), &mut out).unwrap();
        assert_eq!(out, b"8");
    }

    #[test]
    fn copies_of_a_text_have_names_of_their_own() {
        let text = "{{ define \"x\" }}{{ nil }}{{ end }}{{ define \"b\" }}of a{{ end }}{{ .y.z }}";
        let mut set = Set::default();
        set.parse_all(&[source("a", text), source("c", text)]).unwrap();
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
        let twice = Set::default().parse_all(&[source("a", text), source("b", text)]).unwrap_err();
        assert_eq!(twice.to_string(), "template: b:1: template: multiple definition of template \"b\"");
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
