//! Function values: what a field or a map may hold and a template's `call` invokes.

use std::fmt;
use std::rc::Rc;

use crate::{MethodError, TypeInfo, Value};

/// What a function does with its arguments.
type Body = Rc<dyn Fn(&[Value]) -> Result<Value, MethodError>>;

/// What a function yields when a `range` goes over it: from its beginning, pair by pair.
type Sequence = Rc<dyn Fn() -> Box<dyn Iterator<Item = (Value, Value)>>>;

/// A Go function as a value: its type, its parameters and what it does.
///
/// Whoever calls it has counted the arguments and checked them against [`Func::params`]; in templates that is
/// [`call`](https://pkg.go.dev/text/template#hdr-Functions).
///
/// ```
/// use longshore_go::{Func, Kind, TypeInfo, Value, types};
/// static TYPE: TypeInfo = TypeInfo::plain("func(string) int", Kind::Func);
/// static PARAMS: [&TypeInfo; 1] = [&types::STRING];
/// let length = Func::new(&TYPE, &PARAMS, false, |args| {
///     Ok(Value::int(args[0].as_str().map_or(0, |text| text.len() as i64)))
/// });
/// assert_eq!(length.call(&["four".into()]).unwrap().type_info().name, "int");
/// assert!(Func::nil(&TYPE).is_nil());
/// ```
#[derive(Clone)]
pub struct Func {
    ty: &'static TypeInfo,
    params: &'static [&'static TypeInfo],
    variadic: bool,
    body: Option<Body>,
    sequence: Option<(bool, Sequence)>,
}

impl Func {
    /// A function of type `ty`, which is of kind `Func` and named as `%T` prints it.
    ///
    /// `params` are the types of the parameters; if it is `variadic`, the last is the element's type.
    pub fn new(
        ty: &'static TypeInfo,
        params: &'static [&'static TypeInfo],
        variadic: bool,
        body: impl Fn(&[Value]) -> Result<Value, MethodError> + 'static,
    ) -> Self {
        Self { ty, params, variadic, body: Some(Rc::new(body)), sequence: None }
    }

    /// The nil function of type `ty`.
    pub fn nil(ty: &'static TypeInfo) -> Self {
        Self { ty, params: &[], variadic: false, body: None, sequence: None }
    }

    /// A function that a `range` can go over, as [`iter.Seq`](https://pkg.go.dev/iter#Seq) or, with
    /// `pairs`, as `iter.Seq2`. Without pairs only the second of each two values counts. The elements'
    /// type is `ty.elem`.
    ///
    /// ```
    /// use longshore_go::{Func, Kind, TypeInfo, Value, types};
    /// static TYPE: TypeInfo = TypeInfo::of("iter.Seq[int]", Kind::Func, &types::INT);
    /// let three = Func::sequence(&TYPE, false, || (0..3).map(|n| (Value::Missing, Value::int(n))));
    /// assert_eq!(three.items().map(Iterator::count), Some(3));
    /// ```
    pub fn sequence<I>(ty: &'static TypeInfo, pairs: bool, items: impl Fn() -> I + 'static) -> Self
    where
        I: Iterator<Item = (Value, Value)> + 'static,
    {
        let started = move || Box::new(items()) as Box<dyn Iterator<Item = (Value, Value)>>;
        Self { sequence: Some((pairs, Rc::new(started))), ..Self::new(ty, &[], false, |_| Ok(Value::Nil)) }
    }

    /// What a `range` goes over, from the beginning; `None` if the function is no sequence.
    pub fn items(&self) -> Option<Box<dyn Iterator<Item = (Value, Value)>>> {
        self.sequence.as_ref().map(|(_, start)| start())
    }

    /// Whether it is a sequence of pairs.
    pub fn yields_pairs(&self) -> bool {
        self.sequence.as_ref().is_some_and(|(pairs, _)| *pairs)
    }

    /// The same with these parameters, for a nil function: `call` counts and checks arguments all the same.
    #[must_use]
    pub fn taking(mut self, params: &'static [&'static TypeInfo], variadic: bool) -> Self {
        (self.params, self.variadic) = (params, variadic);
        self
    }

    /// Whether it is nil: calling it is an error.
    pub fn is_nil(&self) -> bool {
        self.body.is_none()
    }

    /// Its type.
    pub fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    /// The types of its parameters; if it is variadic, the last is the element's type.
    pub fn params(&self) -> &'static [&'static TypeInfo] {
        self.params
    }

    /// Whether the last parameter takes any number of values.
    pub fn is_variadic(&self) -> bool {
        self.variadic
    }

    /// Calls it with arguments that fit its parameters.
    ///
    /// # Errors
    /// What the function itself returns as its error; of a nil function, in the words of Go's `reflect`.
    pub fn call(&self, args: &[Value]) -> Result<Value, MethodError> {
        let nil = || MethodError("reflect.Value.Call: call of nil function".to_owned());
        self.body.as_ref().ok_or_else(nil)?(args)
    }

    /// Whether both are the same function in memory.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => self.ty == other.ty,
            _ => false,
        }
    }
}

impl fmt::Debug for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Func({}{})", self.ty.name, if self.is_nil() { ", nil" } else { "" })
    }
}
