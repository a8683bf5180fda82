//! The cases of `strconv`, as in `tools/oracle-go/internal/strconv/bench.go`.

use std::hint::black_box;

use longshore_go::strconv;

use super::Case;

pub(crate) const CASES: &[Case] = &[
    ("strconv-shortest", || floats(b'g', None, [0.1, 1234.5678, 6.022_140_76e23, 4.35, f64::MAX, 5e-324])),
    ("strconv-fixed", || floats(b'f', Some(2), [0.1, 1234.5678, 99_999.995, 4.35, 12.0, 0.005])),
    ("strconv-parsefloat", || {
        Box::new(|| {
            for text in ["0.1", "1234.5678", "6.02214076e23", "-4.35", "1.7976931348623157e308", "12"] {
                black_box(strconv::parse_float(black_box(text).as_bytes())).ok();
            }
        })
    }),
    ("strconv-parseint", || {
        Box::new(|| {
            for text in ["0", "-42", "1234567890", "9223372036854775807"] {
                black_box(strconv::parse_int(black_box(text).as_bytes(), 10, 64).ok());
            }
        })
    }),
    ("strconv-quote", || {
        let text = "a \"quoted\" value, with é and \n";
        Box::new(move || drop(black_box(strconv::quote(black_box(text).as_bytes()))))
    }),
];

fn floats(form: u8, precision: Option<usize>, list: [f64; 6]) -> Box<dyn FnMut()> {
    let mut room = Vec::with_capacity(64);
    Box::new(move || {
        for float in list {
            room.clear();
            strconv::append_float(&mut room, black_box(float), form, precision);
        }
    })
}
