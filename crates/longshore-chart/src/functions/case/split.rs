//! Words of a name in mixed case, as `xstrings` finds them, and the name with connectors between.

use longshore_go::{rune, unicode};

use super::is_connector;

/// What a stretch of the name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// The end, or bad bytes.
    Invalid,
    Number,
    /// Capitals first.
    Upper,
    /// Letters that do not begin with a capital.
    Alphabet,
    Connector,
    Punct,
    Other,
}

/// Letters, but not those of Chinese writing.
fn is_alphabet(c: char) -> bool {
    unicode::is_letter(c)
        && !matches!(c, '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}')
}

/// The first rune that is not bad, and how many bytes it and the bad ones before it take; `before` if
/// there is none.
fn next_valid(text: &[u8], before: char) -> (char, usize) {
    let mut size = 0;
    while size < text.len() {
        let (c, took) = rune::decode(&text[size..]);
        size += took;
        if c != rune::ERROR {
            return (c, size);
        }
    }
    (before, size)
}

/// How many bytes from `text` on belong to a stretch of runes that `keep` accepts.
fn stretch(text: &[u8], mut before: char, keep: impl Fn(char, usize) -> bool) -> usize {
    let mut end = 0;
    while end < text.len() {
        let (c, size) = next_valid(&text[end..], before);
        if !keep(c, size) {
            break;
        }
        before = c;
        end += size;
    }
    end
}

/// The first word and where it ends.
fn next_word(text: &[u8]) -> (Word, usize) {
    if text.is_empty() {
        return (Word::Invalid, 0);
    }
    let (first, size) = next_valid(text, rune::ERROR);
    let rest = &text[size..];
    let lower = |c, _| is_alphabet(c) && !unicode::is_upper(c);
    match first {
        rune::ERROR => (Word::Invalid, size),
        c if is_connector(c) => (Word::Connector, size + stretch(rest, c, |c, _| is_connector(c))),
        c if unicode::is_punct(c) => (Word::Punct, size + stretch(rest, c, |c, _| unicode::is_punct(c))),
        c if unicode::is_upper(c) => (Word::Upper, size + capitals(rest, c)),
        c if is_alphabet(c) => (Word::Alphabet, size + stretch(rest, c, lower)),
        c if unicode::is_number(c) => (Word::Number, size + stretch(rest, c, |c, _| unicode::is_number(c))),
        c => {
            let other = |c, size| {
                size > 0
                    && !(is_connector(c) || is_alphabet(c) || unicode::is_number(c) || unicode::is_punct(c))
            };
            (Word::Other, size + stretch(rest, c, other))
        }
    }
}

/// What follows a first capital: either small letters, or more capitals, the last of which belongs to
/// the next word if small letters follow it (`HTTPStatus`).
fn capitals(rest: &[u8], first: char) -> usize {
    if rest.is_empty() {
        return 0;
    }
    let (second, size) = next_valid(rest, first);
    if !unicode::is_upper(second) {
        if !is_alphabet(second) {
            return 0;
        }
        let lower = |c, _| is_alphabet(c) && !unicode::is_upper(c);
        return size + stretch(&rest[size..], second, lower);
    }
    let mut end = size;
    let mut last = (second, size);
    let mut stop = second;
    while end < rest.len() {
        let (c, size) = next_valid(&rest[end..], last.0);
        stop = c;
        if !unicode::is_upper(c) {
            break;
        }
        last = (c, size);
        end += size;
    }
    if end < rest.len() && is_alphabet(stop) {
        end -= last.1;
    }
    end
}

/// Reads a name word by word.
struct Words<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
    connector: char,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> (Word, &'a [u8]) {
        let (kind, end) = next_word(self.rest);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (kind, word)
    }

    fn write(&mut self, kind: Word, word: &[u8]) {
        if !matches!(kind, Word::Upper | Word::Connector) {
            self.out.extend_from_slice(word);
            return;
        }
        for (_, c) in rune::iter(word) {
            let c = if is_connector(c) { self.connector } else { unicode::to_lower(c) };
            rune::push(&mut self.out, c);
        }
    }

    fn connect(&mut self) {
        rune::push(&mut self.out, self.connector);
    }

    /// Letters and numbers that go on without a connector; gives the word after them.
    fn run_on(&mut self, mut kind: Word, mut word: &'a [u8]) -> (Word, &'a [u8]) {
        while matches!(kind, Word::Alphabet | Word::Number) {
            self.write(kind, word);
            (kind, word) = self.next();
        }
        if !matches!(kind, Word::Invalid | Word::Punct | Word::Connector) {
            self.connect();
        }
        (kind, word)
    }
}

/// `xstrings.ToSnakeCase` and `ToKebabCase`: lower-case words with `connector` between.
///
/// A number belongs to the word before it if letters in upper case or none follow, else it begins a
/// word: `Bld4Floor3rd` is `bld4_floor_3rd`.
pub(super) fn lowered(text: &[u8], connector: char) -> Vec<u8> {
    let mut words = Words { rest: text, out: Vec::with_capacity(text.len() + 8), connector };
    let (mut kind, mut word) = words.next();
    while !words.rest.is_empty() {
        if kind != Word::Connector {
            words.write(kind, word);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next();
        match before {
            Word::Number => (kind, word) = words.run_on(kind, word),
            Word::Connector => words.write(before, last),
            Word::Punct => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punct) {
                    words.connect();
                }
            }
            _ if words.rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = words.next();
                if kind == Word::Alphabet {
                    words.connect();
                    words.write(Word::Number, number);
                    (kind, word) = words.run_on(kind, word);
                } else {
                    words.write(Word::Number, number);
                    if !matches!(kind, Word::Connector | Word::Punct) {
                        words.connect();
                    }
                }
            }
        }
    }
    words.write(kind, word);
    words.out
}
