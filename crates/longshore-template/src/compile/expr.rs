//! Pipelines, commands and operands.

use longshore_go::TypeInfo;

use super::block::Slots;
use super::{Compiler, Param, Task};
use crate::code::{DYNAMIC, FieldSite, Op, Receiver};
use crate::node::{Data, NodeId, Span};

impl Compiler<'_> {
    pub(super) fn pipe(&mut self, node: NodeId, is_action: bool) {
        let Data::Pipe { decl, cmds, .. } = self.unit.node(node).data else {
            return;
        };
        self.at = node;
        let unit = self.unit;
        for (i, &cmd) in unit.links(cmds).iter().enumerate() {
            self.tasks.push(Task::Command { node: cmd, piped: i > 0 });
            self.tasks.push(Task::Dig);
        }
        if !decl.is_empty() {
            self.tasks.push(Task::Declare { pipe: node, keep: !is_action });
        }
    }

    /// The value of a command has left its interface: a nil becomes nothing.
    pub(super) fn dig(&mut self) {
        let constant = matches!(
            self.code.ops.last(),
            Some(Op::Bool(_) | Op::Int(_) | Op::Float(_) | Op::Str(_) | Op::Missing | Op::Dig)
        );
        // A jump may land here, after a short circuit, so only what is surely a constant is spared.
        if !constant || self.at == DYNAMIC {
            self.emit(Op::Dig);
        }
    }

    pub(super) fn command(&mut self, node: NodeId, piped: bool) {
        let Data::Command { args } = self.unit.node(node).data else {
            return;
        };
        let unit = self.unit;
        let args = unit.links(args);
        let first = args[0];
        let has_args = piped || args.len() > 1;
        match unit.node(first).data {
            Data::Field { idents } => {
                self.at = first;
                let site = self.field_site(Receiver::Dot, idents, first);
                self.fields(site, node, has_args, piped);
            }
            Data::Chain { node: inner, .. } => {
                self.at = first;
                self.tasks.push(Task::Arg { node: inner, param: Param::Free });
                self.tasks.push(Task::Chain {
                    node: first,
                    args: Some(node),
                    piped,
                    interface: self.interface_of(inner),
                });
            }
            Data::Identifier { .. } => self.function(first, node, Some(node), piped),
            Data::Pipe { .. } => {
                if has_args {
                    return self.not_a_function(first);
                }
                self.tasks.push(Task::Pipe { node: first, is_action: false });
            }
            Data::Variable { idents } => {
                self.at = first;
                if unit.idents(idents).len() == 1 {
                    self.variable(first);
                    if has_args {
                        self.not_a_function(first);
                    }
                } else if let Some(site) = self.variable_fields(first, idents) {
                    self.fields(site, node, has_args, piped);
                }
            }
            data => {
                self.at = first;
                if has_args {
                    return self.not_a_function(first);
                }
                match data {
                    Data::Dot => self.emit(Op::Dot),
                    Data::Nil => self.fail("nil is not a command".to_owned()),
                    _ => self.untyped_literal(first),
                }
            }
        }
    }

    fn not_a_function(&mut self, first: NodeId) {
        let text = self.print(first);
        // Go prints the operand itself here, which for a pipeline has no parentheses.
        self.fail(format!("can't give argument to non-function {text}"));
    }

    /// An argument of a call, or the operand of a chain.
    pub(super) fn arg(&mut self, node: NodeId, param: Param) {
        self.at = node;
        match self.unit.node(node).data {
            Data::Dot => {
                self.emit(Op::Dot);
                self.check(param);
            }
            Data::Nil => self.nil_arg(node, param),
            Data::Field { idents } => {
                let site = self.field_site(Receiver::Dot, idents, node);
                self.field(site);
                self.check(param);
            }
            Data::Variable { idents } => {
                if self.unit.idents(idents).len() == 1 {
                    self.variable(node);
                } else if let Some(site) = self.variable_fields(node, idents) {
                    self.field(site);
                }
                self.check(param);
            }
            Data::Pipe { .. } => {
                self.tasks.push(Task::Pipe { node, is_action: false });
                self.tasks.push(Task::Check(param));
            }
            Data::Identifier { .. } => {
                self.function(node, node, None, false);
                self.tasks.push(Task::Check(param));
            }
            Data::Chain { node: inner, .. } => {
                self.tasks.push(Task::Arg { node: inner, param: Param::Free });
                self.tasks.push(Task::Chain {
                    node,
                    args: None,
                    piped: false,
                    interface: self.interface_of(inner),
                });
                self.tasks.push(Task::Check(param));
            }
            _ => self.literal_arg(node, param),
        }
    }

    /// Pushes a variable without fields.
    fn variable(&mut self, node: NodeId) {
        match self.slots(node) {
            Slots::One(slot) => self.emit(Op::Var(slot)),
            Slots::Some(list) => self.emit(Op::VarOf { list, node }),
            Slots::None => self.undefined(node),
        }
    }

    /// The chain of fields behind a variable; `None` if the variable is not defined, which then fails.
    fn variable_fields(&mut self, node: NodeId, idents: Span) -> Option<FieldSite> {
        let fields = Span { start: idents.start + 1, end: idents.end };
        let receiver = match self.slots(node) {
            Slots::One(slot) => Receiver::Var(slot),
            Slots::Some(list) => {
                self.emit(Op::VarOf { list, node });
                Receiver::Top
            }
            Slots::None => {
                self.undefined(node);
                return None;
            }
        };
        Some(self.field_site(receiver, fields, node))
    }

    fn field_site(&self, receiver: Receiver, idents: Span, node: NodeId) -> FieldSite {
        FieldSite {
            receiver,
            idents,
            at: self.at,
            call_at: node,
            args: 0,
            piped: false,
            piped_at: node,
            interface: None,
            after: 0,
        }
    }

    fn field(&mut self, site: FieldSite) {
        self.code.fields.push(site);
        let site = (self.code.fields.len() - 1) as u32;
        self.emit(Op::Field(site));
    }

    /// A chain of fields as a command, with the command's arguments.
    fn fields(&mut self, mut site: FieldSite, cmd: NodeId, has_args: bool, piped: bool) {
        if !has_args {
            return self.field(site);
        }
        let unit = self.unit;
        let Data::Command { args } = unit.node(cmd).data else {
            return;
        };
        let args = &unit.links(args)[1..];
        site.args = args.len() as u32;
        site.piped = piped;
        self.code.fields.push(site);
        let site = (self.code.fields.len() - 1) as u32;
        self.emit(Op::Method(site));
        for (i, &arg) in args.iter().enumerate() {
            self.tasks.push(Task::Arg { node: arg, param: Param::Method(i as u32) });
        }
        self.tasks.push(Task::Invoke { site });
    }

    pub(super) fn end_invoke(&mut self, index: u32) {
        self.emit(Op::Invoke(index));
        let at = self.at;
        if self.code.fields[index as usize].args > 0 {
            // Without a receiver the arguments are skipped, and errors name the field instead.
            self.set_at();
            self.at = DYNAMIC;
        }
        self.landed = self.here();
        let after = self.here() as u32;
        let site = &mut self.code.fields[index as usize];
        site.piped_at = at;
        site.after = after;
    }

    /// The operand of a chain is on top: follow the fields.
    pub(super) fn end_chain(
        &mut self,
        node: NodeId,
        cmd: Option<NodeId>,
        piped: bool,
        interface: Option<&'static TypeInfo>,
    ) {
        let Data::Chain { idents, .. } = self.unit.node(node).data else {
            return;
        };
        let mut site = self.field_site(Receiver::Top, idents, node);
        site.interface = interface;
        match cmd {
            Some(cmd) => {
                let Data::Command { args } = self.unit.node(cmd).data else {
                    return;
                };
                let has_args = piped || self.unit.links(args).len() > 1;
                self.fields(site, cmd, has_args, piped);
            }
            None => self.field(site),
        }
    }
}
