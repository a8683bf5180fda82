//! Arithmetic on integers, and sequences of them.
//!
//! Arguments of any type are converted by `cast`, so that `add "2" 1.9` is 3. Overflow wraps.

use longshore_go::{Int, List, Value, cast, fmt, strconv, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{ANY, FLOAT, INT, INT64, STRING, check_items, int, text};
use super::{Function, Outcome};

pub(super) mod decimal;
mod float;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("int", &[ANY]).returning(INT), |args| {
        Ok(Value::int(cast::to_int64(&args[0])))
    }),
    Function::pure(FuncDef::new("int64", &[ANY]).returning(INT64), |args| int64(cast::to_int64(&args[0]))),
    Function::pure(FuncDef::new("float64", &[ANY]).returning(FLOAT), |args| {
        Ok(cast::to_float64(&args[0]).into())
    }),
    Function::pure(FuncDef::new("atoi", &[STRING]).returning(INT), |args| {
        // sprig drops the error and keeps what is beside it.
        Ok(Value::int(strconv::atoi(text(args, 0)).unwrap_or_else(|error| error.value)))
    }),
    Function::pure(FuncDef::new("toDecimal", &[ANY]).returning(INT64), |args| {
        let shown = fmt::sprint(args);
        int64(strconv::parse_int(&shown, 8, 64).unwrap_or(0))
    }),
    Function::pure(FuncDef::new("add1", &[ANY]).returning(INT64), |args| {
        int64(cast::to_int64(&args[0]).wrapping_add(1))
    }),
    Function::pure(FuncDef::variadic("add", &[ANY]).returning(INT64), |args| {
        int64(args.iter().fold(0, |sum, arg| sum.wrapping_add(cast::to_int64(arg))))
    }),
    Function::pure(FuncDef::new("sub", &[ANY, ANY]).returning(INT64), |args| {
        int64(cast::to_int64(&args[0]).wrapping_sub(cast::to_int64(&args[1])))
    }),
    Function::pure(FuncDef::variadic("mul", &[ANY, ANY]).returning(INT64), |args| {
        int64(args.iter().fold(1, |product, arg| product.wrapping_mul(cast::to_int64(arg))))
    }),
    Function::pure(FuncDef::new("div", &[ANY, ANY]).returning(INT64), |args| {
        int64(cast::to_int64(&args[0]).wrapping_div(divisor(&args[1])?))
    }),
    Function::pure(FuncDef::new("mod", &[ANY, ANY]).returning(INT64), |args| {
        int64(cast::to_int64(&args[0]).wrapping_rem(divisor(&args[1])?))
    }),
    largest("max"),
    largest("biggest"),
    Function::pure(FuncDef::variadic("min", &[ANY, ANY]).returning(INT64), |args| {
        int64(args.iter().map(cast::to_int64).min().unwrap_or(0))
    }),
    Function::pure(FuncDef::new("until", &[INT]).returning(&types::SLICE_INT), |args| {
        let count = int(args, 0);
        let numbers = steps(0, count, if count < 0 { -1 } else { 1 })?;
        Ok(ints(&numbers))
    }),
    Function::pure(FuncDef::new("untilStep", &[INT, INT, INT]).returning(&types::SLICE_INT), |args| {
        Ok(ints(&steps(int(args, 0), int(args, 1), int(args, 2))?))
    }),
    Function::pure(FuncDef::variadic("seq", &[INT]).returning(STRING), seq),
    float::MAXF,
    float::MINF,
    float::FLOOR,
    float::CEIL,
    float::ROUND,
];

fn int64(value: i64) -> Outcome {
    Ok(Value::int64(value))
}

fn divisor(value: &Value) -> Result<i64, FuncError> {
    match cast::to_int64(value) {
        0 => Err("runtime error: integer divide by zero".into()),
        divisor => Ok(divisor),
    }
}

const fn largest(name: &'static str) -> Function {
    Function::pure(FuncDef::variadic(name, &[ANY, ANY]).returning(INT64), |args| {
        int64(args.iter().map(cast::to_int64).max().unwrap_or(0))
    })
}

/// A `[]int`.
fn ints(numbers: &[i64]) -> Value {
    List::typed(&types::SLICE_INT, numbers.iter().map(|&number| Value::int(number)).collect()).into()
}

/// Numbers from `start` up to but not including `stop`; none if the step leads away from it.
fn steps(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, FuncError> {
    let falls = stop < start;
    if step == 0 || falls != (step < 0) {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    check_items(count)?;
    Ok((0..count as i64).map(|index| start.wrapping_add(index.wrapping_mul(step))).collect())
}

/// `seq`, as the shell command counts: `last`, `first last` or `first step last`, all included.
fn seq(args: &mut [Value]) -> Outcome {
    let params: Vec<i64> =
        args.iter().map(|arg| if let Value::Int(Int { value, .. }) = arg { *value } else { 0 }).collect();
    let direction = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, end, step) = match params[..] {
        [end] => (1, end, direction(1, end)),
        [start, end] => (start, end, direction(start, end)),
        [start, step, end] if end < start && step > 0 => (start, start, step),
        [start, step, end] => (start, end, step),
        _ => return Ok("".into()),
    };
    let beyond = end.wrapping_add(direction(start, end));
    let numbers = match params[..] {
        [start, step, end] if end < start && step > 0 => Vec::new(),
        _ => steps(start, beyond, step)?,
    };
    let shown: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(shown.join(" ").into())
}
