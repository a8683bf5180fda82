//! From pieces to instructions.

use std::sync::Arc;

use super::first::First;
use super::{Instruction, Program};
use crate::regexp::class::{Range, folded};
use crate::regexp::node::{Kind, Node, Repeat};

struct Compiler {
    program: Program,
    limit: usize,
    /// The last set, and its index: repetitions name the same again and again.
    last: Option<(Arc<[Range]>, u32)>,
}

/// Too many instructions.
struct TooLarge;

type Step = Result<(), TooLarge>;

pub(super) fn compile(node: &Node, limit: usize) -> Option<Program> {
    let program = Program { steps: Vec::new(), sets: Vec::new(), first: None };
    let mut compiler = Compiler { program, limit, last: None };
    let done = compiler
        .add(Instruction::Save(0))
        .and_then(|()| compiler.node(node))
        .and_then(|()| compiler.add(Instruction::Save(1)))
        .and_then(|()| compiler.add(Instruction::Match));
    done.ok()?;
    let mut program = compiler.program;
    program.first = First::of(&program);
    Some(program)
}

impl Compiler {
    fn add(&mut self, instruction: Instruction) -> Step {
        if self.program.steps.len() >= self.limit {
            return Err(TooLarge);
        }
        self.program.steps.push(instruction);
        Ok(())
    }

    fn next(&self) -> u32 {
        u32::try_from(self.program.steps.len()).expect("the limit is far below")
    }

    fn node(&mut self, node: &Node) -> Step {
        match &node.kind {
            Kind::Empty => Ok(()),
            Kind::Literal { text, fold } => text.iter().try_for_each(|&code| self.character(code, *fold)),
            Kind::Class(set) => self.set(set),
            Kind::Draft(_) => unreachable!("drafts are settled when their group ends"),
            Kind::AnyChar => self.add(Instruction::Any),
            Kind::AnyCharNotNewline => self.add(Instruction::NotNewline),
            Kind::Look(look) => self.add(Instruction::Look(*look)),
            Kind::Capture(index, node) => {
                self.add(Instruction::Save(2 * index))?;
                self.node(node)?;
                self.add(Instruction::Save(2 * index + 1))
            }
            Kind::Repeat(repeat) => self.repeat(repeat),
            Kind::Concat(nodes) => nodes.iter().try_for_each(|node| self.node(node)),
            Kind::Alternate(nodes) => self.alternate(nodes),
        }
    }

    fn character(&mut self, code: u32, fold: bool) -> Step {
        if fold {
            let set = folded(code);
            if set.len() > 1 || set[0].0 != set[0].1 {
                return self.set(&set.into());
            }
        }
        self.add(if char::from_u32(code).is_some() { Instruction::Char(code) } else { Instruction::Fail })
    }

    fn set(&mut self, set: &Arc<[Range]>) -> Step {
        let index = match &self.last {
            Some((last, index)) if Arc::ptr_eq(last, set) => *index,
            _ => {
                let index = u32::try_from(self.program.sets.len()).expect("no more sets than instructions");
                self.program.sets.push(Arc::clone(set));
                index
            }
        };
        self.last = Some((Arc::clone(set), index));
        self.add(Instruction::Set(index))
    }

    fn alternate(&mut self, nodes: &[Node]) -> Step {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node)?;
                break;
            }
            let split = self.begin_split()?;
            self.node(node)?;
            ends.push(self.next());
            self.add(Instruction::Jump(0))?;
            self.end_split(split, true);
        }
        let end = self.next();
        for at in ends {
            self.program.steps[at as usize] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn repeat(&mut self, repeat: &Repeat) -> Step {
        let Repeat { node, min, max, greedy, .. } = repeat;
        match *max {
            None if *min == 0 => self.star(node, *greedy),
            None => {
                for _ in 1..*min {
                    self.node(node)?;
                }
                self.plus(node, *greedy)
            }
            Some(max) => {
                for _ in 0..*min {
                    self.node(node)?;
                }
                // x{2,4} is xx(x(x)?)?: giving up once is giving up the rest.
                let mut splits = Vec::new();
                for _ in *min..max {
                    splits.push(self.begin_split()?);
                    self.node(node)?;
                }
                for split in splits {
                    self.end_split(split, *greedy);
                }
                Ok(())
            }
        }
    }

    fn plus(&mut self, node: &Node, greedy: bool) -> Step {
        let start = self.next();
        self.node(node)?;
        let after = self.next() + 1;
        self.add(if greedy { Instruction::Split(start, after) } else { Instruction::Split(after, start) })
    }

    fn star(&mut self, node: &Node, greedy: bool) -> Step {
        let split = self.begin_split()?;
        if node.is_nullable() {
            // As (x+)?, so that an empty round has its place among the alternatives.
            self.plus(node, greedy)?;
        } else {
            self.node(node)?;
            self.add(Instruction::Jump(split))?;
        }
        self.end_split(split, greedy);
        Ok(())
    }

    /// A choice between what follows and what [`Compiler::end_split`] names.
    fn begin_split(&mut self) -> Result<u32, TooLarge> {
        let at = self.next();
        self.add(Instruction::Split(at + 1, 0))?;
        Ok(at)
    }

    fn end_split(&mut self, at: u32, first: bool) {
        let (inner, after) = (at + 1, self.next());
        self.program.steps[at as usize] =
            if first { Instruction::Split(inner, after) } else { Instruction::Split(after, inner) };
    }
}
