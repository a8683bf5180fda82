//! A version as templates see it: `(semver "1.2.3").Major`.

use std::any::Any;

use super::version::{check_prerelease, identifiers};
use super::{Version, VersionError};
use crate::{Kind, Method, MethodError, Object, TypeInfo, Uint, UintKind, Value, types};

/// `*semver.Version`, what `semver` gives.
#[derive(Debug)]
struct Pointer(Version);

/// `semver.Version`, what `IncMajor` and its like give: without the methods of the pointer.
#[derive(Debug)]
struct Plain(Version);

macro_rules! object {
    ($type:ident, $info:ident) => {
        impl Object for $type {
            fn type_info(&self) -> &'static TypeInfo {
                &$info
            }
            fn field(&self, _: &str) -> Option<Value> {
                None
            }
            fn field_names(&self) -> &'static [&'static str] {
                &[]
            }
            fn to_go_string(&self) -> Option<String> {
                Some(self.0.to_string())
            }
            fn to_json(&self) -> Option<Value> {
                Some(self.0.to_string().into())
            }
            fn printed_fields(&self) -> Vec<(&'static str, Value)> {
                self.0.fields()
            }
            fn deep_copied(&self) -> Option<Value> {
                // A copy has only the fields that others may write to, and a version has none.
                let zero = Version { major: 0, minor: 0, patch: 0, ..self.0.bare() };
                Some(Value::Object(std::rc::Rc::new($type(zero))))
            }
            fn as_any(&self) -> Option<&dyn Any> {
                Some(&self.0)
            }
        }
    };
}

object!(Pointer, POINTER);
object!(Plain, PLAIN);

impl Version {
    /// What `fmt` prints of the struct, where it does not ask the version for its text.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let number = |value| Value::Uint(Uint { value, kind: UintKind::Uint64 });
        vec![
            ("major", number(self.major)),
            ("minor", number(self.minor)),
            ("patch", number(self.patch)),
            ("pre", self.pre.as_str().into()),
            ("metadata", self.metadata.as_str().into()),
            ("original", Value::Str(self.original.clone())),
        ]
    }

    /// The version without all that is text.
    fn bare(&self) -> Self {
        Self { pre: String::new(), metadata: String::new(), original: "".into(), ..self.clone() }
    }

    /// The version as a `*semver.Version` with its methods.
    pub fn into_value(self) -> Value {
        Value::Object(std::rc::Rc::new(Pointer(self)))
    }
}

static POINTER: TypeInfo =
    TypeInfo { name: "*semver.Version", kind: Kind::Ptr, elem: None, methods: &POINTER_METHODS };

static PLAIN: TypeInfo =
    TypeInfo { name: "semver.Version", kind: Kind::Struct, elem: None, methods: &PLAIN_METHODS };

fn version(value: &Value) -> Result<&Version, MethodError> {
    let object = match value {
        Value::Object(object) => object.as_any().and_then(|any| any.downcast_ref()),
        _ => None,
    };
    object.ok_or_else(|| {
        MethodError("runtime error: invalid memory address or nil pointer dereference".to_owned())
    })
}

fn other(args: &[Value]) -> Result<&Version, MethodError> {
    version(args.first().unwrap_or(&Value::Nil))
}

fn uint(value: u64) -> Value {
    Value::Uint(Uint { kind: UintKind::Uint64, value })
}

/// The version after a change, with the `v` that it was written with.
fn changed(version: &Version, change: impl FnOnce(&mut Version)) -> Value {
    let mut next = version.clone();
    change(&mut next);
    let v = if version.original.starts_with(b"v") { "v" } else { "" };
    next.original = format!("{v}{next}").into();
    Value::Object(std::rc::Rc::new(Plain(next)))
}

/// The next number; Go panics where there is none.
fn next(number: u64, name: &str) -> Result<u64, MethodError> {
    number
        .checked_add(1)
        .ok_or_else(|| MethodError(format!("{name} version increment would overflow uint64")))
}

fn cleared(version: &mut Version) {
    version.pre.clear();
    version.metadata.clear();
}

fn set(value: &Value, args: &[Value], prerelease: bool) -> Result<Value, MethodError> {
    let text = args.first().and_then(Value::as_str).cloned().unwrap_or_default();
    if prerelease {
        check_prerelease(&text).map_err(|error| MethodError(error.to_string()))?;
    } else if !text.is_empty() && !identifiers(&text) {
        return Err(MethodError(VersionError::Metadata.to_string()));
    }
    let text = text.to_str_lossy().into_owned();
    Ok(changed(version(value)?, |next| if prerelease { next.pre = text } else { next.metadata = text }))
}

macro_rules! method {
    ($name:literal, $params:expr, $call:expr) => {
        Method { name: $name, params: $params, variadic: false, call: $call }
    };
}

macro_rules! methods {
    ($name:ident, $count:literal, $($method:expr),* $(,)?) => {
        static $name: [Method; $count] = [$($method),*];
    };
}

methods!(
    PLAIN_METHODS,
    11,
    method!("IncMajor", &[], |value, _| {
        let own = version(value)?;
        let major = next(own.major, "major")?;
        Ok(changed(own, |next| {
            cleared(next);
            (next.major, next.minor, next.patch) = (major, 0, 0);
        }))
    }),
    method!("IncMinor", &[], |value, _| {
        let own = version(value)?;
        let minor = next(own.minor, "minor")?;
        Ok(changed(own, |next| {
            cleared(next);
            (next.minor, next.patch) = (minor, 0);
        }))
    }),
    method!("IncPatch", &[], |value, _| {
        let own = version(value)?;
        // A pre-release becomes its release.
        let patch = if own.is_prerelease() { own.patch } else { next(own.patch, "patch")? };
        Ok(changed(own, |next| {
            cleared(next);
            next.patch = patch;
        }))
    }),
    method!("Major", &[], |value, _| Ok(uint(version(value)?.major))),
    method!("Metadata", &[], |value, _| Ok(version(value)?.metadata.clone().into())),
    method!("Minor", &[], |value, _| Ok(uint(version(value)?.minor))),
    method!("Patch", &[], |value, _| Ok(uint(version(value)?.patch))),
    method!("Prerelease", &[], |value, _| Ok(version(value)?.pre.clone().into())),
    method!("SetMetadata", &[&types::STRING], |value, args| set(value, args, false)),
    method!("SetPrerelease", &[&types::STRING], |value, args| set(value, args, true)),
    method!("String", &[], |value, _| Ok(version(value)?.to_string().into())),
);

methods!(
    POINTER_METHODS,
    18,
    method!("Compare", &[&POINTER], |value, args| {
        Ok(Value::int(version(value)?.cmp(other(args)?) as i64))
    }),
    method!("Equal", &[&POINTER], |value, args| {
        // The one method that takes a nil.
        Ok(other(args).is_ok_and(|other| version(value).is_ok_and(|own| own == other)).into())
    }),
    method!("GreaterThan", &[&POINTER], |value, args| Ok((version(value)? > other(args)?).into())),
    method!("GreaterThanEqual", &[&POINTER], |value, args| Ok((version(value)? >= other(args)?).into())),
    method!("IncMajor", &[], PLAIN_METHODS[0].call),
    method!("IncMinor", &[], PLAIN_METHODS[1].call),
    method!("IncPatch", &[], PLAIN_METHODS[2].call),
    method!("LessThan", &[&POINTER], |value, args| Ok((version(value)? < other(args)?).into())),
    method!("LessThanEqual", &[&POINTER], |value, args| Ok((version(value)? <= other(args)?).into())),
    method!("Major", &[], PLAIN_METHODS[3].call),
    method!("Metadata", &[], PLAIN_METHODS[4].call),
    method!("Minor", &[], PLAIN_METHODS[5].call),
    method!("Original", &[], |value, _| Ok(Value::Str(version(value)?.original.clone()))),
    method!("Patch", &[], PLAIN_METHODS[6].call),
    method!("Prerelease", &[], PLAIN_METHODS[7].call),
    method!("SetMetadata", &[&types::STRING], PLAIN_METHODS[8].call),
    method!("SetPrerelease", &[&types::STRING], PLAIN_METHODS[9].call),
    method!("String", &[], |value, _| Ok(version(value)?.to_string().into())),
);
