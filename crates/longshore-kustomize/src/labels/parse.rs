//! The language of label selectors.

use std::collections::BTreeSet;

use super::{Requirement, Test, valid};
use crate::error::Error;

/// A piece of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A key, a value, `in` or `notin`.
    Word(String),
    /// One of `! = == != < > ( ) ,`.
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 9] = ["==", "!=", ")", ",", "!", "=", ">", "<", "("];

fn is_sign(byte: u8) -> bool {
    b"=!(),><".contains(&byte)
}

fn is_space(byte: u8) -> bool {
    b" \t\r\n".contains(&byte)
}

/// The requirements of a selector.
pub(super) fn requirements(text: &str) -> Result<Vec<Requirement>, Error> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let mut all = Vec::new();
    loop {
        match parser.peek() {
            Token::Word(_) | Token::Sign("!") => {
                let requirement = parser.requirement();
                all.push(requirement.map_err(|error| error.wrapped("unable to parse requirement"))?);
                match parser.next() {
                    Token::End => return Ok(all),
                    Token::Sign(",") => match parser.peek() {
                        Token::Word(_) | Token::Sign("!") => {}
                        other => return Err(unexpected(&other, ", expected: identifier after ','")),
                    },
                    other => return Err(unexpected(&other, ", expected: ',' or 'end of string'")),
                }
            }
            Token::End => return Ok(all),
            other @ Token::Sign(_) => {
                return Err(unexpected(&other, ", expected: !, identifier, or 'end of string'"));
            }
        }
    }
}

fn unexpected(found: &Token, expected: &str) -> Error {
    let text = match found {
        Token::Word(text) => text,
        Token::Sign(sign) => *sign,
        Token::End => "",
    };
    Error::new(format!("found '{text}'{expected}"))
}

/// Splits a text. A zero byte ends it, as upstream's reader takes one for the end.
fn tokens(text: &str) -> Vec<Token> {
    let text = text.split('\0').next().unwrap_or_default();
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if is_space(byte) {
            at += 1;
        } else if is_sign(byte) {
            let rest = &text[at..];
            let found = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = found.expect("each sign is one by itself");
            tokens.push(Token::Sign(sign));
            at += sign.len();
        } else {
            let end = bytes[at..].iter().position(|&byte| is_space(byte) || is_sign(byte));
            let end = end.map_or(bytes.len(), |end| at + end);
            tokens.push(Token::Word(text[at..end].to_owned()));
            at = end;
        }
    }
    tokens.push(Token::End);
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, Error> {
        let mut token = self.next();
        let is_negated = token == Token::Sign("!");
        if is_negated {
            token = self.next();
        }
        let Token::Word(key) = token else { return Err(unexpected(&token, ", expected: identifier")) };
        valid::key(&key)?;
        let of = |test, values| Requirement { key: key.clone(), test, values };
        if is_negated {
            return Ok(of(Test::Missing, BTreeSet::new()));
        }
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(of(Test::Exists, BTreeSet::new()));
        }
        let (test, is_list) = match self.next() {
            Token::Word(word) if word == "in" => (Test::In, true),
            Token::Word(word) if word == "notin" => (Test::NotIn, true),
            Token::Sign("=" | "==") => (Test::In, false),
            Token::Sign("!=") => (Test::NotIn, false),
            Token::Sign(">") => (Test::Greater, false),
            Token::Sign("<") => (Test::Less, false),
            other => return Err(unexpected(&other, ", expected: '=', '!=', '==', 'in', notin'")),
        };
        let values = if is_list { self.list()? } else { self.value()? };
        if matches!(test, Test::Greater | Test::Less)
            && values.iter().any(|value| value.parse::<i64>().is_err())
        {
            return Err(Error::new("for 'Gt', 'Lt' operators, the value must be an integer"));
        }
        for value in &values {
            valid::value(&key, value)?;
        }
        Ok(of(test, values))
    }

    /// The one value behind a sign; nothing is the empty one.
    fn value(&mut self) -> Result<BTreeSet<String>, Error> {
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(BTreeSet::from([String::new()]));
        }
        match self.next() {
            Token::Word(value) => Ok(BTreeSet::from([value])),
            other => Err(unexpected(&other, ", expected: identifier")),
        }
    }

    /// The values in parentheses; what is left out between commas is the empty one.
    fn list(&mut self) -> Result<BTreeSet<String>, Error> {
        let open = self.next();
        if open != Token::Sign("(") {
            return Err(unexpected(&open, " expected: '('"));
        }
        let first = self.peek();
        match first {
            Token::Word(_) | Token::Sign(",") => {
                let values = self.values()?;
                if self.next() != Token::Sign(")") {
                    return Err(unexpected(&first, ", expected: ')'"));
                }
                Ok(values)
            }
            Token::Sign(")") => {
                self.next();
                Ok(BTreeSet::from([String::new()]))
            }
            other => Err(unexpected(&other, ", expected: ',', ')' or identifier")),
        }
    }

    fn values(&mut self) -> Result<BTreeSet<String>, Error> {
        let mut values = BTreeSet::new();
        loop {
            match self.next() {
                Token::Word(value) => {
                    values.insert(value);
                    match self.peek() {
                        Token::Sign(",") => {}
                        Token::Sign(")") => return Ok(values),
                        other => return Err(unexpected(&other, ", expected: ',' or ')'")),
                    }
                }
                Token::Sign(",") => {
                    if values.is_empty() {
                        values.insert(String::new());
                    }
                    match self.peek() {
                        Token::Sign(")") => {
                            values.insert(String::new());
                            return Ok(values);
                        }
                        Token::Sign(",") => {
                            self.next();
                            values.insert(String::new());
                        }
                        _ => {}
                    }
                }
                other => return Err(unexpected(&other, ", expected: ',', or identifier")),
            }
        }
    }
}
