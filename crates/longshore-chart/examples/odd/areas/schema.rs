//! `values.schema.json` of every draft, and values that do not meet it.

use super::text;
use crate::odd::case::Case;
use crate::random::Random;

const DRAFTS: &[&str] = &[
    "",
    "",
    "",
    "\"$schema\": \"http://json-schema.org/draft-07/schema#\", ",
    "\"$schema\": \"http://json-schema.org/draft-04/schema#\", ",
    "\"$schema\": \"http://json-schema.org/draft-06/schema#\", ",
    "\"$schema\": \"https://json-schema.org/draft/2019-09/schema\", ",
    "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", ",
    "\"$schema\": \"http://json-schema.org/schema#\", ",
    "\"$schema\": \"https://json-schema.org/draft-07/schema#\", ",
    "\"$schema\": \"http://json-schema.org/draft-07/schema\", ",
    "\"$schema\": \"x\", ",
];

const VALUES: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5",
    "1e6",
    "3000000000",
    "true",
    "false",
    "null",
    "\"\"",
    "text",
    "\"a b\"",
    "[]",
    "[1]",
    "[1, 1]",
    "[1, a, null]",
    "{}",
    "{a: 1}",
    "{a: 1, b: two}",
    "{b: {c: []}}",
    "\"2020-01-01\"",
    "\"é\"",
    "\"127.0.0.1\"",
    "\"a@b.c\"",
    "\"http://x/y\"",
    "[[1], {a: 1}]",
    "0.1",
    "12345678901234567890",
    "\"1\"",
    "{\"a b\": 1}",
    "{\"a/b~c\": 1}",
    "\"aaaaaaaa\"",
    "{\"\": 1}",
    "\"P1D\"",
    "\"2020-01-01T00:00:00Z\"",
    "[a, b, c, d]",
    "1.0",
    "0.3",
    "{x: 1, y: 2, z: 3}",
];

const TYPES: &str = "\"string\" \"integer\" \"number\" \"object\" \"array\" \"boolean\" \"null\" [\"string\",\"null\"] [\"integer\",\"object\"] \"any\" [] 1";

const FORMATS: &str = "date date-time email ipv4 ipv6 uri hostname regex uuid time duration json-pointer unknown uri-reference uri-template idn-email iri relative-json-pointer";

/// One schema.
fn schema(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.chance(10) {
        return match random.below(4) {
            0 => format!("{{\"type\": {}}}", random.word(TYPES)),
            1 => random.word("true false {} {}"),
            _ => format!("{{\"type\": {}}}", random.word("\"string\" \"integer\" \"object\" \"array\"")),
        };
    }
    let mut parts = Vec::new();
    for _ in 0..1 + random.below(3) {
        let keyword = random.one(&[
            "type",
            "type",
            "properties",
            "properties",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "items",
            "enum",
            "const",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "minItems",
            "maxItems",
            "uniqueItems",
            "contains",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "patternProperties",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "if",
            "prefixItems",
            "additionalItems",
            "unevaluatedProperties",
            "unevaluatedItems",
            "$ref",
            "minContains",
            "description",
            "contentEncoding",
            "definitions",
            "$defs",
            "$id",
            "$comment",
            "default",
            "$anchor",
            "divisibleBy",
            "maxContains",
            "contentMediaType",
            "$recursiveRef",
            "$dynamicRef",
            "nullable",
        ]);
        let inner = |random: &mut Random| schema(random, depth - 1);
        let value = match keyword {
            "type" => random.word(TYPES),
            "properties" | "dependentSchemas" | "definitions" | "$defs" => {
                format!("{{\"a\": {}, \"b\": {}}}", inner(random), inner(random))
            }
            "patternProperties" => format!(
                "{{\"{}\": {}}}",
                random.one(&["^a", "b$", ".*", "[", "(?!a)", "\\\\d", "^\\\\p{L}"]),
                inner(random)
            ),
            "required" => random
                .one(&[
                    "[\"a\"]",
                    "[\"a\", \"b\"]",
                    "[]",
                    "[\"x y\"]",
                    "true",
                    "\"a\"",
                    "[\"c\", \"d\", \"e\"]",
                    "[1]",
                ])
                .to_owned(),
            "dependencies" => format!(
                "{{\"a\": {}, \"b\": {}}}",
                inner(random),
                random.one(&["[\"c\"]", "[]", "[\"a\", \"d\"]"])
            ),
            "dependentRequired" => random
                .one(&["{\"a\": [\"c\"]}", "{\"a\": [\"b\", \"c\"], \"b\": []}", "{\"a\": 1}"])
                .to_owned(),
            "items" if random.chance(40) => format!("[{}, {}]", inner(random), inner(random)),
            "prefixItems" | "allOf" | "anyOf" | "oneOf" => match random.below(10) {
                0 => "[]".to_owned(),
                _ => format!("[{}, {}]", inner(random), inner(random)),
            },
            "additionalProperties"
            | "additionalItems"
            | "items"
            | "contains"
            | "propertyNames"
            | "not"
            | "unevaluatedProperties"
            | "unevaluatedItems" => {
                if random.chance(40) {
                    random.word("true false false")
                } else {
                    inner(random)
                }
            }
            "if" => {
                let test = inner(random);
                parts.push(format!("\"then\": {}", inner(random)));
                parts.push(format!("\"else\": {}", inner(random)));
                test
            }
            "enum" => random
                .one(&[
                    "[1, 2]",
                    "[\"a\"]",
                    "[null, true, \"x\"]",
                    "[]",
                    "[{\"a\": 1}, [1]]",
                    "1",
                    "[1.5, 1.0]",
                ])
                .to_owned(),
            "const" | "default" => {
                random.one(&["1", "\"x\"", "null", "{\"a\": 1}", "[1, 2]", "1.0", "true"]).to_owned()
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
            | "divisibleBy" => random
                .one(&["1", "0", "-5", "2.5", "1e3", "0.1", "true", "\"1\"", "100", "-0.5", "3000000000"])
                .to_owned(),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
            | "minContains" | "maxContains" => {
                random.one(&["0", "1", "2", "3", "-1", "1.5", "2.0", "\"1\""]).to_owned()
            }
            "uniqueItems" | "nullable" => random.word("true false true 1"),
            "pattern" => random
                .one(&[
                    "\"^a\"",
                    "\"^[0-9]+$\"",
                    "\"[\"",
                    "\"(?!x)\"",
                    "\"\\\\d\"",
                    "\"\"",
                    "\"\\\\p{Lu}\"",
                    "\"a{2,}\"",
                    "\"^(?:a|b)$\"",
                ])
                .to_owned(),
            "format" => format!("\"{}\"", random.word(FORMATS)),
            "$ref" => random
                .one(&[
                    "\"#/definitions/a\"",
                    "\"#/$defs/a\"",
                    "\"#\"",
                    "\"#/properties/a\"",
                    "\"#/nowhere\"",
                    "\"#a\"",
                    "\"urn:x\"",
                    "\"x\"",
                    "\"#/definitions/a%25\"",
                    "1",
                ])
                .to_owned(),
            "$id" => random.one(&["\"http://x/y\"", "\"#a\"", "\"urn:a\"", "\"x\"", "1"]).to_owned(),
            "$recursiveRef" | "$dynamicRef" => "\"#\"".to_owned(),
            "contentEncoding" => "\"base64\"".to_owned(),
            "contentMediaType" => "\"application/json\"".to_owned(),
            _ => "\"a\"".to_owned(),
        };
        parts.push(format!("\"{keyword}\": {value}"));
    }
    format!("{{{}}}", parts.join(", "))
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let mut values = String::new();
    for key in ["a", "b", "c", "\"x y\""] {
        if random.chance(70) {
            values.push_str(&format!(
                "{key}: {}\n",
                if random.chance(80) { random.one(VALUES) } else { text::scalar(random) }
            ));
        }
    }
    let mut body = schema(random, 3);
    if random.chance(70) {
        // Most schemas say something of what is there.
        body = format!(
            "{{\"definitions\": {{\"a\": {}}}, \"$defs\": {{\"a\": {}}}, \"properties\": {{\"a\": {}, \"b\": {}}}, \"x\": {}}}",
            schema(random, 1),
            schema(random, 1),
            schema(random, 2),
            schema(random, 2),
            schema(random, 1)
        );
    }
    let rest = body.strip_prefix('{').map(|rest| format!("{{{}{rest}", random.one(DRAFTS)));
    let mut body = rest.unwrap_or(body);
    if random.chance(2) {
        text::mutate(random, &mut body);
    }
    let file = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    let mut files = vec![
        file("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}".to_owned()),
        file("templates/NOTES.txt", "fine\n".to_owned()),
    ];
    let at = if random.chance(15) {
        files.push(file("charts/s/Chart.yaml", "{apiVersion: v2, name: s, version: 1.0.0}".to_owned()));
        files.push(file("charts/s/values.yaml", values.clone()));
        if random.chance(50) {
            files.push(file("values.schema.json", schema(random, 2)));
        }
        "charts/s/values.schema.json"
    } else {
        "values.schema.json"
    };
    files.push(file("values.yaml", values));
    files.push(file(at, body));
    Case { files, ..Case::default() }
}
