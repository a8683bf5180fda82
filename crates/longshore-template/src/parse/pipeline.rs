//! Pipelines, commands and operands.

use std::mem;

use super::{Kind, Parser, Result, Token, quoted, span};
use crate::node::{Data, NONE, NodeId, Span};
use crate::number;

/// How deep parentheses may nest (`maxStackDepth` of Go's parser).
const MAX_PARENS: usize = 10_000;

/// A pipeline under construction; parenthesised ones stack up.
#[derive(Clone, Copy)]
pub(super) struct Open {
    context: &'static str,
    end: Kind,
    pos: u32,
    assign: bool,
    /// The variables that it declares or assigns; no pipeline has more than two.
    decl: [NodeId; 2],
    decls: usize,
    /// Where the command under construction starts.
    cmd_pos: u32,
    /// How much of the parser's lists was there before it.
    marks: Marks,
}

/// The commands of open pipelines and the operands of open commands, each outer one's before those of the one within.
#[derive(Default)]
pub(super) struct Lists {
    cmds: Vec<NodeId>,
    args: Vec<NodeId>,
}

/// Lengths of [`Lists`].
#[derive(Clone, Copy)]
struct Marks {
    cmds: usize,
    args: usize,
}

/// What the loop does next.
enum Step {
    /// Look for a command or the end of the pipeline.
    Pipeline,
    /// See whether this token is an operand; no space.
    Operand(Token),
    /// A term, or nothing, was found: see what follows it.
    AfterTerm(Option<NodeId>),
}

impl Parser<'_> {
    /// `declarations? command ('|' command)*`, up to and including the token `end`.
    pub(super) fn pipeline(&mut self, context: &'static str, end: Kind) -> Result<NodeId> {
        let mut top = self.open_pipeline(context, end)?;
        // Those that wait for the end of a parenthesis.
        let mut around = mem::take(&mut self.around);
        let mut step = Step::Pipeline;
        loop {
            match step {
                Step::Pipeline => {
                    let token = self.next_non_space();
                    if token.kind == top.end {
                        let node = self.close_pipeline(top)?;
                        let Some(outer) = around.pop() else {
                            self.around = around;
                            return Ok(node);
                        };
                        top = outer;
                        step = Step::AfterTerm(Some(node));
                    } else if starts_operand(token.kind) {
                        top.cmd_pos = token.pos;
                        step = Step::Operand(token);
                    } else {
                        return Err(self.unexpected(token, top.context));
                    }
                }
                Step::Operand(token) if token.kind == Kind::LeftParen => {
                    if around.len() >= MAX_PARENS {
                        return Err(self.error("max expression depth exceeded"));
                    }
                    let inner = self.open_pipeline("parenthesized pipeline", Kind::RightParen)?;
                    around.push(mem::replace(&mut top, inner));
                    step = Step::Pipeline;
                }
                Step::Operand(token) => step = Step::AfterTerm(self.term(token)?),
                Step::AfterTerm(term) => {
                    let mut token = self.next();
                    if let Some(mut operand) = term {
                        if token.kind == Kind::Field {
                            (operand, token) = self.with_fields(operand, token)?;
                        }
                        self.lists.args.push(operand);
                    }
                    match token.kind {
                        Kind::Space => {
                            step = Step::Operand(self.next_non_space());
                            continue;
                        }
                        Kind::RightDelim | Kind::RightParen => self.backup(),
                        Kind::Pipe => {}
                        _ => return Err(self.unexpected(token, "operand")),
                    }
                    if self.lists.args.len() == top.marks.args {
                        return Err(self.error("empty command"));
                    }
                    let args = self.unit.link(&self.lists.args[top.marks.args..]);
                    self.lists.args.truncate(top.marks.args);
                    let cmd = self.unit.add(top.cmd_pos, Data::Command { args });
                    self.lists.cmds.push(cmd);
                    step = Step::Pipeline;
                }
            }
        }
    }

    /// Starts a pipeline and reads its declarations or assignment, if it has any.
    fn open_pipeline(&mut self, context: &'static str, end: Kind) -> Result<Open> {
        let mut open = Open {
            context,
            end,
            pos: self.peek_non_space().pos,
            assign: false,
            decl: [NONE; 2],
            decls: 0,
            cmd_pos: 0,
            marks: Marks { cmds: self.lists.cmds.len(), args: self.lists.args.len() },
        };
        while self.peek_non_space().kind == Kind::Variable {
            let variable = self.next();
            // Space is a token, so three are needed to tell `$x foo` from `$x := foo`.
            let after = self.peek();
            let next = self.peek_non_space();
            if matches!(next.kind, Kind::Assign | Kind::Declare) {
                open.assign = next.kind == Kind::Assign;
                self.next_non_space();
                self.declare(variable, &mut open);
            } else if next.kind == Kind::Char && self.text(next) == b"," {
                self.next_non_space();
                self.declare(variable, &mut open);
                if context == "range" && open.decls < 2 {
                    match self.peek_non_space().kind {
                        Kind::Variable | Kind::RightDelim | Kind::RightParen => continue,
                        _ => return Err(self.error("range can only initialize variables")),
                    }
                }
                return Err(self.error(format!("too many declarations in {context}")));
            } else if after.kind == Kind::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            break;
        }
        Ok(open)
    }

    fn declare(&mut self, variable: Token, open: &mut Open) {
        let name = span(variable);
        let idents = self.unit.add_idents(&[name]);
        let node = self.unit.add(variable.pos, Data::Variable { idents });
        open.decl[open.decls] = node;
        open.decls += 1;
        let source = self.source;
        self.vars.push(&source[name.range()]);
    }

    fn close_pipeline(&mut self, open: Open) -> Result<NodeId> {
        let cmds = &self.lists.cmds[open.marks.cmds..];
        if cmds.is_empty() {
            return Err(self.error(format!("missing value for {}", open.context)));
        }
        for (i, &cmd) in cmds.iter().enumerate().skip(1) {
            let Data::Command { args } = self.unit.node(cmd).data else {
                continue;
            };
            let first = self.unit.links(args)[0];
            if let Data::Bool(_) | Data::Dot | Data::Nil | Data::Number { .. } | Data::String { .. } =
                self.unit.node(first).data
            {
                let stage = i + 1;
                let message = format!("non executable command in pipeline stage {stage}");
                return Err(self.error(message));
            }
        }
        let decl = self.unit.link(&open.decl[..open.decls]);
        let cmds = self.unit.link(cmds);
        self.lists.cmds.truncate(open.marks.cmds);
        Ok(self.unit.add(open.pos, Data::Pipe { assign: open.assign, decl, cmds }))
    }

    /// A literal, function, variable or field; nothing, and the token is put back, if it is none of them.
    fn term(&mut self, token: Token) -> Result<Option<NodeId>> {
        let text = span(token);
        let data = match token.kind {
            Kind::Identifier => {
                if !self.is_function(self.text(token)) {
                    let name = quoted(self.text(token));
                    return Err(self.error(format!("function {name} not defined")));
                }
                Data::Identifier { text }
            }
            Kind::Dot => Data::Dot,
            Kind::Nil => Data::Nil,
            Kind::Variable => {
                self.check_variable(token)?;
                let idents = self.unit.add_idents(&[text]);
                Data::Variable { idents }
            }
            Kind::Field => {
                let idents = self.unit.add_idents(&[without_dot(text)]);
                Data::Field { idents }
            }
            Kind::Bool => Data::Bool(self.text(token) == b"true"),
            Kind::CharConstant => self.number(token, number::character)?,
            Kind::Complex => self.number(token, number::complex_pair)?,
            Kind::Number => self.number(token, number::number)?,
            Kind::String | Kind::RawString => {
                number::check_quoted(self.text(token)).map_err(|e| self.error(e))?;
                Data::String { text }
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.unit.add(token.pos, data)))
    }

    fn number(
        &mut self,
        token: Token,
        read: fn(&[u8]) -> std::result::Result<crate::node::Number, String>,
    ) -> Result<Data> {
        let number = read(self.text(token)).map_err(|message| self.error(message))?;
        let number = self.unit.add_number(number);
        Ok(Data::Number { text: span(token), number })
    }

    fn check_variable(&self, token: Token) -> Result<()> {
        let name = self.text(token);
        if self.vars[self.scope.vars..].contains(&name) {
            return Ok(());
        }
        Err(self.error(format!("undefined variable {}", quoted(name))))
    }

    /// The term with the fields that follow it without a space, of which `first` is the first; and the token behind.
    fn with_fields(&mut self, term: NodeId, first: Token) -> Result<(NodeId, Token)> {
        let mut idents = match self.unit.node(term).data {
            Data::Field { idents } | Data::Variable { idents } => idents,
            _ => Span { start: 0, end: 0 },
        };
        let mut token = first;
        while token.kind == Kind::Field {
            idents = self.unit.extend_idents(idents, without_dot(span(token)));
            token = self.next();
        }
        let data = match self.unit.node(term).data {
            Data::Field { .. } => Data::Field { idents },
            Data::Variable { .. } => Data::Variable { idents },
            Data::Bool(_) | Data::String { .. } | Data::Number { .. } | Data::Nil | Data::Dot => {
                let term = quoted(self.unit.print(term));
                return Err(self.error(format!("unexpected . after term {term}")));
            }
            _ => Data::Chain { node: term, idents },
        };
        Ok((self.unit.add(first.pos, data), token))
    }
}

fn without_dot(text: Span) -> Span {
    Span { start: text.start + 1, end: text.end }
}

fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Nil
            | Kind::RawString
            | Kind::String
            | Kind::Variable
            | Kind::LeftParen
    )
}
