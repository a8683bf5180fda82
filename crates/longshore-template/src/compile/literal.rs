//! Constants as arguments: what they become is for the parameter's type to say.

use longshore_go::{Duration, Int, IntKind, Kind, Str, TypeInfo, Uint, UintKind, Value, rune, types};

use super::{Compiler, Param};
use crate::code::{Const, Op, REFLECT_VALUE};
use crate::node::NodeId;
use crate::node::{Data, Node, Number, Span, Unit};
use crate::number;
use crate::types::can_be_nil;

/// A literal as a parameter of the given type wants it, or the complaint.
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Str),
    Const(Const),
}

impl Literal {
    /// The value of the literal, for arguments whose type is known only at run time.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::int(value),
            Self::Float(value) => Value::Float(value),
            Self::Str(text) => Value::Str(text),
            Self::Const(constant) => constant.value(),
        }
    }
}

/// What the literal `node` becomes for a parameter of type `ty` (`evalArg` below its switch).
pub(crate) fn literal(unit: &Unit, id: NodeId, ty: &'static TypeInfo) -> Result<Literal, String> {
    let node = unit.node(id);
    let number = match node.data {
        Data::Number { number, .. } => Some(unit.number(number)),
        _ => None,
    };
    let found = || rune::to_text(&unit.print(id));
    if std::ptr::eq(ty, &raw const REFLECT_VALUE) || *ty == types::ANY {
        return untyped(unit, node);
    }
    match ty.kind {
        Kind::Bool => match node.data {
            Data::Bool(value) => Ok(Literal::Bool(value)),
            _ => Err(format!("expected bool; found {}", found())),
        },
        Kind::String => match node.data {
            Data::String { text } => Ok(string(unit, text)),
            _ => Err(format!("expected string; found {}", found())),
        },
        Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => {
            match number.and_then(|number| number.int) {
                Some(value) => Ok(int(ty, value)),
                None => Err(format!("expected integer; found {}", found())),
            }
        }
        Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 => {
            match number.and_then(|number| number.uint) {
                Some(value) => Ok(uint(ty, value)),
                None => Err(format!("expected unsigned integer; found {}", found())),
            }
        }
        Kind::Float32 | Kind::Float64 => match number.and_then(|number| number.float) {
            Some(value) => Ok(Literal::Float(value)),
            None => Err(format!("expected float; found {}", found())),
        },
        Kind::Complex128 => match number.and_then(|number| number.complex) {
            Some(value) => Ok(Literal::Const(Const::Complex(value))),
            None => Err(format!("expected complex; found {}", found())),
        },
        _ => Err(format!("can't handle {} for arg of type {}", found(), ty.name)),
    }
}

/// A literal whose type its own syntax decides.
fn untyped(unit: &Unit, node: Node) -> Result<Literal, String> {
    match node.data {
        Data::Bool(value) => Ok(Literal::Bool(value)),
        Data::String { text } => Ok(string(unit, text)),
        Data::Number { text, number } => ideal(unit.text(text), unit.number(number)),
        other => unreachable!("not a literal: {other:?}"),
    }
}

fn string(unit: &Unit, text: Span) -> Literal {
    Literal::Str(number::unquote(unit.text(text)).expect("the parser has checked it"))
}

/// `idealConstant`: the type of a number without context.
fn ideal(text: &[u8], number: Number) -> Result<Literal, String> {
    if let Some(complex) = number.complex {
        return Ok(Literal::Const(Const::Complex(complex)));
    }
    let rune = text.first() == Some(&b'\'');
    if let Some(float) = number.float
        && !number::is_hex_int(text)
        && !rune
        && number::looks_float(text)
    {
        return Ok(Literal::Float(float));
    }
    match number.int {
        Some(int) => Ok(Literal::Int(int)),
        None => Err(format!("{} overflows int", rune::to_text(text))),
    }
}

fn int(ty: &'static TypeInfo, value: i64) -> Literal {
    if *ty == types::DURATION {
        return Literal::Const(Const::Duration(Duration(value)));
    }
    // Go's SetInt cuts off what does not fit.
    let (kind, value) = match ty.kind {
        Kind::Int8 => (IntKind::Int8, i64::from(value as i8)),
        Kind::Int16 => (IntKind::Int16, i64::from(value as i16)),
        Kind::Int32 => (IntKind::Int32, i64::from(value as i32)),
        Kind::Int64 => (IntKind::Int64, value),
        _ => return Literal::Int(value),
    };
    Literal::Const(Const::Int(Int { kind, value }))
}

fn uint(ty: &'static TypeInfo, value: u64) -> Literal {
    let (kind, value) = match ty.kind {
        Kind::Uint8 => (UintKind::Uint8, u64::from(value as u8)),
        Kind::Uint16 => (UintKind::Uint16, u64::from(value as u16)),
        Kind::Uint32 => (UintKind::Uint32, u64::from(value as u32)),
        Kind::Uint64 => (UintKind::Uint64, value),
        _ => (UintKind::Uint, value),
    };
    Literal::Const(Const::Uint(Uint { kind, value }))
}

impl Compiler<'_> {
    pub(super) fn untyped_literal(&mut self, node: NodeId) {
        self.push_literal(literal(self.unit, node, &types::ANY));
    }

    pub(super) fn literal_arg(&mut self, node: NodeId, param: Param) {
        match param {
            Param::Type(ty) => self.push_literal(literal(self.unit, node, ty)),
            Param::Method(arg) => self.emit(Op::Literal { node, arg }),
            Param::Free => unreachable!("no chain starts with a literal"),
        }
    }

    pub(super) fn nil_arg(&mut self, node: NodeId, param: Param) {
        match param {
            Param::Type(ty) if std::ptr::eq(ty, &raw const REFLECT_VALUE) => self.emit(Op::Missing),
            Param::Type(ty) if can_be_nil(ty) => self.push_literal(Ok(Literal::Const(Const::Nil))),
            Param::Type(ty) => self.fail(format!("cannot assign nil to {}", ty.name)),
            Param::Method(arg) => self.emit(Op::Literal { node, arg }),
            Param::Free => unreachable!("no chain starts with nil"),
        }
    }

    fn push_literal(&mut self, literal: Result<Literal, String>) {
        match literal {
            Ok(Literal::Bool(value)) => self.emit(Op::Bool(value)),
            Ok(Literal::Int(value)) => self.emit(Op::Int(value)),
            Ok(Literal::Float(value)) => self.emit(Op::Float(value)),
            Ok(Literal::Str(text)) => {
                self.code.strings.push(text);
                self.emit(Op::Str((self.code.strings.len() - 1) as u32));
            }
            Ok(Literal::Const(constant)) => {
                self.code.consts.push(constant);
                self.emit(Op::Const((self.code.consts.len() - 1) as u32));
            }
            Err(message) => self.fail(message),
        }
    }
}
