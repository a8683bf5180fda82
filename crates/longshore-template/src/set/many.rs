//! Parsing many sources at once, on several threads where that is worth it.
//!
//! A source is parsed without looking at the others, so that threads share nothing but the functions; the order in
//! which definitions replace each other is kept by adding them in order.

use longshore_go::Str;

use super::Set;
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
        let parse = |sources: &[(Str, Str)]| {
            let mut all = Vec::with_capacity(sources.len());
            let mut pools = Pools::roomy();
            for (name, text) in sources {
                let parsed = self.read(name, text, &mut pools);
                // What a source is for is executed most likely; what it defines besides may never be.
                for own in parsed.iter().flatten().filter(|template| template.name == *name) {
                    own.code();
                }
                let is_bad = parsed.is_err();
                all.push(parsed);
                if is_bad {
                    break; // what comes behind is not asked for
                }
            }
            all
        };
        for parsed in in_shares(sources, |(_, text)| text.len(), parse) {
            self.add(parsed?);
        }
        Ok(())
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
