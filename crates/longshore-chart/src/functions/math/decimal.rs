//! Decimal arithmetic: `addf`, `subf`, `mulf`, `divf`, as `shopspring/decimal` 1.4 does it.
//!
//! Each float becomes the shortest decimal that reads back as it; sums and products are exact, quotients
//! have sixteen places; the end result is the nearest float. So `addf 0.1 0.2` is 0.3.

use std::cmp::Ordering;

use longshore_go::{Value, cast, strconv};
use longshore_template::{FuncDef, FuncError};

use crate::functions::args::{ANY, FLOAT};
use crate::functions::{Function, Outcome};

/// Decimal places of a quotient.
const PLACES: i64 = 16;

/// The most digits that a result in between may have.
const MAX_DIGITS: usize = 20_000;

pub(in crate::functions) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("add1f", &[ANY]).returning(FLOAT), |args| {
        let args = [args[0].clone(), Value::int(1)];
        fold(&args, |a, b| Ok(a.add(b)))
    }),
    Function::pure(FuncDef::variadic("addf", &[ANY]).returning(FLOAT), |args| {
        let zero = [Value::Float(0.0)];
        let args: Vec<Value> = zero.iter().chain(args.iter()).cloned().collect();
        fold(&args, |a, b| Ok(a.add(b)))
    }),
    several("subf", |args| fold(args, |a, b| Ok(a.add(&b.negated())))),
    several("mulf", |args| fold(args, |a, b| Ok(a.mul(b)))),
    several("divf", |args| fold(args, Decimal::div)),
];

const fn several(name: &'static str, body: fn(&mut [Value]) -> Outcome) -> Function {
    Function::pure(FuncDef::variadic(name, &[ANY, ANY]).returning(FLOAT), body)
}

/// Applies an operation from left to right.
fn fold(args: &[Value], operation: impl Fn(&Decimal, &Decimal) -> Result<Decimal, FuncError>) -> Outcome {
    let mut args = args.iter().map(|arg| Decimal::of(cast::to_float64(arg)));
    let mut result = args.next().unwrap_or_else(|| Decimal::of(0.0))?;
    for arg in args {
        result = operation(&result, &arg?)?;
        if result.digits.len() > MAX_DIGITS {
            return Err("the numbers have too many digits".into());
        }
    }
    Ok(result.to_float().into())
}

/// `±digits × 10^exponent`; the digits are most significant first, without leading zeros.
#[derive(Clone, Debug)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn of(float: f64) -> Result<Self, FuncError> {
        if !float.is_finite() {
            let shown = strconv::format_float(float, b'g', None);
            return Err(FuncError::new(format!("Cannot create a Decimal from {shown}")));
        }
        // `d.ddde±x`
        let text = strconv::format_float(float.abs(), b'e', None);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction as i64;
        Ok(Self { negative: float < 0.0, digits: trimmed(digits), exponent })
    }

    fn to_float(&self) -> f64 {
        let digits: String = self.digits.iter().map(|&digit| (b'0' + digit) as char).collect();
        let magnitude: f64 = if digits.is_empty() {
            0.0
        } else {
            format!("{digits}e{}", self.exponent).parse().unwrap_or(0.0)
        };
        if self.negative { -magnitude } else { magnitude }
    }

    fn negated(&self) -> Self {
        Self { negative: !self.negative && !self.digits.is_empty(), ..self.clone() }
    }

    /// Its digits as an integer times ten to the given exponent, which is not above its own.
    fn scaled(&self, exponent: i64) -> Vec<u8> {
        let mut digits = self.digits.clone();
        if !digits.is_empty() {
            digits.resize(digits.len() + (self.exponent - exponent) as usize, 0);
        }
        digits
    }

    fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.scaled(exponent), other.scaled(exponent));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, sum(&a, &b))
        } else {
            match compare(&a, &b) {
                Ordering::Less => (other.negative, difference(&b, &a)),
                _ => (self.negative, difference(&a, &b)),
            }
        };
        Self { negative: negative && !digits.is_empty(), digits, exponent }
    }

    fn mul(&self, other: &Self) -> Self {
        let mut places = vec![0u32; self.digits.len() + other.digits.len()];
        for (i, a) in self.digits.iter().rev().enumerate() {
            for (j, b) in other.digits.iter().rev().enumerate() {
                places[i + j] += u32::from(*a) * u32::from(*b);
            }
            // Carried after each row, so that no place overflows.
            carry(&mut places);
        }
        let digits = trimmed(places.iter().rev().map(|&place| place as u8).collect());
        let negative = self.negative != other.negative && !digits.is_empty();
        Self { negative, digits, exponent: self.exponent + other.exponent }
    }

    /// To sixteen places, halves away from zero.
    fn div(&self, other: &Self) -> Result<Self, FuncError> {
        if other.digits.is_empty() {
            return Err("decimal division by 0".into());
        }
        // So many tens that the quotient's unit is the last place.
        let shift = self.exponent - other.exponent + PLACES;
        let (mut dividend, mut divisor) = (self.digits.clone(), other.digits.clone());
        let zeros = usize::try_from(shift.unsigned_abs()).unwrap_or(0);
        if shift >= 0 {
            dividend.resize(dividend.len() + zeros, 0);
        } else {
            divisor.resize(divisor.len() + zeros, 0);
        }
        let (mut quotient, rest) = divided(&dividend, &divisor);
        if compare(&sum(&rest, &rest), &divisor) != Ordering::Less {
            quotient = sum(&quotient, &[1]);
        }
        let negative = self.negative != other.negative && !quotient.is_empty();
        Ok(Self { negative, digits: quotient, exponent: -PLACES })
    }
}

fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    digits.drain(..zeros);
    digits
}

fn carry(places: &mut [u32]) {
    let mut over = 0;
    for place in places {
        let value = *place + over;
        *place = value % 10;
        over = value / 10;
    }
}

fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut places = vec![0u32; a.len().max(b.len()) + 1];
    for (place, digit) in a.iter().rev().enumerate().chain(b.iter().rev().enumerate()) {
        places[place] += u32::from(*digit);
    }
    carry(&mut places);
    trimmed(places.iter().rev().map(|&place| place as u8).collect())
}

/// `a - b`, where `a` is not the smaller.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut digits = a.to_vec();
    let mut borrow = false;
    for place in 0..a.len() {
        let at = a.len() - 1 - place;
        let less = b.len().checked_sub(1 + place).map_or(0, |index| b[index]) + u8::from(borrow);
        borrow = digits[at] < less;
        digits[at] = digits[at] + if borrow { 10 } else { 0 } - less;
    }
    trimmed(digits)
}

/// Quotient and rest, digit by digit.
fn divided(dividend: &[u8], divisor: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut quotient = Vec::with_capacity(dividend.len());
    let mut rest: Vec<u8> = Vec::new();
    for &digit in dividend {
        rest.push(digit);
        rest = trimmed(rest);
        let mut times = 0;
        while compare(&rest, divisor) != Ordering::Less {
            rest = difference(&rest, divisor);
            times += 1;
        }
        quotient.push(times);
    }
    (trimmed(quotient), rest)
}
