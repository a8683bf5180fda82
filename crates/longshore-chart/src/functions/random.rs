//! Random strings and numbers, all drawn from [`Services::random`].

use longshore_go::encoding::encode_base64;
use longshore_go::{Value, rune};
use longshore_template::{FuncDef, FuncError, Return};

use super::args::{INT, STRING, check_size, int, text};
use super::{Function, Scope, Services};

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Space to tilde.
const PRINTABLE: &[u8] =
    b" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::scoped(FuncDef::new("randAlphaNum", &[INT]).returning(STRING), |scope, args| {
        string(scope, int(args, 0), LETTERS_AND_DIGITS)
    }),
    Function::scoped(FuncDef::new("randAlpha", &[INT]).returning(STRING), |scope, args| {
        string(scope, int(args, 0), LETTERS)
    }),
    Function::scoped(FuncDef::new("randNumeric", &[INT]).returning(STRING), |scope, args| {
        string(scope, int(args, 0), DIGITS)
    }),
    Function::scoped(FuncDef::new("randAscii", &[INT]).returning(STRING), |scope, args| {
        string(scope, int(args, 0), PRINTABLE)
    }),
    Function::scoped(FuncDef::new("randBytes", &[INT]).returning(STRING), |scope, args| {
        let Ok(count) = usize::try_from(int(args, 0)) else {
            return Err("runtime error: makeslice: len out of range".into());
        };
        check_size(count.checked_mul(2))?;
        let mut bytes = vec![0; count];
        scope.services.random(&mut bytes);
        Ok(Value::from(encode_base64(&bytes)).into())
    }),
    Function::scoped(FuncDef::new("randInt", &[INT, INT]).returning(INT), |scope, args| {
        let (low, high) = (int(args, 0), int(args, 1));
        let Some(span) = high.checked_sub(low).filter(|&span| span > 0) else {
            return Err("invalid argument to Intn".into());
        };
        let drawn = below(scope.services, span.unsigned_abs());
        Ok(Value::int(low.wrapping_add_unsigned(drawn)).into())
    }),
    Function::scoped(FuncDef::new("shuffle", &[STRING]).returning(STRING), |scope, args| {
        Ok(Value::str(shuffle(scope.services, text(args, 0))).into())
    }),
    Function::scoped(FuncDef::new("uuidv4", &[]).returning(STRING), |scope, _| {
        Ok(Value::from(uuid(scope.services)).into())
    }),
];

/// A number below `limit`, all equally likely.
fn below(services: &dyn Services, limit: u64) -> u64 {
    // The largest multiple of the limit; what lies beyond would favour small numbers.
    let fair = u64::MAX - u64::MAX % limit;
    loop {
        let mut bytes = [0; 8];
        services.random(&mut bytes);
        let drawn = u64::from_le_bytes(bytes);
        if drawn < fair {
            return drawn % limit;
        }
    }
}

/// Characters of `alphabet`, all equally likely; nothing for a negative count, of which sprig ignores
/// the error.
fn string(scope: &Scope<'_>, count: i64, alphabet: &[u8]) -> Result<Return, FuncError> {
    let count = usize::try_from(count).unwrap_or(0);
    check_size(Some(count))?;
    // A byte per character, those beyond the largest multiple of the alphabet's size thrown away.
    let fair = 256 / alphabet.len() * alphabet.len();
    let mut out = Vec::with_capacity(count);
    while out.len() < count {
        let mut bytes = vec![0; (count - out.len()) * 2];
        scope.services.random(&mut bytes);
        let fitting = bytes.iter().map(|&byte| usize::from(byte)).filter(|&drawn| drawn < fair);
        out.extend(fitting.take(count - out.len()).map(|drawn| alphabet[drawn % alphabet.len()]));
    }
    Ok(Value::str(out).into())
}

/// `xstrings.Shuffle`: the runes in another order.
fn shuffle(services: &dyn Services, whole: &[u8]) -> Vec<u8> {
    let mut runes = rune::chars(whole);
    for last in (1..runes.len()).rev() {
        runes.swap(last, below(services, last as u64 + 1) as usize);
    }
    let mut out = Vec::with_capacity(whole.len());
    for c in runes {
        rune::push(&mut out, c);
    }
    out
}

/// A random UUID of version 4.
fn uuid(services: &dyn Services) -> String {
    let mut bytes = [0; 16];
    services.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let number = u128::from_be_bytes(bytes);
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
