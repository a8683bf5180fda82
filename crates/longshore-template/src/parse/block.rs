//! Text, actions and the blocks they open: `if`, `range`, `with`, `define`, `block`.

use std::mem;

use longshore_go::Str;

use super::{Definition, Kind, Parser, Result, Scope, Token};
use crate::ParseError;
use crate::node::{Branch, Data, NONE, NodeId};
use crate::number;

/// An open block: what it is, and the list that it is collecting.
struct Open {
    what: What,
    pos: u32,
    nodes: Vec<NodeId>,
}

enum What {
    File,
    Define {
        name: Str,
        outer: Scope,
    },
    Block {
        name: Str,
        pos: u32,
        pipe: NodeId,
        /// The line on which its opening action ended: Go blames a stray `else` on it.
        line: u32,
        outer: Scope,
    },
    Branch {
        branch: Branch,
        pipe: NodeId,
        /// The body before `else`, once that is reached.
        list: Option<NodeId>,
        /// How many variables there were before.
        vars: usize,
        /// Opened by `else if` or `else with`: its end is also the end of the block around it.
        chained: bool,
    },
}

impl Parser<'_> {
    /// The whole source.
    pub(super) fn file(&mut self) -> Result<()> {
        let pos = self.peek().pos;
        let mut open = vec![Open { what: What::File, pos, nodes: Vec::new() }];
        loop {
            let at_file = open.len() == 1;
            let next = self.peek_non_space();
            if next.kind == Kind::Eof {
                if !at_file {
                    return Err(self.error("unexpected EOF"));
                }
                let mut file = open.pop().expect("the file is open");
                let root = self.list(&mut file);
                let name = self.name.clone();
                self.defines_itself = self.defined(&name).is_some();
                return self.define(name, root);
            }
            if at_file && next.kind == Kind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    let define = self.open_define()?;
                    open.push(define);
                    continue;
                }
                self.backup2(delim);
            }
            self.text_or_action(&mut open)?;
        }
    }

    fn open_define(&mut self) -> Result<Open> {
        const CONTEXT: &str = "define clause";
        let outer = self.enter();
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        Ok(self.open(What::Define { name, outer }))
    }

    fn text_or_action(&mut self, open: &mut Vec<Open>) -> Result<()> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                let text = super::span(token);
                let node = self.unit.add(token.pos, Data::Text { text });
                push(open, node);
                Ok(())
            }
            Kind::LeftDelim => {
                self.scope.action_line = token.line;
                self.action(open)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// What stands after a left delimiter.
    fn action(&mut self, open: &mut Vec<Open>) -> Result<()> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => return self.open_block(open),
            Kind::If => return self.open_branch(Branch::If, false, open),
            Kind::Range => return self.open_branch(Branch::Range, false, open),
            Kind::With => return self.open_branch(Branch::With, false, open),
            Kind::Else => return self.else_clause(open),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return self.end(open);
            }
            Kind::Break => self.jump(token, Data::Break, "{{break}}")?,
            Kind::Continue => self.jump(token, Data::Continue, "{{continue}}")?,
            Kind::Template => self.template()?,
            _ => {
                self.backup();
                let pos = self.peek().pos;
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                self.unit.add(pos, Data::Action { pipe })
            }
        };
        push(open, node);
        self.scope.action_line = 0;
        Ok(())
    }

    fn jump(&mut self, keyword: Token, data: Data, shown: &str) -> Result<NodeId> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, shown));
        }
        if self.scope.range_depth == 0 {
            return Err(self.error(format!("{shown} outside {{{{range}}}}")));
        }
        Ok(self.unit.add(keyword.pos, data))
    }

    fn template(&mut self) -> Result<NodeId> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = if self.next_non_space().kind == Kind::RightDelim {
            NONE
        } else {
            self.backup();
            self.pipeline(CONTEXT, Kind::RightDelim)?
        };
        let name = self.unit.add_name(name);
        Ok(self.unit.add(token.pos, Data::Template { name, pipe }))
    }

    fn template_name(&self, token: Token, context: &str) -> Result<Str> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, context));
        }
        number::unquote(self.text(token)).map_err(|message| self.error(message))
    }

    fn open_block(&mut self, open: &mut Vec<Open>) -> Result<()> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let line = self.tokens[0].line;
        let outer = self.enter();
        let block = self.open(What::Block { name, pos: token.pos, pipe, line, outer });
        open.push(block);
        Ok(())
    }

    fn open_branch(&mut self, branch: Branch, chained: bool, open: &mut Vec<Open>) -> Result<()> {
        let vars = self.vars.len();
        let pipe = self.pipeline(branch.word(), Kind::RightDelim)?;
        if branch == Branch::Range {
            self.scope.range_depth += 1;
        }
        let block = self.open(What::Branch { branch, pipe, list: None, vars, chained });
        open.push(block);
        Ok(())
    }

    /// Opens a block whose list starts at the next token.
    fn open(&mut self, what: What) -> Open {
        let nodes = self.bodies.pop().unwrap_or_default();
        Open { what, pos: self.peek_non_space().pos, nodes }
    }

    fn else_clause(&mut self, open: &mut Vec<Open>) -> Result<()> {
        let next = self.peek_non_space();
        let chain = matches!(next.kind, Kind::If | Kind::With);
        if !chain {
            self.expect(Kind::RightDelim, "else")?;
        }
        self.scope.action_line = 0;
        let mut top = open.pop().expect("the file is open");
        let then = self.list(&mut top);
        let (branch, list) = match &mut top.what {
            What::File => return Err(self.error("unexpected {{else}}")),
            What::Define { .. } => {
                return Err(self.error("unexpected {{else}} in define clause"));
            }
            What::Block { line, .. } => {
                let line = *line;
                let message = "unexpected {{else}} in block clause";
                return Err(ParseError { line, ..self.error(message) });
            }
            What::Branch { list: Some(_), .. } => {
                return Err(self.error("expected end; found {{else}}"));
            }
            What::Branch { branch, list, .. } => (*branch, list),
        };
        *list = Some(then);
        if branch == Branch::Range {
            self.scope.range_depth -= 1;
        }
        let chains = match branch {
            Branch::If => next.kind == Kind::If,
            Branch::With => next.kind == Kind::With,
            Branch::Range => false,
        };
        if chain && chains {
            self.next();
            top.pos = next.pos;
            open.push(top);
            return self.open_branch(branch, true, open);
        }
        top.pos = self.peek_non_space().pos;
        open.push(top);
        Ok(())
    }

    fn end(&mut self, open: &mut Vec<Open>) -> Result<()> {
        loop {
            let mut top = open.pop().expect("the file is open");
            let body = self.list(&mut top);
            self.bodies.push(top.nodes);
            match top.what {
                What::File => return Err(self.error("unexpected {{end}}")),
                What::Define { name, outer } => {
                    self.define(name, body)?;
                    self.leave(outer);
                    return Ok(());
                }
                What::Block { name, pos, pipe, outer, .. } => {
                    self.define(name.clone(), body)?;
                    self.leave(outer);
                    self.scope.action_line = 0;
                    let name = self.unit.add_name(name);
                    let node = self.unit.add(pos, Data::Template { name, pipe });
                    push(open, node);
                    return Ok(());
                }
                What::Branch { branch, pipe, list, vars, chained } => {
                    if list.is_none() && branch == Branch::Range {
                        self.scope.range_depth -= 1;
                    }
                    let (list, else_list) = match list {
                        Some(list) => (list, body),
                        None => (body, NONE),
                    };
                    let data = Data::Branch { branch, pipe, list, else_list };
                    let node = self.unit.add(self.unit.node(pipe).pos, data);
                    self.vars.truncate(vars);
                    self.scope.action_line = 0;
                    push(open, node);
                    if !chained {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Begins the scope of a definition, which sees no variable but `$`; gives the one around it.
    fn enter(&mut self) -> Scope {
        let inner = Scope { vars: self.vars.len(), action_line: 0, range_depth: 0 };
        self.vars.push(b"$");
        mem::replace(&mut self.scope, inner)
    }

    /// Goes back to the scope around a definition.
    fn leave(&mut self, outer: Scope) {
        self.vars.truncate(self.scope.vars);
        self.scope = outer;
    }

    /// The list that a block has collected, which then is empty again.
    fn list(&mut self, open: &mut Open) -> NodeId {
        let nodes = self.unit.link(&open.nodes);
        open.nodes.clear();
        self.unit.add(open.pos, Data::List { nodes })
    }

    /// Where the definition of this name is.
    fn defined(&self, name: &[u8]) -> Option<usize> {
        self.defined.find(name, |place| &self.definitions[place].name)
    }

    /// Installs a definition: a blank one gives way, two that are not blank are an error.
    fn define(&mut self, name: Str, root: NodeId) -> Result<()> {
        let Some(place) = self.defined(&name) else {
            self.definitions.push(Definition { name, root });
            let (last, known) = (self.definitions.len() - 1, &self.definitions);
            self.defined.push(last, |place| &known[place].name);
            return Ok(());
        };
        let old = &mut self.definitions[place];
        if self.unit.is_blank(old.root) {
            old.root = root;
            return Ok(());
        }
        if self.unit.is_blank(root) {
            return Ok(());
        }
        let name = super::quoted(&name);
        Err(self.error(format!("template: multiple definition of template {name}")))
    }
}

fn push(open: &mut [Open], node: NodeId) {
    open.last_mut().expect("the file is open").nodes.push(node);
}
