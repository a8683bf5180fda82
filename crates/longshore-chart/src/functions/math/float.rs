//! Arithmetic on floats that stays in floats: `maxf`, `minf`, `floor`, `ceil`, `round`.

use longshore_go::{Value, cast};
use longshore_template::FuncDef;

use crate::functions::args::{ANY, FLOAT, INT, int};
use crate::functions::{Function, Outcome};

pub(super) const MAXF: Function =
    Function::pure(FuncDef::variadic("maxf", &[ANY, ANY]).returning(FLOAT), |args| {
        Ok(args.iter().map(cast::to_float64).reduce(max).unwrap_or(0.0).into())
    });

pub(super) const MINF: Function =
    Function::pure(FuncDef::variadic("minf", &[ANY, ANY]).returning(FLOAT), |args| {
        Ok(args.iter().map(cast::to_float64).reduce(min).unwrap_or(0.0).into())
    });

pub(super) const FLOOR: Function = Function::pure(FuncDef::new("floor", &[ANY]).returning(FLOAT), |args| {
    Ok(cast::to_float64(&args[0]).floor().into())
});

pub(super) const CEIL: Function = Function::pure(FuncDef::new("ceil", &[ANY]).returning(FLOAT), |args| {
    Ok(cast::to_float64(&args[0]).ceil().into())
});

pub(super) const ROUND: Function =
    Function::pure(FuncDef::variadic("round", &[ANY, INT, FLOAT]).returning(FLOAT), round);

/// `math.Max`: NaN wins over numbers, an infinity over NaN, and 0 over -0.
fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && a == b {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

/// `math.Min`, the other way round.
fn min(a: f64, b: f64) -> f64 {
    -max(-a, -b)
}

/// To `places` decimal places; up if the rest is at least the third argument (0.5), which for negative
/// numbers it never is: they round down.
fn round(args: &mut [Value]) -> Outcome {
    let value = cast::to_float64(&args[0]);
    let round_on = match args.get(2) {
        Some(Value::Float(given)) => *given,
        _ => 0.5,
    };
    let power = power_of_ten(int(args, 1));
    let digit = power * value;
    let rest = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() };
    let rounded = if rest >= round_on { digit.ceil() } else { digit.floor() };
    Ok((rounded / power).into())
}

/// `math.Pow(10, n)`, which squares and multiplies as Go does.
fn power_of_ten(exponent: i64) -> f64 {
    // Beyond this it is 0 or infinite.
    let exponent = exponent.clamp(-400, 400) as i32;
    10f64.powi(exponent)
}
