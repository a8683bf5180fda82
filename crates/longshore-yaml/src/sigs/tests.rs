//! The short way of writing and the long one agree.

use longshore_go::{Map, Str, Value};
use proptest::prelude::*;

use super::marshal::{marshal, marshal_by_json};

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "\\PC{0,12}",
        "[ab01 :#\\n\\t'\"{}\\[\\],&*?|>%@`!=~.\\-é😀_+e\u{85}\u{7f}\r]{0,10}",
        "(word ){10,30}",
        "[0-9_.:eE+-]{1,8}",
        prop::sample::select(vec!["yes", "null", "~", "0x1F", "1_000", "2001-01-01", "12:30", "", "<<"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::int64),
        prop::num::f64::NORMAL.prop_map(Value::Float),
        (-1_000_000_i64..1_000_000).prop_map(|n| Value::Float(n as f64)),
        text.clone().prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Value::Str(Str::from(bytes))),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|entries| entries.into_iter().collect::<Map>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn short_and_long_way_agree(value in value()) {
        let show = |result: Result<Vec<u8>, crate::Error>| {
            result.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|e| e.to_string())
        };
        prop_assert_eq!(show(marshal(&value)), show(marshal_by_json(&value)));
    }

    #[test]
    fn reading_never_panics(text in "[ab01:\\-?#&*!|>'\"%@`\\[\\]{},~ \n\t\r<.\\\\é\u{85}]{0,60}") {
        for dialect in [crate::Dialect::V2, crate::Dialect::V3] {
            let limits = crate::Limits::default();
            if let Ok(documents) = crate::parse(text.as_bytes(), dialect, &limits) {
                let options = crate::EmitOptions { dialect, ..crate::EmitOptions::v3() };
                crate::emit(&documents, &options);
                for document in &documents {
                    let _ = crate::to_json_value(document, dialect);
                }
            }
        }
        if let Ok(value) = super::to_value(text.as_bytes()) {
            prop_assert!(marshal(&value).is_ok());
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = super::to_value(&bytes);
        let _ = crate::parse(&bytes, crate::Dialect::V3, &crate::Limits::default());
    }
}
