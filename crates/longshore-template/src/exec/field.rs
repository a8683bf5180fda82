//! Fields of values, and methods.

use longshore_go::{Kind, Map, Method, Object, TypeInfo, Value, rune, strconv, types};

use super::{Failure, NOTHING, Pending, Vm};
use crate::code::{Code, DYNAMIC, FieldSite, Receiver};
use crate::compile::{Literal, literal};
use crate::error::{FuncError, Problem};
use crate::node::{Data, NodeId, Span, Unit};
use crate::set::MissingKey;
use crate::trace::Tracer;
use crate::types::{can_be_nil, validate, zero};

/// A value, and the interface type that it came out of, for Go's errors.
type Found = (Value, Interface);

type Interface = Option<&'static TypeInfo>;

/// Why a field cannot be had.
enum Refusal {
    /// The template language objects, at the node of the chain.
    Template(String),
    /// The method called so failed.
    Method(String, String),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Template(message)
    }
}

impl<T: Tracer> Vm<'_, T> {
    /// Follows a chain of fields without arguments.
    pub(super) fn field(&mut self, code: &Code, index: u32) -> Result<(), Failure> {
        let site = &code.fields[index as usize];
        let idents = code.unit.idents(site.idents);
        match self.follow(code, site, idents.len()) {
            Ok((value, interface)) => {
                self.interface = interface;
                self.stack.push(value);
                Ok(())
            }
            Err(refusal) => Err(self.field_failure(code, site, refusal)),
        }
    }

    /// Follows a chain whose last field must be a method with arguments. If there is nothing to call
    /// it on, gives the operation to go on with.
    pub(super) fn method(&mut self, code: &Code, index: u32) -> Result<Option<usize>, Failure> {
        let site = &code.fields[index as usize];
        let idents = code.unit.idents(site.idents);
        let last = idents.len() - 1;
        let name = code.unit.text(idents[last]);
        let missing_key = self.set.missing_key();
        let found = self.follow(code, site, last).and_then(|(receiver, interface)| {
            let method = with_args(&receiver, interface, name, site, missing_key)?;
            Ok(method.map(|method| Pending { method, receiver }))
        });
        match found {
            Ok(Some(pending)) => {
                self.pending.push(pending);
                Ok(None)
            }
            Ok(None) => {
                if site.piped {
                    self.stack.pop();
                }
                if site.at != DYNAMIC {
                    self.at = site.at;
                }
                self.stack.push(Value::Missing);
                Ok(Some(site.after as usize))
            }
            Err(refusal) => Err(self.field_failure(code, site, refusal)),
        }
    }

    #[cold]
    fn field_failure(&self, code: &Code, site: &FieldSite, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::Template(message) => self.refuse(code, site.at, message),
            Refusal::Method(function, message) => {
                let error = FuncError::Message(message);
                self.failure(code, site.call_at, Problem::Call { function, error })
            }
        }
    }

    /// The value behind the first `count` fields of a chain.
    fn follow(&mut self, code: &Code, site: &FieldSite, count: usize) -> Result<Found, Refusal> {
        let top = match site.receiver {
            Receiver::Top => self.pop(),
            _ => Value::Missing,
        };
        let (start, interface) = match site.receiver {
            Receiver::Dot => (&self.dot().value, self.dot().interface()),
            Receiver::Var(slot) => {
                let var = self.var(slot).unwrap_or(NOTHING);
                (&var.value, var.interface())
            }
            Receiver::Top => (&top, site.interface),
        };
        let path = &code.unit.idents(site.idents)[..count];
        let (mut value, mut interface, taken) =
            descend(start, interface, &code.unit, path, 0, |value, interface, taken| {
                (value.clone(), interface, taken)
            });
        let missing_key = self.set.missing_key();
        for ident in &path[taken..] {
            (value, interface) = step(&value, interface, code.unit.text(*ident), missing_key)?;
        }
        Ok((value, interface))
    }

    /// Follows a chain of fields for its end to be printed. A string, which most are, is written at
    /// once; anything else is given back.
    pub(super) fn field_to_print(&mut self, code: &Code, index: u32) -> Result<Option<Value>, Failure> {
        let site = &code.fields[index as usize];
        let path = code.unit.idents(site.idents);
        let start = match site.receiver {
            Receiver::Dot => self.dots.last().map(|dot| &dot.value),
            Receiver::Var(slot) => self.vars.get(self.base + slot as usize).map(|var| &var.value),
            Receiver::Top => None,
        };
        if let Some(start) = start {
            let out = &mut self.out;
            let written = descend(start, None, &code.unit, path, 0, |value, _, taken| match value {
                Value::Str(text) if taken == path.len() => {
                    out.extend_from_slice(text);
                    true
                }
                _ => false,
            });
            if written {
                return Ok(None);
            }
        }
        match self.follow(code, site, path.len()) {
            Ok((value, _)) => Ok(Some(value)),
            Err(refusal) => Err(self.field_failure(code, site, refusal)),
        }
    }

    /// The type that the method which waits wants of its argument `arg`.
    pub(super) fn method_param(&self, arg: usize) -> Option<&'static TypeInfo> {
        let method = self.pending.last()?.method;
        param(method, arg)
    }

    /// Pushes a literal as the waiting method wants it.
    pub(super) fn method_literal(&mut self, code: &Code, node: NodeId, arg: u32) -> Result<(), Failure> {
        let ty = self.method_param(arg as usize).unwrap_or(&types::ANY);
        let is_nil = matches!(code.unit.node(node).data, Data::Nil);
        let value = if is_nil && can_be_nil(ty) {
            Ok(Value::Nil)
        } else if is_nil {
            Err(format!("cannot assign nil to {}", ty.name))
        } else {
            literal(&code.unit, node, ty).map(Literal::value)
        };
        match value {
            Ok(value) => {
                self.stack.push(value);
                Ok(())
            }
            Err(message) => Err(self.refuse(code, node, message)),
        }
    }

    /// Calls the waiting method with the arguments on the stack.
    pub(super) fn invoke(&mut self, code: &Code, index: u32) -> Result<(), Failure> {
        let site = &code.fields[index as usize];
        let Some(Pending { method, receiver }) = self.pending.pop() else {
            return Ok(()); // not reached: `Method` left one
        };
        let from = self.stack.len().saturating_sub(site.args as usize);
        let mut args: Vec<Value> = self.stack.drain(from..).collect();
        if site.piped {
            let value = self.pop();
            let ty = param(method, args.len()).unwrap_or(&types::ANY);
            match validate(value, ty) {
                Ok(value) => args.push(value),
                Err(message) => return Err(self.refuse(code, site.piped_at, message)),
            }
        }
        match (method.call)(&receiver, &args) {
            Ok(value) => {
                self.stack.push(value);
                Ok(())
            }
            Err(error) => {
                let refusal = Refusal::Method(method.name.to_owned(), error.to_string());
                Err(self.field_failure(code, site, refusal))
            }
        }
    }
}

/// How many maps are entered without letting go of the one before. Templates can make a map contain
/// itself, so this must have an end.
const NESTED: usize = 16;

/// Follows the fields of `path` from `taken` on as long as they are entries of maps, without cloning
/// what lies between; gives the last value, whether it is an interface, and how many were taken.
fn descend<T>(
    value: &Value,
    interface: Interface,
    unit: &Unit,
    path: &[Span],
    taken: usize,
    done: impl FnOnce(&Value, Interface, usize) -> T,
) -> T {
    if let (Value::Map(map), Some(ident)) = (value, path.get(taken))
        && taken < NESTED
    {
        let name = unit.text(*ident);
        if method_of(value, name).is_none()
            && let Some(next) = map.entries().get(name)
        {
            let interface = elem_interface(map);
            return descend(next, interface, unit, path, taken + 1, done);
        }
    }
    done(value, interface, taken)
}

/// The type of a map's elements, if it is an interface.
fn elem_interface(map: &Map) -> Interface {
    map.type_info().elem.filter(|elem| elem.kind == Kind::Interface)
}

/// The type of a method's parameter, counting on over the variadic ones.
fn param(method: &Method, arg: usize) -> Option<&'static TypeInfo> {
    let last = method.params.len().checked_sub(1)?;
    method.params.get(arg.min(last)).copied()
}

/// Whether a method takes so many arguments (`evalCall`).
fn count(method: &Method, name: &str, args: usize, piped: bool) -> Result<(), String> {
    let given = args + usize::from(piped);
    let wanted = method.params.len();
    if method.variadic {
        let least = wanted - 1;
        if given < least {
            return Err(format!("wrong number of args for {name}: want at least {least} got {args}"));
        }
    } else if given != wanted {
        return Err(format!("wrong number of args for {name}: want {wanted} got {given}"));
    }
    Ok(())
}

/// What Go calls the type of a receiver.
fn type_name(value: &Value, interface: Interface) -> &'static str {
    interface.unwrap_or_else(|| value.type_info()).name
}

fn text(name: &[u8]) -> String {
    rune::to_text(name)
}

fn quoted(name: &[u8]) -> String {
    text(&strconv::quote(name))
}

fn method_of(value: &Value, name: &[u8]) -> Option<&'static Method> {
    value.type_info().methods.iter().find(|method| method.name.as_bytes() == name)
}

fn no_field(value: &Value, interface: Interface, name: &[u8]) -> Refusal {
    Refusal::Template(format!("can't evaluate field {} in type {}", text(name), type_name(value, interface)))
}

/// What Go says of a field of nothing, unless it is nothing again.
fn nothing(name: &[u8], missing_key: MissingKey) -> Result<(), Refusal> {
    if missing_key == MissingKey::Error {
        let message = format!("nil data; no entry for key {}", quoted(name));
        return Err(Refusal::Template(message));
    }
    Ok(())
}

fn nil_pointer(value: &Value, interface: Interface, name: &[u8]) -> Refusal {
    let ty = type_name(value, interface);
    Refusal::Template(format!("nil pointer evaluating {ty}.{}", text(name)))
}

/// A field of a struct or of a pointer to one.
fn object_field(
    value: &Value,
    object: &dyn Object,
    interface: Interface,
    name: &[u8],
) -> Result<Found, Refusal> {
    let Ok(name) = std::str::from_utf8(name) else {
        return Err(no_field(value, interface, name));
    };
    if object.is_nil() && object.field_names().contains(&name) {
        return Err(nil_pointer(value, interface, name.as_bytes()));
    }
    if let Some(field) = object.field(name) {
        return Ok((field, object.interface_field(name)));
    }
    if object.printed_fields().iter().any(|(field, _)| *field == name) {
        let ty = type_name(value, interface);
        return Err(format!("{name} is an unexported field of struct type {ty}").into());
    }
    Err(no_field(value, interface, name.as_bytes()))
}

/// One field of a value, without arguments (`evalField`).
fn step(value: &Value, interface: Interface, name: &[u8], missing_key: MissingKey) -> Result<Found, Refusal> {
    if let Some(method) = method_of(value, name) {
        count(method, method.name, 0, false)?;
        let result = (method.call)(value, &[])
            .map_err(|error| Refusal::Method(method.name.to_owned(), error.to_string()))?;
        return Ok((result, None));
    }
    match value {
        Value::Missing => nothing(name, missing_key).map(|()| (Value::Missing, None)),
        Value::Nil => Err(nil_pointer(value, interface, name)),
        Value::Map(map) => {
            let elem = map.type_info().elem.unwrap_or(&types::ANY);
            let interface = elem_interface(map);
            match map.get(name) {
                Some(value) => Ok((value, interface)),
                None => match missing_key {
                    MissingKey::Default => Ok((Value::Missing, None)),
                    MissingKey::Zero => Ok((zero(elem), interface)),
                    MissingKey::Error => {
                        Err(Refusal::Template(format!("map has no entry for key {}", quoted(name))))
                    }
                },
            }
        }
        Value::Object(object) => object_field(value, object.as_ref(), interface, name),
        _ => Err(no_field(value, interface, name)),
    }
}

/// The method that a field with arguments must be; `None` if there is nothing to have one.
fn with_args(
    value: &Value,
    interface: Interface,
    name: &[u8],
    site: &FieldSite,
    missing_key: MissingKey,
) -> Result<Option<&'static Method>, Refusal> {
    if let Some(method) = method_of(value, name) {
        count(method, method.name, site.args as usize, site.piped)?;
        return Ok(Some(method));
    }
    match value {
        Value::Missing => nothing(name, missing_key).map(|()| None),
        Value::Nil => Err(nil_pointer(value, interface, name)),
        Value::Map(_) => Err(format!("{} is not a method but has arguments", text(name)).into()),
        Value::Object(object) => {
            object_field(value, object.as_ref(), interface, name)?;
            Err(format!("{} has arguments but cannot be invoked as function", text(name)).into())
        }
        _ => Err(no_field(value, interface, name)),
    }
}
