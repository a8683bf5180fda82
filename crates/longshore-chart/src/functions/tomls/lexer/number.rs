//! The states within numbers, dates and bools.

use super::state::State;
use super::{Kind, Lexer, quoted};

impl Lexer<'_> {
    pub(super) fn step_number(&mut self, state: State) -> Option<State> {
        match state {
            State::NumberOrDateStart => {
                Some(if self.next() == '0' { State::BaseNumberOrDate } else { State::NumberOrDate })
            }
            State::NumberOrDate => match self.next() {
                '0'..='9' => Some(state),
                '-' | ':' => Some(State::Datetime),
                '_' => Some(State::DecimalNumber),
                '.' | 'e' | 'E' => Some(State::Float),
                _ => self.ended(Kind::Integer),
            },
            State::Datetime => match self.next() {
                '0'..='9' | '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+' => Some(state),
                _ => {
                    self.backup();
                    self.emit_trimmed(Kind::Datetime);
                    self.pop()
                }
            },
            State::HexInteger => self.integer(state, |c| c.is_ascii_hexdigit()),
            State::OctalInteger => self.integer(state, |c| matches!(c, '0'..='7')),
            State::BinaryInteger => self.integer(state, |c| matches!(c, '0' | '1')),
            State::DecimalNumber => match self.next() {
                '0'..='9' | '_' => Some(state),
                '.' | 'e' | 'E' => Some(State::Float),
                _ => self.ended(Kind::Integer),
            },
            State::DecimalNumberStart => self.signed(),
            State::BaseNumberOrDate => self.after_zero(),
            State::Float => match self.next() {
                '0'..='9' | '_' | '.' | '-' | '+' | 'e' | 'E' => Some(state),
                _ => self.ended(Kind::Float),
            },
            _ => self.boolean(),
        }
    }

    /// The character just read is not part of the piece.
    fn ended(&mut self, kind: Kind) -> Option<State> {
        self.backup();
        self.emit(kind);
        self.pop()
    }

    fn integer(&mut self, state: State, is_digit: fn(char) -> bool) -> Option<State> {
        let c = self.next();
        if is_digit(c) || c == '_' { Some(state) } else { self.ended(Kind::Integer) }
    }

    /// Behind a sign: a decimal number, `inf` or `nan`.
    fn signed(&mut self) -> Option<State> {
        let c = self.next();
        match c {
            'i' | 'n' => {
                let [second, third] = if c == 'i' { ['n', 'f'] } else { ['a', 'n'] };
                if self.accept(second) && self.accept(third) {
                    self.emit(Kind::Float);
                    return self.pop();
                }
                self.fail(format!("invalid float: '{}'", self.shown()))
            }
            '0' => {
                let next = self.peek();
                if matches!(next, 'b' | 'o' | 'x') {
                    let shown = self.shown();
                    return self.fail(format!("cannot use sign with non-decimal numbers: '{shown}{next}'"));
                }
                Some(State::DecimalNumber)
            }
            '1'..='9' => Some(State::DecimalNumber),
            '.' => self.fail("floats must start with a digit, not '.'"),
            c => self.fail(format!("expected a digit but got {}", quoted(c))),
        }
    }

    /// Behind a zero: a base, or the rest of a number.
    fn after_zero(&mut self) -> Option<State> {
        let (name, state, is_digit): (_, _, fn(char) -> bool) = match self.next() {
            '0'..='9' => return Some(State::NumberOrDate),
            '_' => return Some(State::DecimalNumber),
            '.' | 'e' | 'E' => return Some(State::Float),
            'b' => ("a binary", State::BinaryInteger, |c| matches!(c, '0' | '1')),
            'o' => ("an octal", State::OctalInteger, |c| matches!(c, '0'..='7')),
            'x' => ("a hexadecimal", State::HexInteger, |c| c.is_ascii_hexdigit()),
            _ => return self.ended(Kind::Integer),
        };
        let next = self.peek();
        if !is_digit(next) {
            let shown = self.shown();
            self.fail(format!("not {name} number: '{shown}{next}'"));
        }
        Some(state)
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(self.current()).into_owned()
    }
}
