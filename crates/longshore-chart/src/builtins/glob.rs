//! The patterns of `.Files.Glob`: those of the Go library gobwas/glob, with `/` as separator.
//!
//! `*` and `?` stop at `/`, `**` does not, `[abc]`, `[a-z]` and `[!…]` match any one character, `{a,b}`
//! either. The grammar's oddities are the library's
//! (<https://github.com/gobwas/glob/blob/v0.2.3/syntax/lexer/lexer.go>): braces need not be closed, a
//! class is one range or one list, never both.
//!
//! A pattern becomes a small automaton that is run over all states at once, so that no pattern takes
//! more than its length times that of the name.

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Glob {
    ops: Vec<Op>,
}

#[derive(Debug)]
enum Op {
    Char(char),
    /// Any character.
    Any,
    /// Any character but `/`.
    InPart,
    Range {
        low: char,
        high: char,
        negated: bool,
    },
    List {
        chars: Vec<char>,
        negated: bool,
    },
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// Longest pattern; anything longer counts as unreadable.
const MAX_PATTERN: usize = 64 << 10;

impl Glob {
    /// Compiles a pattern; `None` if it cannot be read.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        if pattern.len() > MAX_PATTERN {
            return None;
        }
        let mut parser =
            Parser { chars: pattern.chars().collect(), at: 0, ops: Vec::new(), open: Vec::new() };
        parser.run()?;
        Some(Self { ops: parser.ops })
    }

    /// Whether the pattern matches the whole name.
    pub(super) fn matches(&self, name: &str) -> bool {
        let mut states = vec![false; self.ops.len()];
        let mut next = states.clone();
        self.enter(0, &mut states);
        for c in name.chars() {
            next.fill(false);
            for (i, op) in self.ops.iter().enumerate().filter(|(i, _)| states[*i]) {
                let hit = match op {
                    Op::Char(wanted) => *wanted == c,
                    Op::Any => true,
                    Op::InPart => c != '/',
                    Op::Range { low, high, negated } => (*low <= c && c <= *high) != *negated,
                    Op::List { chars, negated } => chars.contains(&c) != *negated,
                    Op::Split(..) | Op::Jump(_) | Op::Match => false,
                };
                if hit {
                    self.enter(i + 1, &mut next);
                }
            }
            std::mem::swap(&mut states, &mut next);
        }
        states.last().copied().unwrap_or(false)
    }

    /// Adds a state and all that follow from it without reading.
    fn enter(&self, state: usize, states: &mut [bool]) {
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            if std::mem::replace(&mut states[state], true) {
                continue;
            }
            match self.ops[state] {
                Op::Jump(to) => open.push(to),
                Op::Split(a, b) => open.extend([a, b]),
                _ => {}
            }
        }
    }
}

/// An open brace: where its alternatives begin, and the jumps at the end of each, to be led on.
struct Brace {
    split: usize,
    ends: Vec<usize>,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    ops: Vec<Op>,
    open: Vec<Brace>,
}

impl Parser {
    fn run(&mut self) -> Option<()> {
        while let Some(c) = self.next() {
            match c {
                '{' => {
                    self.open.push(Brace { split: self.ops.len(), ends: Vec::new() });
                    self.ops.push(Op::Split(self.ops.len() + 1, 0));
                }
                ',' if !self.open.is_empty() => self.alternative(),
                '}' if !self.open.is_empty() => self.close(),
                '[' => self.class()?,
                '?' => self.ops.push(Op::InPart),
                '*' if self.chars.get(self.at) == Some(&'*') => {
                    self.at += 1;
                    self.star(Op::Any);
                }
                '*' => self.star(Op::InPart),
                '\\' => {
                    if let Some(c) = self.next() {
                        self.ops.push(Op::Char(c));
                    }
                }
                c => self.ops.push(Op::Char(c)),
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
        self.ops.push(Op::Match);
        Some(())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied()?;
        self.at += 1;
        Some(c)
    }

    fn star(&mut self, one: Op) {
        let start = self.ops.len();
        self.ops.push(Op::Split(start + 1, start + 3));
        self.ops.push(one);
        self.ops.push(Op::Jump(start));
    }

    fn alternative(&mut self) {
        let here = self.ops.len();
        self.ops.push(Op::Jump(0));
        self.ops.push(Op::Split(here + 2, 0));
        let Some(brace) = self.open.last_mut() else { return };
        brace.ends.push(here);
        self.ops[brace.split] = Op::Split(brace.split + 1, here + 1);
        brace.split = here + 1;
    }

    fn close(&mut self) {
        let Some(brace) = self.open.pop() else { return };
        let end = self.ops.len();
        self.ops[brace.split] = Op::Jump(brace.split + 1);
        for jump in brace.ends {
            self.ops[jump] = Op::Jump(end);
        }
    }

    /// `[a-z]`, `[!a-z]`, `[abc]`, `[!abc]`.
    fn class(&mut self) -> Option<()> {
        let mut c = self.next()?;
        let negated = c == '!';
        if negated {
            c = self.next()?;
        }
        if self.chars.get(self.at) == Some(&'-') {
            self.at += 1;
            let high = self.next()?;
            let closed = self.next()? == ']';
            if !closed || high < c {
                return None;
            }
            self.ops.push(Op::Range { low: c, high, negated });
            return Some(());
        }
        let mut chars = Vec::new();
        loop {
            match c {
                ']' => break,
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
            c = self.next()?;
        }
        if chars.is_empty() {
            return None;
        }
        self.ops.push(Op::List { chars, negated });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns_match_as_gobwas_does() {
        // Each row was tried with gobwas/glob 0.2.3, compiled with the separator '/'.
        for (pattern, name, expected) in [
            ("*.txt", "a.txt", Some(true)),
            ("*.txt", "d/a.txt", Some(false)),
            ("**.txt", "d/a.txt", Some(true)),
            ("d/*", "d/a", Some(true)),
            ("d/*", "d/e/a", Some(false)),
            ("d/**", "d/e/a", Some(true)),
            ("d/**", "d/", Some(true)),
            ("**/a", "a", Some(false)),
            ("?.txt", "a.txt", Some(true)),
            ("a?b", "a/b", Some(false)),
            ("{a,b}.txt", "b.txt", Some(true)),
            ("{a,b*}/{c,d}", "bcd/d", Some(true)),
            ("{a,{b,c}}x", "cx", Some(true)),
            ("{a,}x", "x", Some(true)),
            ("{a,b", "b", Some(true)),
            ("a}", "a}", Some(true)),
            ("a,b", "a,b", Some(true)),
            ("[abc]", "b", Some(true)),
            ("[!abc]", "d", Some(true)),
            ("[a-c]", "b", Some(true)),
            ("[!a-c]", "b", Some(false)),
            ("a[!b]c", "a/c", Some(true)),
            ("\\*", "*", Some(true)),
            ("[", "a", None),
            ("[]", "a", None),
            ("[c-a]", "b", None),
            ("[a-z0-9]", "b", None),
            ("", "", Some(true)),
            ("", "a", Some(false)),
        ] {
            let got = Glob::parse(pattern).map(|glob| glob.matches(name));
            assert_eq!(got, expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn many_stars_cost_no_more_than_few() {
        let glob = Glob::parse(&"*a".repeat(2_000)).unwrap();
        assert!(!glob.matches(&"a".repeat(1_000)));
    }
}
