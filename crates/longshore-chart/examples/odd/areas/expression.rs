//! Expressions of templates: calls of Helm's functions with arguments of every kind.

use crate::random::Random;

/// Functions, each with a letter for every parameter: any, string, int, bool, map, list, float, json or YAML, version,
/// constraint, regular expression, path, url, Duration, time, date Layout, encoded text; `?` may be there, a capital of
/// `a i s l m f` comes any number of times.
#[rustfmt::skip] // else one a line
const SIGNATURES: &[&str] = &[
    "default aa", "empty a", "coalesce A", "all A", "any A", "ternary aab", "fail s", "required sa", "include sa",
    "tpl sa", "lookup ssss", "getHostByName s", "trim s", "trimall ss", "trimAll ss", "trimSuffix ss",
    "trimPrefix ss", "upper s", "lower s", "title s", "untitle s", "trunc is", "substr iis", "repeat is",
    "replace sss", "indent is", "nindent is", "plural ssi", "contains ss", "hasPrefix ss", "hasSuffix ss",
    "quote A", "squote A", "cat A", "toString a", "toStrings a", "join sa", "sortAlpha a", "splitList ss",
    "split ss", "splitn sis", "camelcase s", "snakecase s", "kebabcase s", "swapcase s", "initials s", "nospace s",
    "hello", "wrap is", "wrapWith iss", "abbrev is", "abbrevboth iis", "substr iis", "dict A", "dict sasa",
    "get ms", "set nsa", "unset ns", "hasKey ms", "pluck sM", "pick mS", "omit mS", "dig ssam", "dig sam",
    "deepCopy a", "mustDeepCopy a", "merge nM", "mustMerge nM", "mergeOverwrite nM", "mustMergeOverwrite nM",
    "keys M", "values m", "dig A", "list A", "tuple A", "append la", "push la", "prepend la", "first l", "last l",
    "rest l", "initial l", "reverse l", "compact l", "uniq l", "has al", "without lA", "slice lI", "concat L",
    "chunk il", "mustFirst a", "mustLast a", "mustRest a", "mustInitial a", "mustReverse a", "mustCompact a",
    "mustHas aa", "mustUniq a", "mustChunk ia", "mustAppend aa", "mustPush aa", "mustPrepend aa", "mustSlice aI",
    "mustWithout aA", "typeOf a", "typeIs sa", "typeIsLike sa", "kindOf a", "kindIs sa", "deepEqual aa", "int a",
    "int64 a", "float64 a", "atoi s", "toDecimal a", "add1 a", "add A", "sub aa", "mul aA", "div aa", "mod aa",
    "max aA", "min aA", "biggest aA", "until i", "untilStep iii", "seq I", "maxf aA", "minf aA", "floor a",
    "ceil a", "round ai", "round aif", "addf A", "add1f a", "subf aA", "mulf aA", "divf aA", "b64enc s", "b64dec e",
    "b32enc s", "b32dec e", "sha1sum s", "sha256sum s", "sha512sum s", "adler32sum s", "decryptAES se", "toJson a",
    "mustToJson a", "toRawJson a", "mustToRawJson a", "toPrettyJson a", "mustToPrettyJson a", "fromJson j",
    "fromJsonArray j", "mustFromJson j", "toYaml a", "mustToYaml a", "toYamlPretty a", "toToml a", "mustToToml a",
    "fromToml j", "fromYaml j", "fromYamlArray j", "toToml m", "toYaml m", "semver v", "semverCompare cv",
    "semverCompare cv", "base p", "dir p", "clean p", "ext p", "isAbs p", "osBase p", "osDir p", "osClean p",
    "osExt p", "osIsAbs p", "regexMatch rs", "mustRegexMatch rs", "regexFind rs", "mustRegexFind rs",
    "regexFindAll rsi", "mustRegexFindAll rsi", "regexReplaceAll rss", "mustRegexReplaceAll rss",
    "regexReplaceAllLiteral rss", "mustRegexReplaceAllLiteral rss", "regexSplit rsi", "mustRegexSplit rsi",
    "regexQuoteMeta s", "urlParse u", "urlJoin m", "duration a", "durationRound a", "duration d", "durationRound d",
    "toDate Ts", "mustToDate Ts", "date Tt", "htmlDate t", "dateInZone Ttz", "date_in_zone Ttz",
    "htmlDateInZone tz", "dateModify dt", "date_modify dt", "mustDateModify dt", "must_date_modify dt",
    "unixEpoch t", "date Ta", "htmlDate a", "mustToDuration d", "mustToDuration a", "durationSeconds D",
    "durationMilliseconds D", "durationMicroseconds D", "durationNanoseconds D", "durationMinutes D",
    "durationHours D", "durationDays D", "durationWeeks D", "durationRoundTo Dd", "durationTruncateTo Dd",
    "durationSeconds a", "durationRoundTo aa", "durationDays d", "and A", "or A", "not a", "eq aA", "ne aa",
    "lt aa", "le aa", "gt aa", "ge aa", "index aA", "index la", "index ma", "len a", "print A", "println A",
    "printf oA", "html A", "js A", "urlquery A", "call aA",
];

/// What draws something new each time: only what kind of thing it is can be compared.
#[rustfmt::skip] // else one a line
const DRAWS: &[&str] = &[
    "len (randAlpha 5)", "len (randAlphaNum 3)", "len (randNumeric 2)", "len (randAscii 0)", "len (randBytes 4)",
    "kindOf (randInt 0 3)", "randInt 3 3", "randInt 4 1", "randAlpha -1", "randAlpha \"x\"", "len uuidv4",
    "typeOf now", "kindOf (now)", "len (shuffle \"abc\")", "shuffle \"\"", "len (encryptAES \"k\" \"t\")",
    "genCA 1 1", "genCA \"x\"", "genSignedCert \"x\" nil nil 1 1",
    "genSelfSignedCert nil nil nil 1", "genPrivateKey \"x\"", "genPrivateKey 1", "buildCustomCert \"a\" \"b\"",
    "buildCustomCert \"YQ==\" \"YQ==\"", "derivePassword 1 \"x\" \"p\" \"u\" \"s\"", "htpasswd \"u:x\" \"p\"",
    "genCAWithKey \"x\" 1 \"k\"", "genSignedCertWithKey \"x\" nil nil 1 (dict) \"k\"",
    "genSelfSignedCertWithKey \"x\" nil nil 1 \"k\"", "genSignedCert \"x\" (list 1) nil 1 (dict)", "bcrypt 1",
    "randBytes -1", "typeOf (randBytes 1)", "typeOf (randInt 0 9)",
];

#[rustfmt::skip] // else one a line
const TEXTS: &[&str] = &[
    "", "a", "hello", "Hello World", "foo_bar-baz", "HTTPServer2xx", "  pad  ", "a,b,,c", "été Éa", "日本語",
    "x\\ny\\n", "\\t tab", "10", "-3", "08", "0x1f", "1.50", "3.0", "true", "aGk=", "NBUQ====", "a=b", "$1",
    "${1}x", "it's", "\\\"q\\\"", "\\xff\\xfe", "ǆx ß", "a.b.c", "<a>&", "_", "-", "null", "Bld4Floor3rd", "aaa",
    "The quick brown fox jumps", "averyverylongwordwithoutspaces x", "\\u00a0x\\u2003", "\\x00", "😀 é",
    "map[string]interface {}", "string", "int", "float64", "*semver.Version", "slice", "map", "{{ .Values.i }}",
    "{{ .x }}", "{{", "t1", "t2", "c.t", "1e3", "1_000", "0755", "+5", "9223372036854775808", " 7", "İ", "ﬁ", "é",
    "\\ufeff",
];

#[rustfmt::skip] // else one a line
const DOCUMENTS: &[&str] = &[
    "{\\\"a\\\":1,\\\"b\\\":[1,2.5,\\\"x\\\"],\\\"c\\\":null}", "[1,{\\\"a\\\":true},null]", "null", "\\\"x\\\"",
    "1e3", "{", "[1,]", "{\\\"a\\\":}", "{a:1}", "tru", "01", "1.", "-", "[1 2]", "{\\\"a\\\" 1}", "1e999", "", " ",
    "{\\\"a\\\":1,\\\"a\\\":2}", "\\\"\\x01\\\"", "{\\\"a\\\":1,}", "[", "12345678901234567890",
    "{\\\"x\\\":{\\\"y\\\":[{}]}}", "false", "'x'", "a: 1\\nb:\\n- x\\n", "- 1\\n- a", "a: b: c", "a: 1\\na: 2",
    "? a", "a = 1", "a = 1\\n[b]\\nc = 2.5", "[[a]]\\nx=1\\n[[a]]\\nx=2", "d = 1979-05-27T07:32:00Z",
    "d = 1979-05-27", "t = 07:32:00", "a = inf", "a = \\\"x", "a.b = 1\\na = 2", "a: &x 1\\nb: *x", "a: *x",
    "\\t- x", "a: !!binary aGk=", "1: x\\ntrue: y\\n", "<<: {a: 1}", "--- 1\\n--- 2\\n", "a: 1e400", "a: .nan",
    "{\\\"a\\\":1} x", "\\xff", "a = nan", "x = [1, \\\"a\\\"]", "a = 0x1F", "a: 0o7", "{\\\"\\\":1}", "~: 1",
    "[1]: 2",
];

#[rustfmt::skip] // else one a line
const VERSIONS: &[&str] = &[
    "1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3-alpha.beta+b.1", "v1.21.5-gke.100", "", "x", "1.2.3.4",
    "01.2.3", "1.2.3-01", "2.0.0", "0.1.0", "1.0.0-rc.1", "1.2.3+meta", " 1.2.3", "99999999999999999999.0.0",
    "1.2.x", "0.0.0",
];

#[rustfmt::skip] // else one a line
const CONSTRAINTS: &[&str] = &[
    "1.2.3", "=1.2.3", "!=1.2.3", ">1.2", ">=1.2.3", "<2", "<=1.2.x", "^1.2.3", "^0.2", "^0.0.3", "^0", "~1.2.3",
    "~1.2", "~1", "1.x", "*", "", ">=1.0, <2.0", ">=1.0 <2.0", "1.2 - 1.4.5", "^1.0 || ^2.0", ">=1.21-0", "~>1.2.0",
    "=>1.0", ">1.2.3-alpha", "garbage", "> 1", "1.2.3 || ", ">=1.x.x", "!=1.2.x", ">x", "<*", "^*", "1.2.3-01",
    "v1.2", "1 - 2", ">=0.0.0-0", "~0", "==1",
];

#[rustfmt::skip] // else one a line
const PATTERNS: &[&str] = &[
    "a+", "(a)(b)?", "^h", "[a-z]+", "\\\\d+", "\\\\w+", "(?i)HELLO", "a|b", "x*", "", "(", "[", "a**", "\\\\p{L}+",
    "[[:alpha:]]", "(?P<n>o)", ".", "\\\\s", "\\\\bfoo", "o$", "(?s).", "a{2,3}", "a{1001}", "\\\\x41", "[^a]",
    "(?m)^.", "\\\\C", "x{,5}", "é", "\\\\z", "(a*)*", "\\\\pN", "(l+)", ",", "\\\\Qa.b\\\\E", "\\xff", "(?<n>a)",
    "\\\\1", "a{2}{3}", "[b-a]", "(?z)", "[[:x:]]",
];

#[rustfmt::skip] // else one a line
const PATHS: &[&str] = &[
    "", "/", "a", "a/b", "/a/b/", "../a", "a//b/../c", ".", "a/b.txt", "a.tar.gz", "/..", "a/./b", ".hidden", "//x",
    "b.d/c", "a\\\\b",
];

#[rustfmt::skip] // else one a line
const URLS: &[&str] = &[
    "http://u:p@h.com:80/a/b?q=1#f", "https://h", "mailto:a@b", "/p?q", "//h/p", "", "http://[::1]:80/", "a b",
    "http://h/%41%zz", ":x", "http://h:x", "x:y:z", "http://h/a%2fb?x=%20#%41", "http://h/ü", "http://u@h", "?",
    "#", "http://[fe80::1%25en0]/",
];

#[rustfmt::skip] // else one a line
const DURATIONS: &[&str] = &[
    "1h", "90s", "2h10m5s", "1.5h", "-3m", "x", "", "1d", "95", "800h", "9000h", "60s", "100ms", "1ns",
    "2562047h47m16.854775807s", "1µs", "-1ns", "0", ".5s", "1h1", "+2m", "3000000h",
];

#[rustfmt::skip] // else one a line
const LAYOUTS: &[&str] = &[
    "2006-01-02", "2006-01-02T15:04:05Z07:00", "Jan 2, 2006", "15:04", "", "x", "Monday 02-Jan-06 15:04:05 MST",
    "2006-01-02 15:04:05.000", "_2 002", "06/1/2 3PM -0700",
];

#[rustfmt::skip] // else one a line
const TIMES: &[&str] = &[
    "(toDate \"2006-01-02\" \"2020-02-29\")",
    "(toDate \"2006-01-02T15:04:05Z07:00\" \"2021-07-04T12:13:14+02:00\")", "(toDate \"2006\" \"x\")",
    "(mustToDate \"2006-01-02\" \"1969-12-31\")", "(mustToDate \"15:04\" \"23:59\")",
];

#[rustfmt::skip] // else one a line
const ANYTHING: &[&str] = &[
    "nil", "true", "false", "0", "1", "-1", "7", "1.5", "-2.5", "1e6", "1e21", "1e-7", "0.1", "9223372036854775807",
    "-9223372036854775808", "'a'", "0x10", "1_000", "0b11", "0o17", "1i", ".Values", ".Values.i", ".Values.f",
    ".Values.big", ".Values.n64", ".Values.s", ".Values.e", ".Values.t", ".Values.l", ".Values.m", ".Values.none",
    ".Values.absent", ".Values.el", ".Values.em", ".Values.deep", ".Values.absent.x", ".Values.neg", ".Values.huge",
    ".Values.tiny", ".Chart", ".Chart.Name", ".Chart.Maintainers", ".Release", ".Release.Revision",
    ".Release.IsInstall", ".Capabilities", ".Capabilities.KubeVersion", ".Capabilities.HelmVersion",
    ".Capabilities.KubeVersion.Minor", ".Files", ".Template", ".Template.Name", ".Subcharts",
    "(.Files.Get \"f.txt\")", "(.Files.GetBytes \"f.txt\")", "(.Files.Lines \"f.txt\")", "(.Files.Glob \"*\")", ".",
    "$", "(list)", "(dict)", "(list 1 nil \"a\")", "(list (list 1) (list))", "(dict \"a\" 1)",
    "(dict \"a\" (dict \"b\" nil))", "(list 3 1 2)", "(list \"b\" \"a\")", "(list 1 2.5 \"x\" true nil)",
    "(tuple 1)", "(until 3)", "(splitList \",\" \"a,b\")", "(split \".\" \"a.b\")", "(keys .Values.m)",
    "(semver \"1.2.3-a+b\")", "(b64dec \"/w==\")", "(int 3)", "(int64 4)", "(float64 2)", "(toDecimal \"17\")",
    "(chunk 2 (list 1 2 3))", "(regexFindAll \"a\" \"aa\" -1)", "(toDate \"2006-01-02\" \"2020-02-29\")",
    "(fromJson \"{\\\"a\\\":[1,null]}\")", "(fromYaml \"a: 1e6\")", "(seq 3)", "(printf \"%d\" 3)",
    "(mustToDuration \"1h\")", "(mustToDuration 90)", "(urlParse \"http://h/p\")", "(index .Values.l 0)",
    "(toStrings (list 1 nil))", "(mulf 1 2)", "(len \"x\")", "(eq 1 1)", "(.Files.AsConfig)",
    "(fromYamlArray \"[1, a]\")", "(fromToml \"a = 1\\nd = 1979-05-27T07:32:00Z\")", "(dict \"a\" nil)",
];

#[rustfmt::skip] // else one a line
const FORMATS: &[&str] = &[
    "%d", "%s", "%v", "%+v", "%#v", "%q", "%x", "%5.2f", "%t", "%T", "%%", "%", "%z", "%d %d", "%[2]d", "%*d",
    "%-5s|", "%05d", "%e", "%g", "%c", "%U", "%b", "%o", "%X", "% x", "%#q", "%p", "%s %s", "", "%!", "%6.3v",
    "%+d", "%08.3f", "%w", "%O", "%#x", "%[1]s %[1]v",
];

#[rustfmt::skip] // else one a line
const ENCODED: &[&str] = &[
    "aGk=", "aGk", "!!!", "", "NBUQ====", "aGk=\\n", "/w==", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=", "YQ==",
    "a GVsbG8=",
];

fn quoted(random: &mut Random, from: &[&'static str]) -> String {
    format!("\"{}\"", random.one(from))
}

/// A call of some function.
pub(super) fn call(random: &mut Random, depth: usize) -> String {
    let signature = random.one(SIGNATURES);
    if random.chance(2) {
        return random.one(DRAWS).to_owned();
    }
    let (name, parameters) = signature.split_once(' ').unwrap_or((signature, ""));
    let mut words = Vec::new();
    for kind in parameters.chars() {
        if "AISLMF".contains(kind) {
            for _ in 0..random.below(4) {
                words.push(argument(random, kind.to_ascii_lowercase(), depth));
            }
        } else {
            words.push(argument(random, kind, depth));
        }
    }
    // Too many, too few, or what is not meant.
    match random.below(60) {
        0 => words.push(argument(random, 'a', depth)),
        1 => drop(words.pop()),
        2 if !parameters.starts_with('n') => words.reverse(),
        _ => {}
    }
    if words.len() > 1 && random.chance(15) {
        let last = words.pop().expect("there are two");
        return format!("{last} | {name} {}", words.join(" "));
    }
    if words.is_empty() { name.to_owned() } else { format!("{name} {}", words.join(" ")) }
}

/// Functions that take a count: a large one would take long, on both sides.
fn small(random: &mut Random) -> String {
    random
        .one(&[
            "0",
            "1",
            "2",
            "3",
            "5",
            "10",
            "-1",
            "-3",
            "7",
            "4",
            "80",
            "(int 2)",
            "(int64 2)",
            "2.0",
            "1.5",
            "nil",
            "\"3\"",
            "'a'",
            "true",
            "(len .Values.s)",
            "(toDecimal \"17\")",
        ])
        .to_string()
}

fn argument(random: &mut Random, kind: char, depth: usize) -> String {
    if kind == 'i' {
        return small(random);
    }
    if kind == 'n' {
        // What changes its argument gets one that is in nothing else: a value in itself ends real Helm.
        return random
            .one(&[
                "(dict)",
                "(dict \"a\" 1)",
                "(dict \"a\" (dict \"b\" 1 \"c\" nil))",
                "(deepCopy .Values.m)",
                "(deepCopy .Values.deep)",
                "(dict \"hello\" (list 1) \"k\" nil \"a\" \"\")",
            ])
            .to_owned();
    }
    if depth > 0 && random.chance(22) {
        return format!("({})", call(random, depth - 1));
    }
    // Now and then something of the wrong type.
    let kind = if random.chance(7) { 'a' } else { kind };
    match kind {
        's' => quoted(random, TEXTS),
        'b' => random.word("true false .Values.t .Values.absent 1 nil"),
        'm' => random.one(&["(dict)", ".Values.m", ".Values.deep", "(dict \"a\" 1 \"b\" (list 1))", "(dict \"a\" (dict \"b\" 1 \"c\" nil))", ".Values.em", "(dict \"hello\" \"\" \"a\" 0)", ".Chart", "(dict \"host\" \"h\" \"scheme\" \"http\" \"path\" \"/p\" \"query\" \"q\" \"userinfo\" \"u:p\")", "(dict 1 2 nil 3)", "(fromJson \"{\\\"a\\\":{\\\"x\\\":1}}\")"]).to_string(),
        'l' => random.one(&["(list)", ".Values.l", "(list 1 2 3)", "(list \"a\" \"\" nil 0 false)", "(list (dict \"a\" 1) 2)", ".Values.el", "(list 1 1 \"a\" \"a\" 1.0)", "(until 4)", "(splitList \",\" \"a,,b\")", "\"abc\"", "(list nil)", "(b64dec \"YWI=\")", "(.Files.GetBytes \"f.txt\")"]).to_string(),
        'f' => random.word("0.5 0.1 0.9 0 1"),
        'j' => quoted(random, DOCUMENTS),
        'v' => quoted(random, VERSIONS),
        'c' => quoted(random, CONSTRAINTS),
        'r' => quoted(random, PATTERNS),
        'p' => quoted(random, PATHS),
        'u' => quoted(random, URLS),
        'd' => quoted(random, DURATIONS),
        'D' => if random.chance(60) { format!("(mustToDuration {})", quoted(random, DURATIONS)) } else { quoted(random, DURATIONS) },
        'T' => quoted(random, LAYOUTS),
        't' => if random.chance(80) { (random.one(TIMES)).to_owned() } else { random.word("0 1 -1 1.5 \"x\" 1700000000 nil (int64\u{a0}5)").replace('\u{a0}', " ") },
        'z' => quoted(random, &["UTC", "", "Nowhere/X", "utc x", "../x"]),
        'e' => quoted(random, ENCODED),
        'o' => quoted(random, FORMATS),
        _ => match random.below(5) {
            0 => quoted(random, TEXTS),
            _ => (random.one(ANYTHING)).to_owned(),
        },
    }
}
