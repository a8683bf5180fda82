//! Calls of functions: counting arguments, checking types, and the two that short-circuit.

use longshore_go::{Kind, TypeInfo, rune};

use super::{Compiler, OpenShort, Param, Task};
use crate::builtin::Builtin;
use crate::code::{CallSite, Callee, DYNAMIC, Op, Piped, REFLECT_VALUE, takes_anything};
use crate::node::{Data, NodeId};

/// A function's signature, whoever's function it is.
struct Signature {
    params: &'static [&'static TypeInfo],
    variadic: bool,
}

impl Signature {
    /// The type of parameter `i`, counting on over the variadic ones.
    fn param(&self, i: usize) -> &'static TypeInfo {
        let last = self.params.len().saturating_sub(1);
        self.params.get(i.min(last)).copied().unwrap_or(&REFLECT_VALUE)
    }

    /// The complaint about a wrong number of arguments, of which `args` are written in the command.
    fn complaint(&self, name: &[u8], args: usize, piped: bool) -> Option<String> {
        let given = args + usize::from(piped);
        let wanted = self.params.len();
        let name = || rune::to_text(name);
        if self.variadic {
            let least = wanted - 1;
            // Go counts only what is written, not what is piped, in this text.
            return (given < least)
                .then(|| format!("wrong number of args for {}: want at least {least} got {args}", name()));
        }
        (given != wanted).then(|| format!("wrong number of args for {}: want {wanted} got {given}", name()))
    }
}

impl Compiler<'_> {
    fn callee(&self, name: &[u8]) -> Option<(Callee, Signature)> {
        if let Some(index) = self.functions.index(name) {
            let def = self.functions.get(index)?;
            let callee = Callee::Table { index: index as u32, name: def.name };
            return Some((callee, Signature { params: def.params, variadic: def.variadic }));
        }
        let builtin = Builtin::find(name)?;
        let (params, variadic) = builtin.signature();
        Some((Callee::Builtin(builtin), Signature { params, variadic }))
    }

    /// The interface type of what the operand of a chain gives, for errors about its fields.
    pub(super) fn interface_of(&self, operand: NodeId) -> Option<&'static TypeInfo> {
        let Data::Identifier { text } = self.unit.node(operand).data else {
            return None;
        };
        let def = self.functions.get(self.functions.index(self.unit.text(text))?)?;
        (def.result.kind == Kind::Interface).then_some(def.result)
    }

    /// A call of the function that the node `ident` names, with the arguments of the command `cmd`.
    pub(super) fn function(&mut self, ident: NodeId, call_at: NodeId, cmd: Option<NodeId>, piped: bool) {
        self.at = ident;
        let unit = self.unit;
        let Data::Identifier { text } = unit.node(ident).data else {
            return;
        };
        let name = unit.text(text);
        let args = match cmd.map(|cmd| unit.node(cmd).data) {
            Some(Data::Command { args }) => &unit.links(args)[1..],
            _ => &[],
        };
        let Some((callee, signature)) = self.callee(name) else {
            let name = longshore_go::strconv::quote(name);
            let name = rune::to_text(&name);
            return self.fail(format!("{name} is not a defined function"));
        };
        if let Some(complaint) = signature.complaint(name, args.len(), piped) {
            return self.fail(complaint);
        }
        if let Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) = callee {
            return self.short_circuit(builtin == Builtin::Or, args, piped);
        }
        for (i, &arg) in args.iter().enumerate() {
            self.tasks.push(Task::Arg { node: arg, param: Param::Type(signature.param(i)) });
            if i > 0 && matches!(callee, Callee::Builtin(Builtin::Slice)) {
                self.tasks.push(Task::Wrap(arg));
            }
        }
        self.code.calls.push(CallSite {
            callee,
            args: args.len() as u32,
            piped: piped.then(|| Piped { ty: signature.param(args.len()), at: ident }),
            call_at,
        });
        self.tasks.push(Task::Call { site: (self.code.calls.len() - 1) as u32 });
    }

    /// Marks an argument that Go would see as an interface.
    pub(super) fn wrap(&mut self, arg: NodeId) {
        let always = match self.unit.node(arg).data {
            Data::Dot | Data::Field { .. } | Data::Variable { .. } | Data::Chain { .. } => false,
            Data::Identifier { .. } if self.interface_of(arg).is_some() => true,
            _ => return,
        };
        self.emit(Op::Wrap { always });
    }

    pub(super) fn end_call(&mut self, index: u32) {
        let site = &mut self.code.calls[index as usize];
        if let Some(piped) = &mut site.piped {
            piped.at = self.at;
        }
        let builtin = matches!(site.callee, Callee::Builtin(_));
        self.emit(if builtin { Op::Builtin(index) } else { Op::Call(index) });
    }

    fn short_circuit(&mut self, or: bool, args: &[NodeId], piped: bool) {
        for (i, &node) in args.iter().enumerate() {
            let last = i + 1 == args.len() && !piped;
            self.tasks.push(Task::ShortArg { or, node, last, piped });
        }
        self.shorts.push(OpenShort { tests: Vec::new(), vars: usize::MAX, uncertain: false });
        self.tasks.push(Task::EndShort);
    }

    /// One argument of `and` or `or`, and the test behind it unless it is the last.
    pub(super) fn short_arg(&mut self, or: bool, node: NodeId, last: bool, piped: bool) {
        self.tasks.push(Task::Arg { node, param: Param::Type(&REFLECT_VALUE) });
        if !last {
            self.tasks.push(Task::ShortTest { or, piped });
        }
    }

    pub(super) fn short_test(&mut self, or: bool, under: bool) {
        self.set_at();
        let test = self.here();
        self.emit(Op::Short { or, under, target: 0 });
        let vars = self.vars.len();
        let open = self.shorts.last_mut().expect("short_circuit() opened one");
        open.tests.push(test);
        open.vars = open.vars.min(vars);
        open.uncertain = true;
    }

    pub(super) fn end_short(&mut self) {
        let open = self.shorts.pop().expect("short_circuit() opened one");
        if open.tests.is_empty() {
            return;
        }
        self.set_at();
        self.at = DYNAMIC;
        for test in open.tests {
            self.land(test);
        }
        if self.vars.len() > open.vars {
            self.emit(Op::Fill(self.vars.len() as u32));
        }
    }

    /// Notes the present node in the machine, before paths join.
    pub(super) fn set_at(&mut self) {
        if self.at != DYNAMIC {
            self.emit(Op::SetAt(self.at));
        }
    }

    /// The value on top must suit the parameter.
    pub(super) fn check(&mut self, param: Param) {
        match param {
            Param::Type(ty) if takes_anything(ty) => {}
            Param::Type(ty) => {
                let ty = self.type_index(ty);
                self.emit(Op::Check { ty, node: self.at });
            }
            Param::Method(arg) => self.emit(Op::CheckArg { node: self.at, arg }),
            Param::Free => {}
        }
    }
}
