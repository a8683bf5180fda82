//! `strconv` against recorded output of Go's.

use longshore_go::rune;
use longshore_go::strconv::{
    NumError, atoi, can_backquote, format_float, parse_bool, parse_float, parse_int, parse_uint, quote,
    quote_rune, quote_rune_to_ascii, quote_to_ascii,
};

use serde_json::Value as Json;

use super::value::bytes;

fn shown<T: ToString>(result: Result<T, NumError<T>>) -> Vec<u8> {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => format!("{} {error}", error.value.to_string()),
    }
    .into_bytes()
}

fn shown_float(result: Result<f64, NumError<f64>>) -> Vec<u8> {
    let exact = |value| format_float(value, b'x', None);
    match result {
        Ok(value) => exact(value),
        Err(error) => format!("{} {error}", exact(error.value)),
    }
    .into_bytes()
}

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let input = bytes(&case["in"]);
    let number = |key: &str| case[key].as_i64().unwrap_or(0);
    let base = || u32::try_from(number("base")).unwrap();
    let size = || u32::try_from(case["size"].as_i64().unwrap_or(64)).unwrap();
    let char = || rune::decode(&input).0;
    let ours = match case["call"].as_str().unwrap() {
        "FormatFloat" => {
            let value = f64::from_bits(case["bits"].as_str().unwrap().parse().unwrap());
            let form = u8::try_from(number("form")).unwrap();
            format_float(value, form, usize::try_from(number("prec")).ok()).into_bytes()
        }
        "ParseFloat" => shown_float(parse_float(&input)),
        "ParseInt" => shown(parse_int(&input, base(), size())),
        "ParseUint" => shown(parse_uint(&input, base(), size())),
        "Atoi" => shown(atoi(&input)),
        "ParseBool" => shown(parse_bool(&input)),
        "Quote" => quote(&input),
        "QuoteToASCII" => quote_to_ascii(&input),
        "QuoteRune" => quote_rune(char()),
        "QuoteRuneToASCII" => quote_rune_to_ascii(char()),
        "CanBackquote" => can_backquote(&input).to_string().into_bytes(),
        other => panic!("unknown call {other}"),
    };
    (ours, bytes(&case["want"]))
}
