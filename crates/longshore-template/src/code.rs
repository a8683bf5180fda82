//! The executable form of a template: a flat list of operations for a small stack machine.
//!
//! Flat, so that execution needs no native stack however deep a template nests. Most operations that
//! can fail carry the node that Go would name in the error: Go keeps a "current node" at run time,
//! but at nearly every point it is the same each time, so the compiler knows it. The exception is
//! what follows a short-circuited `and` or `or`, for which there is [`DYNAMIC`].

use std::sync::Arc;

use longshore_go::{Complex, Duration, Int, Uint};
use longshore_go::{Str, TypeInfo, Value, types};

use crate::builtin::Builtin;
use crate::node::{NodeId, Span, Unit};

/// In place of a node: the one that the machine's `at` register holds.
pub(crate) const DYNAMIC: NodeId = u32::MAX - 1;

/// A compiled template. `Send + Sync`; shared by all executions.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) name: Str,
    /// The name under which its source was parsed: the file, in errors.
    pub(crate) file: Str,
    pub(crate) unit: Arc<Unit>,
    pub(crate) ops: Vec<Op>,
    pub(crate) fields: Vec<FieldSite>,
    pub(crate) calls: Vec<CallSite>,
    pub(crate) ranges: Vec<RangeSite>,
    pub(crate) consts: Vec<Const>,
    pub(crate) strings: Vec<Str>,
    pub(crate) types: Vec<&'static TypeInfo>,
    pub(crate) messages: Vec<String>,
    pub(crate) candidates: Vec<Candidates>,
}

/// One operation. "Push" and "pop" speak of the stack of values, "declare" of that of variables.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Write a piece of the source.
    Text(Span),
    /// Push dot.
    Dot,
    /// Push the variable in this slot.
    Var(u32),
    /// Push the first declared of the variables in this list of slots; fail if none is.
    VarOf {
        list: u32,
        node: NodeId,
    },
    /// Push nothing, Go's invalid value.
    Missing,
    /// Push a constant.
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(u32),
    Const(u32),
    /// Follow a chain of fields without arguments; push the end.
    Field(u32),
    /// Follow a chain whose last field has arguments and so must be a method; keep it for `Invoke`.
    Method(u32),
    /// Push a literal as the type of the kept method's parameter wants it.
    Literal {
        node: NodeId,
        arg: u32,
    },
    /// Check the top against the type of the kept method's parameter.
    CheckArg {
        node: NodeId,
        arg: u32,
    },
    /// Call the kept method.
    Invoke(u32),
    /// Call a function of the table.
    Call(u32),
    /// Call a builtin.
    Builtin(u32),
    /// Check the top against a type, as Go's `validateType`.
    Check {
        ty: u32,
        node: NodeId,
    },
    /// Mark the top as an interface, if it is one: the builtin `slice` takes none for an index.
    Wrap {
        always: bool,
    },
    /// Make a nil on top a missing, as the end of each command in a pipeline does.
    Dig,
    /// For `and` and `or`: if the top decides, jump with it (and without what lies below it).
    Short {
        or: bool,
        under: bool,
        target: u32,
    },
    /// Set the `at` register.
    SetAt(NodeId),
    /// Declare variables until there are this many, for those that a short circuit jumped over.
    Fill(u32),
    /// Drop variables down to this many.
    Drop(u32),
    /// Declare a variable with the top as value; pop unless `keep`.
    Declare {
        keep: bool,
    },
    /// Assign the top to the variable in the slot; pop unless `keep`.
    Assign {
        slot: u32,
        keep: bool,
    },
    /// The same for a list of candidate slots.
    AssignOf {
        list: u32,
        keep: bool,
        node: NodeId,
    },
    /// Pop and write.
    Print(NodeId),
    /// Follow a chain of fields and write the end: `Field` and `Print` in one, for the action that is
    /// more common than all others.
    PrintField {
        site: u32,
        node: NodeId,
    },
    /// Write dot.
    PrintDot(NodeId),
    /// Write the variable in the slot.
    PrintVar {
        slot: u32,
        node: NodeId,
    },
    Jump(u32),
    /// Pop; jump if it is not true.
    JumpFalse(u32),
    /// Pop; jump if it is not true, else make it dot and keep the old one.
    With(u32),
    /// Bring the kept dot back.
    EndWith,
    /// Pop and start a loop; jump if there is nothing to loop over.
    Range {
        site: u32,
        or_else: u32,
    },
    /// The next round, or end the loop and jump.
    Next {
        exit: u32,
    },
    /// End the loop and jump.
    Break(u32),
    /// Fail unless the template called so exists and may be called.
    Find {
        name: u32,
        node: NodeId,
    },
    /// Pop; execute the template that was found, with that as dot. The node is that of the action.
    Template(NodeId),
    /// Fail.
    Fail {
        message: u32,
        node: NodeId,
    },
    /// The end of the template.
    Return,
}

/// Where a variable may be that an `and` or `or` may have skipped.
#[derive(Clone, Debug)]
pub(crate) struct Candidates {
    /// Its slots, the latest declaration first.
    pub(crate) slots: Box<[u32]>,
    /// The variable.
    pub(crate) node: NodeId,
}

/// Where a chain of fields starts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Receiver {
    Dot,
    Var(u32),
    /// The top of the stack, which is popped.
    Top,
}

/// A chain of fields in an expression.
#[derive(Clone, Debug)]
pub(crate) struct FieldSite {
    pub(crate) receiver: Receiver,
    pub(crate) idents: Span,
    /// The node of errors about fields.
    pub(crate) at: NodeId,
    /// The node of errors that a method returned.
    pub(crate) call_at: NodeId,
    /// How many arguments follow, for `Method` and `Invoke`, without the piped one.
    pub(crate) args: u32,
    /// Whether a piped value lies below them.
    pub(crate) piped: bool,
    /// The node of errors about the piped value.
    pub(crate) piped_at: NodeId,
    /// The interface type of the value on top, if it is the result of a function that returns one.
    pub(crate) interface: Option<&'static TypeInfo>,
    /// The operation behind `Invoke`, for when there is nothing to call a method on.
    pub(crate) after: u32,
}

/// A `range`: the variables that each round sets, and the node of errors about what it loops over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeSite {
    pub(crate) index: Option<Target>,
    pub(crate) element: Option<Target>,
    pub(crate) at: NodeId,
}

/// A variable to set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Slot(u32),
    /// The first declared one of a list of candidates.
    OneOf(u32),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(crate) struct CallSite {
    pub(crate) callee: Callee,
    pub(crate) args: u32,
    pub(crate) piped: Option<Piped>,
    /// The node of the error that the function returned.
    pub(crate) call_at: NodeId,
}

/// The piped argument of a call: where it is checked and against what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piped {
    pub(crate) ty: &'static TypeInfo,
    pub(crate) at: NodeId,
}

/// Who is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    /// The function at this index of the table.
    Table {
        index: u32,
        name: &'static str,
    },
    Builtin(Builtin),
}

/// A constant that has no operation of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Const {
    Int(Int),
    Uint(Uint),
    Duration(Duration),
    Complex(Complex),
    Nil,
}

impl Const {
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Int(int) => Value::Int(int),
            Self::Uint(uint) => Value::Uint(uint),
            Self::Duration(duration) => Value::Duration(duration),
            Self::Complex(complex) => Value::Complex(complex),
            Self::Nil => Value::Nil,
        }
    }
}

/// The type of parameters that take Go's `reflect.Value`: anything, unchanged, missing included.
pub(crate) static REFLECT_VALUE: TypeInfo = TypeInfo::plain("reflect.Value", longshore_go::Kind::Struct);

/// Whether an argument of that type needs no check.
pub(crate) fn takes_anything(ty: &'static TypeInfo) -> bool {
    std::ptr::eq(ty, &raw const REFLECT_VALUE) || *ty == types::ANY
}
