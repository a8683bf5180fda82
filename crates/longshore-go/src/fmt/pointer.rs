//! Addresses: of functions, pointers, slices and maps.

use super::printer::Printer;
use crate::{Kind, Value};

/// Every address of data that is printed, but for nil: Go's differ from run to run, but are as long.
const ADDRESS: u64 = 0xc0_0001_0000;

/// Every address of a function.
const CODE: u64 = 0x4a_0000;

impl Printer<'_> {
    /// What is printed as its address: a function, a pointer within another value, a nil pointer; with `%p`
    /// slices and maps too.
    pub(super) fn pointer(&mut self, value: &Value, verb: char) {
        let Some(address) = address(value) else {
            self.bad_verb(Some(value), verb);
            return;
        };
        match verb {
            'v' if self.flags.sharp_v => {
                self.write("(");
                self.write(value.type_info().name);
                self.write(")(");
                if address == 0 {
                    self.write("nil");
                } else {
                    self.hex_with(address, true);
                }
                self.write(")");
            }
            'v' if address == 0 => self.pad(b"<nil>"),
            'v' | 'p' => self.hex_with(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(value, address, false, verb),
            _ => self.bad_verb(Some(value), verb),
        }
    }
}

/// Where the value lies in memory, if it is of a kind that knows: 0 for nil.
fn address(value: &Value) -> Option<u64> {
    let nil = match value {
        Value::Func(func) => func.is_nil(),
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        Value::Object(object) if object.type_info().kind == Kind::Ptr => object.is_nil(),
        Value::Bytes(_) => false,
        _ => return None,
    };
    Some(match value {
        _ if nil => 0,
        Value::Func(_) => CODE,
        _ => ADDRESS,
    })
}
