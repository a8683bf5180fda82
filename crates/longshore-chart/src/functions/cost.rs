//! What a call costs of the budget of steps, so that no loop around a function runs for long or fills the memory.
//!
//! A function takes as long as its arguments are large, and what it makes may be kept: a step stands for a
//! byte that is made, or for some that are read. Honest charts stay far below: what all functions of a large
//! one make together is a few megabytes.

use longshore_go::Value;

/// Bytes read for a step.
const READ: u64 = 4;
/// What an item of a list or map takes, in bytes.
const ITEM: u64 = 16;
/// What a list or map takes beside its items.
const CONTAINER: u64 = 96;
/// `derivePassword` makes work on purpose: a tenth of a second and 32 MiB.
const SCRYPT: u64 = 5_000_000;
/// So does `htpasswd`: a twentieth of a second.
const BCRYPT: u64 = 2_500_000;
/// A new RSA key takes a tenth of a second, one of 4,096 bits ten times that; some take thrice as long.
const CERTIFICATE: u64 = 2_500_000;
const RSA_4096: u64 = 15_000_000;
/// Most items that are counted within a value; none that is larger is copied.
const MOST: u64 = 8 << 20;

/// What calling `function` costs before it begins.
pub(super) fn of_call(function: &str, args: &[Value]) -> u64 {
    let read: u64 = args.iter().map(size).sum::<u64>() / READ;
    let work = match function {
        "derivePassword" => SCRYPT,
        "htpasswd" | "bcrypt" => BCRYPT,
        "genCA" | "genSelfSignedCert" | "genSignedCert" => CERTIFICATE,
        "genPrivateKey" if matches!(args, [Value::Str(kind)] if kind.is_empty() || &kind[..] == b"rsa") => {
            RSA_4096
        }
        // A signature, and the look-up of a public key.
        "genPrivateKey" | "genCAWithKey" | "genSelfSignedCertWithKey" | "genSignedCertWithKey" => {
            CERTIFICATE / 20
        }
        // These make all of their arguments anew, to the bottom.
        "deepCopy" | "mustDeepCopy" | "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite" => {
            args.iter().map(|arg| ITEM * items(arg, MOST, 0)).sum()
        }
        // A tree takes several times the bytes of its text.
        "fromYaml" | "fromYamlArray" | "fromJson" | "mustFromJson" | "fromJsonArray" | "fromToml" => {
            args.iter().map(|arg| 4 * size(arg)).sum()
        }
        _ => 0,
    };
    read + work
}

/// What a function's result costs.
pub(super) fn of_result(value: &Value) -> u64 {
    let container = match value {
        Value::List(_) | Value::Map(_) => CONTAINER,
        _ => 0,
    };
    container + size(value)
}

/// Bytes of a value, without what is in its items.
fn size(value: &Value) -> u64 {
    match value {
        Value::Str(text) => text.len() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::List(list) => ITEM * list.len() as u64,
        Value::Map(map) => ITEM * map.len() as u64,
        _ => 0,
    }
}

/// Values within a value, at most `most` of them.
fn items(value: &Value, most: u64, depth: usize) -> u64 {
    // Deeper than any document: a map that holds itself.
    if depth > 1_000 {
        return most;
    }
    let mut count = 1;
    let mut add = |item: &Value| {
        if count < most {
            count += items(item, most - count, depth + 1);
        }
    };
    match value {
        Value::List(list) => list.iter().for_each(&mut add),
        Value::Map(map) => map.entries().values().for_each(&mut add),
        _ => {}
    }
    count.min(most)
}

#[cfg(test)]
mod tests {
    use longshore_go::Map;

    use super::*;

    #[test]
    fn large_things_cost_more() {
        let text = Value::str("x".repeat(8000));
        assert_eq!(of_call("sha256sum", std::slice::from_ref(&text)), 2000);
        assert_eq!(of_result(&text), 8000);
        assert_eq!(of_call("derivePassword", &[]), SCRYPT);
    }

    #[test]
    fn a_map_that_holds_itself_is_counted_to_an_end() {
        let map = Map::new();
        map.insert("a", Value::Map(map.clone()));
        map.insert("b", Value::Map(map.clone()));
        assert!(items(&Value::Map(map.clone()), 10_000, 0) <= 10_000);
        map.remove(b"a");
        map.remove(b"b");
    }
}
