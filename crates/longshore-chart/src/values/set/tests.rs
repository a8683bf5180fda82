//! Rows of flag texts and what they give; each was tried on Helm 4.3.1 (`helm template --set …` of a
//! chart that prints `toJson .Values`).

use longshore_go::{Map, Value};

use super::{Form, set};
use crate::compat::Level;
use crate::values::to_json;

fn check(form: Form<'_>, text: &str, expected: &str) {
    let values = Map::new();
    let got = match set(text, form, &values, Level::V4_3) {
        Ok(()) => to_json(&Value::Map(values)).to_string(),
        Err(error) => error,
    };
    assert_eq!(got, expected, "{text}");
}

#[test]
fn names_lists_and_types() {
    for (text, expected) in [
        ("", "{}"),
        (
            "a=1,b={x,y},c[1]=z,d\\.e=f,g=null,h=TRUE,i=0755,j=1e6,k=1.5,l=",
            r#"{"a":1,"b":["x","y"],"c":[null,"z"],"d.e":"f","g":null,"h":true,"i":"0755","j":"1e6","k":"1.5","l":""}"#,
        ),
        ("a={}", r#"{"a":[""]}"#),
        ("a={1,true,x y}", r#"{"a":[1,true,"x y"]}"#),
        ("a = b ", r#"{"a ":" b "}"#),
        ("a.b.c=1,a.b.d=2", r#"{"a":{"b":{"c":1,"d":2}}}"#),
        ("a[0].b=1,a[0].c=2,a[2].b=3", r#"{"a":[{"b":1,"c":2},null,{"b":3}]}"#),
        ("a[0][1]=x,a[0][0]=y", r#"{"a":[["y","x"]]}"#),
        ("a=\\{x\\},b=1\\,2", r#"{"a":"{x}","b":"1,2"}"#),
        ("a=1,", r#"{"a":1}"#),
        ("a=-5,b=+5,c=9223372036854775808", r#"{"a":-5,"b":5,"c":"9223372036854775808"}"#),
        ("=x,a=1", r#"{"a":1}"#),
        ("a=[0]", r#"{"a":"[0]"}"#),
        ("a=b=c", r#"{"a":"b=c"}"#),
        ("a[0]", r#"{"a":[]}"#),
        ("a[0", "{}"),
        ("a.=", "{}"),
        ("a={x}y=1", r#"{"a":["x"],"y":1}"#),
    ] {
        check(Form::Typed, text, expected);
    }
}

#[test]
fn mistakes_in_helms_words() {
    const NOT: &str = "unable to parse key: interface conversion: interface {} is";
    for (text, expected) in [
        ("a", "key \"a\" has no value"),
        ("a,b=1", "key \"a\" has no value (cannot end with ,)"),
        ("a=1,,b=2", "key \"\" has no value (cannot end with ,)"),
        ("a.=x", "key map \"a\" has no value"),
        ("a=x,a.b=1", &format!("{NOT} string, not map[string]interface {{}}")),
        ("a=null,a.b=1", &format!("{NOT} nil, not map[string]interface {{}}")),
        ("a=x,a[0]=1", &format!("{NOT} string, not []interface {{}}")),
        ("a[x]=1", "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"),
        ("a[-1]=1", "negative -1 index not allowed"),
        ("a[65537]=1", "index of 65537 is greater than maximum supported index of 65536"),
        ("a[0]xy=1", "unexpected data at end of array index: ['x' 'y']"),
        ("a={x", "list must terminate with '}'"),
    ] {
        check(Form::Typed, text, expected);
    }
    let deep = format!("{}=1", vec!["a"; 32].join("."));
    check(Form::Typed, &deep, "value name nested level is greater than maximum supported nested level of 30");
}

#[test]
fn the_other_flags() {
    check(Form::Strings, "a=1,b=true,c={1,2},d=null", r#"{"a":"1","b":"true","c":["1","2"],"d":"null"}"#);
    check(
        Form::Json,
        r#"a={"x":[1,2]},b="y",c=,d= 1.5 ,e[1]=true"#,
        r#"{"a":{"x":[1,2]},"b":"y","c":null,"d":1.5,"e":[null,true]}"#,
    );
    check(Form::Literal, r"a.b=1,2\,{x}=", r#"{"a":{"b":"1,2\\,{x}="}}"#);
    check(Form::Literal, "a[1]=x y", r#"{"a":[null,"x y"]}"#);
    let mut read = |name: &str| match name {
        "no" => Err("open no: no such file or directory".to_owned()),
        name => Ok(Value::from(format!("<{name}>"))),
    };
    check(Form::Files(&mut read), "a=f.txt,b={x,y}", r#"{"a":"<f.txt>","b":["<x>","<y>"]}"#);
    check(Form::Files(&mut read), "a=no", "open no: no such file or directory");
}

#[test]
fn hostile_text_is_refused_quickly() {
    let brackets = format!("a{}=1", "[0]".repeat(50_000));
    assert!(set(&brackets, Form::Typed, &Map::new(), Level::V4_3).is_err());
    let wide = format!("a{}=1", "[65536]".repeat(150));
    assert!(set(&wide, Form::Typed, &Map::new(), Level::V4_3).is_err());
}
