//! From trees to operations.
//!
//! The compiler walks the tree in the order in which Go executes it and keeps two things that Go
//! keeps at run time: the stack of variables (so that a variable becomes a slot) and the node that an
//! error would name. It works off a list of tasks instead of recursing, so that depth costs no stack.

use std::cell::Cell;
use std::mem;
use std::sync::Arc;

use longshore_go::{Str, TypeInfo, rune};

use crate::code::{CallSite, Code, FieldSite, Op};
use crate::func::FuncTable;
use crate::node::{NodeId, Span, Unit};

mod block;
mod call;
mod expr;
mod literal;

pub(crate) use literal::{Literal, literal};

/// Compiles the template with the given root, by its name and that of its source.
pub(crate) fn compile(
    unit: &Arc<Unit>,
    (name, file): (&Str, &Str),
    root: NodeId,
    functions: &FuncTable,
) -> Code {
    let Spare { ops, fields, calls, strings, tasks, vars, branches } = SPARE.take();
    let mut compiler = Compiler {
        unit,
        functions,
        code: Code {
            name: name.clone(),
            file: file.clone(),
            unit: Arc::clone(unit),
            ops,
            fields,
            calls,
            ranges: Vec::new(),
            consts: Vec::new(),
            strings,
            types: Vec::new(),
            messages: Vec::new(),
            candidates: Vec::new(),
        },
        tasks,
        vars,
        declared: 0,
        at: root,
        branches,
        loops: Vec::new(),
        shorts: Vec::new(),
        withs: 0,
        landed: 0,
    };
    compiler.tasks.push(Task::Statement(root));
    compiler.vars.push(Var { name: Name::Root, certain: true });
    while let Some(task) = compiler.tasks.pop() {
        let mark = compiler.tasks.len();
        compiler.task(task);
        // Tasks are noted in the order in which they are due, and taken from the end.
        if compiler.tasks.len() > mark + 1 {
            compiler.tasks[mark..].reverse();
        }
    }
    compiler.emit(Op::Return);
    let Compiler { mut code, tasks, mut vars, branches, .. } = compiler;
    vars.clear();
    let ops = packed(&mut code.ops);
    let fields = packed(&mut code.fields);
    let calls = packed(&mut code.calls);
    let strings = packed(&mut code.strings);
    SPARE.set(Spare { ops, fields, calls, strings, tasks, vars, branches });
    code
}

thread_local! {
    static SPARE: Cell<Spare> = Cell::default();
}

/// Empty lists with room, for the next template of this thread: few lists of a template are longer than those before.
#[derive(Default)]
struct Spare {
    ops: Vec<Op>,
    fields: Vec<FieldSite>,
    calls: Vec<CallSite>,
    strings: Vec<Str>,
    tasks: Vec<Task>,
    vars: Vec<Var>,
    branches: Vec<OpenBranch>,
}

/// Leaves in `list` what is in it in memory of the right size; gives the rest of its room.
fn packed<T>(list: &mut Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(list.len());
    kept.append(list);
    mem::replace(list, kept)
}

/// Something left to compile.
#[derive(Clone, Copy)]
enum Task {
    Statement(NodeId),
    /// A pipeline; its value ends on top, or is gone if it `is_action` that declares.
    Pipe {
        node: NodeId,
        is_action: bool,
    },
    /// A command, with or without a piped value below.
    Command {
        node: NodeId,
        piped: bool,
    },
    /// An argument for a parameter.
    Arg {
        node: NodeId,
        param: Param,
    },
    // The rest finish what an earlier task began.
    Declare {
        pipe: NodeId,
        keep: bool,
    },
    Dig,
    Wrap(NodeId),
    Check(Param),
    Print(NodeId),
    Test(NodeId),
    Else(NodeId),
    EndBranch,
    Template(NodeId),
    Chain {
        node: NodeId,
        args: Option<NodeId>,
        piped: bool,
        interface: Option<&'static TypeInfo>,
    },
    Invoke {
        site: u32,
    },
    Call {
        site: u32,
    },
    ShortArg {
        or: bool,
        node: NodeId,
        last: bool,
        piped: bool,
    },
    ShortTest {
        or: bool,
        piped: bool,
    },
    EndShort,
}

/// What an argument must be.
#[derive(Clone, Copy)]
enum Param {
    /// Of this type.
    Type(&'static TypeInfo),
    /// Of the type of that parameter of a method that is known only when it runs.
    Method(u32),
    /// Anything: the operand of a chain.
    Free,
}

/// A variable that is on the stack at this point.
struct Var {
    name: Name,
    /// Whether every path to this point has declared it.
    certain: bool,
}

#[derive(Clone, Copy)]
enum Name {
    /// `$`, which every template starts with.
    Root,
    /// A name in the source.
    At(Span),
}

/// An `if`, `with` or `range` under compilation.
struct OpenBranch {
    /// Variables before its pipeline, and after it.
    vars: usize,
    inner: usize,
    /// Declarations before it, to see whether it made any.
    declared: usize,
    /// The operation that jumps to the else part.
    test: usize,
    /// The operation that jumps over it.
    exit: Option<usize>,
    /// The operation that asks for the next round, for a range.
    next: Option<usize>,
}

/// What a `break` or `continue` refers to.
enum OpenLoop {
    /// The body of a range.
    Body { next: usize, breaks: Vec<usize> },
    /// Its else part. Go catches a `break` there too, though the loop is over, but lets a `continue`
    /// pass to the loop around.
    Else { withs: usize, breaks: Vec<usize> },
}

/// An `and` or `or` under compilation.
struct OpenShort {
    tests: Vec<usize>,
    /// Fewest variables at any of the tests.
    vars: usize,
    /// Arguments behind the first are compiled: what they declare is not certain.
    uncertain: bool,
}

struct Compiler<'a> {
    unit: &'a Arc<Unit>,
    functions: &'a FuncTable,
    code: Code,
    tasks: Vec<Task>,
    vars: Vec<Var>,
    declared: usize,
    /// The node that an error would name here, or [`DYNAMIC`].
    at: NodeId,
    branches: Vec<OpenBranch>,
    loops: Vec<OpenLoop>,
    shorts: Vec<OpenShort>,
    /// How many bodies of `with` are around.
    withs: usize,
    /// Where a jump was landed last: operations from here on may be made one.
    landed: usize,
}

impl Compiler<'_> {
    fn task(&mut self, task: Task) {
        match task {
            Task::Statement(node) => self.statement(node),
            Task::Pipe { node, is_action } => self.pipe(node, is_action),
            Task::Command { node, piped } => self.command(node, piped),
            Task::Arg { node, param } => self.arg(node, param),
            Task::Declare { pipe, keep } => self.declare(pipe, keep),
            Task::Dig => self.dig(),
            Task::Wrap(node) => self.wrap(node),
            Task::Check(param) => self.check(param),
            Task::Print(node) => self.print_top(node),
            Task::Test(node) => self.test(node),
            Task::Else(node) => self.else_part(node),
            Task::EndBranch => self.end_branch(),
            Task::Template(node) => self.emit(Op::Template(node)),
            Task::Chain { node, args, piped, interface } => self.end_chain(node, args, piped, interface),
            Task::Invoke { site } => self.end_invoke(site),
            Task::Call { site } => self.end_call(site),
            Task::ShortArg { or, node, last, piped } => self.short_arg(or, node, last, piped),
            Task::ShortTest { or, piped } => self.short_test(or, piped),
            Task::EndShort => self.end_short(),
        }
    }

    fn emit(&mut self, op: Op) {
        self.code.ops.push(op);
    }

    /// Where the next operation will be.
    fn here(&self) -> usize {
        self.code.ops.len()
    }

    /// Lets the jump at `op` go to where the next operation will be.
    fn land(&mut self, op: usize) {
        self.landed = self.here();
        let here = self.here() as u32;
        match &mut self.code.ops[op] {
            Op::Jump(target)
            | Op::JumpFalse(target)
            | Op::With(target)
            | Op::Break(target)
            | Op::Range { or_else: target, .. }
            | Op::Next { exit: target }
            | Op::Short { target, .. } => *target = here,

            other => unreachable!("not a jump: {other:?}"),
        }
    }

    /// An operation that fails with this message at the present node.
    fn fail(&mut self, message: String) {
        self.code.messages.push(message);
        self.emit(Op::Fail { message: (self.code.messages.len() - 1) as u32, node: self.at });
    }

    fn print(&self, node: NodeId) -> String {
        rune::to_text(&self.unit.print(node))
    }

    fn type_index(&mut self, ty: &'static TypeInfo) -> u32 {
        let types = &mut self.code.types;
        let known = types.iter().position(|&other| std::ptr::eq(other, ty));
        known.unwrap_or_else(|| {
            types.push(ty);
            types.len() - 1
        }) as u32
    }
}
