//! Which bytes a match may begin with, so that the text before one need not be walked through.

use super::{Instruction, Program};

/// The characters that a match may begin with.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// A bit for each that is ASCII.
    ascii: u128,
    /// Whether others may, too.
    wide: bool,
}

impl First {
    /// Nothing, if the program matches without taking a character.
    pub(super) fn of(program: &Program) -> Option<Self> {
        let mut first = Self { ascii: 0, wide: false };
        let mut reached = vec![false; program.steps.len()];
        let mut todo = vec![0];
        while let Some(step) = todo.pop() {
            if std::mem::replace(&mut reached[step as usize], true) {
                continue;
            }
            match program.steps[step as usize] {
                Instruction::Char(code) => first.add(code, code),
                Instruction::Set(index) => {
                    for range in program.sets[index as usize].iter() {
                        first.add(range.0, range.1);
                    }
                }
                Instruction::Any | Instruction::NotNewline => first.add(0, u32::MAX),
                Instruction::Fail => {}
                // The conditions are looked at when it runs.
                Instruction::Look(_) | Instruction::Save(_) => todo.push(step + 1),
                Instruction::Split(one, other) => todo.extend([one, other]),
                Instruction::Jump(to) => todo.push(to),
                Instruction::Match => return None,
            }
        }
        Some(first)
    }

    fn add(&mut self, from: u32, to: u32) {
        self.wide |= to >= 0x80;
        for code in from..=to.min(0x7F) {
            self.ascii |= 1 << code;
        }
    }

    /// The first place from `at` on where a match may begin.
    pub(super) fn next(self, text: &[u8], at: usize) -> Option<usize> {
        let may =
            |byte: &u8| if *byte < 0x80 { self.ascii >> byte & 1 == 1 } else { self.wide && *byte >= 0xC0 };
        text[at..].iter().position(may).map(|n| at + n)
    }
}
