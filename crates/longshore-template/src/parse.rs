//! The parser: tokens to trees, as `text/template/parse/parse.go` builds them.
//!
//! Go's parser recurses; this one keeps its open blocks and parentheses on lists of its own, so that
//! no source, however deep, can overflow the stack.

use longshore_go::strconv::quoted;
use std::mem;

use longshore_go::{Str, rune};

use crate::ParseError;
use crate::func::FuncTable;
use crate::index::Index;
use crate::lex::{Delimiters, Kind, Lexer, Token};
use crate::node::{NodeId, Pools, Span, Unit};

mod block;
mod pipeline;

/// A parsed source: the tree and the templates that it defines, itself among them.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) unit: Unit,
    pub(crate) definitions: Vec<Definition>,
    /// Whether it has a `define` or `block` of its own name.
    pub(crate) defines_itself: bool,
}

/// One template of a source.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: Str,
    pub(crate) root: NodeId,
}

type Result<T> = std::result::Result<T, ParseError>;

/// Parses one source. `functions` tells which names are functions; `pools` serve again for the next source.
pub(crate) fn parse(
    name: &Str,
    source: &Str,
    delimiters: &Delimiters,
    functions: &FuncTable,
    pools: &mut Pools,
) -> Result<Parsed> {
    let text = source.clone();
    let mut parser = Parser {
        name,
        lexer: Lexer::new(&text, delimiters),
        source: &text,
        functions,
        unit: Unit::new(source.clone(), mem::take(pools)),
        definitions: Vec::new(),
        defines_itself: false,
        defined: Index::default(),
        tokens: [Token { kind: Kind::Eof, pos: 0, end: 0, line: 0 }; 3],
        peeked: 0,
        scope: Scope { vars: 0, action_line: 0, range_depth: 0 },
        lists: pipeline::Lists::default(),
        around: Vec::new(),
        vars: vec![b"$"],
        bodies: Vec::new(),
    };
    parser.lexer.break_ok = !parser.is_function(b"break");
    parser.lexer.continue_ok = !parser.is_function(b"continue");
    if source.len() >= u32::MAX as usize {
        return Err(parser.error("source is too large"));
    }
    parser.file()?;
    let mut unit = parser.unit;
    *pools = unit.pack();
    Ok(Parsed { unit, definitions: parser.definitions, defines_itself: parser.defines_itself })
}

struct Parser<'a> {
    /// The source's name.
    name: &'a Str,
    lexer: Lexer<'a>,
    source: &'a [u8],
    functions: &'a FuncTable,
    unit: Unit,
    definitions: Vec<Definition>,
    defines_itself: bool,
    /// Where in `definitions` each name is.
    defined: Index,
    /// Three tokens of look-ahead, in Go's order: the newest first.
    tokens: [Token; 3],
    peeked: usize,
    scope: Scope,
    /// What the open pipelines are made of so far.
    lists: pipeline::Lists,
    /// Room for the pipelines around an open one.
    around: Vec<pipeline::Open>,
    /// Names of the variables declared so far, in all scopes.
    vars: Vec<&'a [u8]>,
    /// Lists of blocks, to use again.
    bodies: Vec<Vec<NodeId>>,
}

/// What a `define` or `block` starts afresh.
struct Scope {
    /// Where its variables begin.
    vars: usize,
    /// Line of the delimiter that opened the present action, or 0.
    action_line: u32,
    /// How many `range` bodies are around.
    range_depth: u32,
}

impl Parser<'_> {
    fn next(&mut self) -> Token {
        if self.peeked > 0 {
            self.peeked -= 1;
            return self.tokens[self.peeked];
        }
        let token = self.lexer.next_token();
        self.tokens[0] = token;
        token
    }

    fn backup(&mut self) {
        self.peeked += 1;
    }

    /// Puts one token back before the one that was read last.
    fn backup2(&mut self, before: Token) {
        self.tokens[1] = before;
        self.peeked = 2;
    }

    /// Puts two tokens back before the one that was read last.
    fn backup3(&mut self, first: Token, second: Token) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.peeked = 3;
    }

    fn peek(&mut self) -> Token {
        if self.peeked > 0 {
            return self.tokens[self.peeked - 1];
        }
        let token = self.lexer.next_token();
        self.tokens[0] = token;
        self.peeked = 1;
        token
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    fn text(&self, token: Token) -> &[u8] {
        &self.source[span(token).range()]
    }

    /// An error on the line of the token that was read last.
    fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError { name: self.name.to_string(), line: self.tokens[0].line, message: message.into() }
    }

    fn unexpected(&self, token: Token, context: &str) -> ParseError {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", self.show(token)));
        }
        let message = &self.lexer.error;
        let started = self.scope.action_line;
        if started == 0 || started == token.line {
            return self.error(message.clone());
        }
        // Not "unclosed action in action started at".
        let action = if message.ends_with(" action") { "" } else { " in action" };
        let name = self.name;
        self.error(format!("{message}{action} started at {name}:{started}"))
    }

    /// A token as Go's errors show it.
    fn show(&self, token: Token) -> String {
        let text = self.text(token);
        match token.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.lexer.error.clone(),
            kind if kind.is_keyword() => format!("<{}>", rune::to_text(text)),
            _ if text.len() > 10 => {
                let cut = longshore_go::rune::iter(text).nth(10);
                let head = cut.map_or(text, |(at, _)| &text[..at]);
                format!("{}...", quoted(head))
            }
            _ => quoted(text),
        }
    }

    fn is_function(&self, name: &[u8]) -> bool {
        self.functions.index(name).is_some() || crate::builtin::Builtin::find(name).is_some()
    }
}

fn span(token: Token) -> Span {
    Span { start: token.pos, end: token.end }
}
