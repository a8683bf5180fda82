//! Running a program over a text.

use super::{Instruction, Program};
use crate::regexp::node::Look;

/// No place.
const NONE: u32 = u32::MAX;

/// The threads of one place of the text, the preferred ones first.
struct Threads {
    /// The round in which an instruction was last reached: once in a round is enough.
    reached: Vec<u32>,
    round: u32,
    /// Instruction and number of its places.
    list: Vec<(u32, u32)>,
}

impl Threads {
    fn new(size: usize) -> Self {
        Self { reached: vec![0; size], round: 1, list: Vec::new() }
    }

    /// Whether the instruction is reached for the first time.
    fn reach(&mut self, step: u32) -> bool {
        std::mem::replace(&mut self.reached[step as usize], self.round) != self.round
    }

    fn clear(&mut self) {
        self.list.clear();
        self.round += 1;
    }
}

/// What threads have remembered, and room that is free again.
struct Places {
    each: usize,
    all: Vec<u32>,
    free: Vec<u32>,
}

impl Places {
    fn get(&self, number: u32) -> &[u32] {
        &self.all[number as usize * self.each..][..self.each]
    }

    fn keep(&mut self, places: &[u32]) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            let number = self.all.len() / self.each;
            self.all.resize(self.all.len() + self.each, NONE);
            u32::try_from(number).expect("no more than threads")
        });
        self.all[number as usize * self.each..][..self.each].copy_from_slice(places);
        number
    }
}

/// What is still to be followed from a place of the text.
enum Todo {
    Go(u32),
    Restore(u32, u32),
}

struct Run<'r> {
    program: &'r Program,
    text: &'r str,
    places: Places,
    /// What the thread that is being followed has remembered.
    current: Vec<u32>,
    todo: Vec<Todo>,
}

impl Program {
    /// The leftmost match from `start` on, in the first `found.len() / 2` groups; false if there is none.
    /// Texts of more than 4 GiB have none.
    pub(in crate::regexp) fn search(&self, text: &str, start: usize, found: &mut [Option<usize>]) -> bool {
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        let Some(start) = self.next_start(text, start) else {
            return false;
        };
        let each = found.len().max(1);
        let mut run = Run {
            program: self,
            text,
            places: Places { each, all: Vec::new(), free: Vec::new() },
            current: vec![NONE; each],
            todo: Vec::new(),
        };
        let Some(places) = run.search(start) else {
            return false;
        };
        for (slot, place) in found.iter_mut().zip(places) {
            *slot = (place != NONE).then_some(place as usize);
        }
        true
    }
}

impl Program {
    /// The first place from `at` on where a match may begin.
    fn next_start(&self, text: &str, at: usize) -> Option<usize> {
        self.first.map_or(Some(at), |first| first.next(text.as_bytes(), at))
    }
}

impl Run<'_> {
    fn search(&mut self, start: usize) -> Option<Vec<u32>> {
        let size = self.program.steps.len();
        let (mut now, mut next) = (Threads::new(size), Threads::new(size));
        let mut matched = None;
        let mut at = start;
        loop {
            if matched.is_none() {
                if now.list.is_empty() {
                    let next = self.program.next_start(self.text, at)?;
                    if next > at {
                        // What a condition kept from being a thread here may be one there.
                        now.clear();
                        at = next;
                    }
                }
                self.current.fill(NONE);
                self.follow(&mut now, 0, at);
            } else if now.list.is_empty() {
                break;
            }
            let c = self.text[at..].chars().next();
            let after = at + c.map_or(0, char::len_utf8);
            for index in 0..now.list.len() {
                let (step, places) = now.list[index];
                if matches!(self.program.steps[step as usize], Instruction::Match) {
                    matched = Some(self.places.get(places).to_vec());
                    // Those behind are less preferred.
                    self.places.free.extend(now.list[index..].iter().map(|thread| thread.1));
                    break;
                }
                if c.is_some_and(|c| self.takes(step, c)) {
                    let kept = self.places.get(places);
                    self.current.copy_from_slice(kept);
                    self.follow(&mut next, step + 1, after);
                }
                self.places.free.push(places);
            }
            now.clear();
            std::mem::swap(&mut now, &mut next);
            if c.is_none() {
                break;
            }
            at = after;
        }
        matched
    }

    fn takes(&self, step: u32, c: char) -> bool {
        match self.program.steps[step as usize] {
            Instruction::Char(code) => code == c as u32,
            Instruction::Set(index) => {
                let set = &self.program.sets[index as usize];
                let at = set.partition_point(|range| range.1 < c as u32);
                set.get(at).is_some_and(|range| range.0 <= c as u32)
            }
            Instruction::Any => true,
            Instruction::NotNewline => c != '\n',
            _ => false,
        }
    }

    /// Adds the threads that go on from an instruction without taking a character.
    fn follow(&mut self, threads: &mut Threads, step: u32, at: usize) {
        self.todo.push(Todo::Go(step));
        while let Some(todo) = self.todo.pop() {
            let step = match todo {
                Todo::Go(step) if threads.reach(step) => step,
                Todo::Go(_) => continue,
                Todo::Restore(slot, place) => {
                    self.current[slot as usize] = place;
                    continue;
                }
            };
            match self.program.steps[step as usize] {
                Instruction::Split(first, second) => {
                    self.todo.push(Todo::Go(second));
                    self.todo.push(Todo::Go(first));
                }
                Instruction::Jump(to) => self.todo.push(Todo::Go(to)),
                Instruction::Look(look) => {
                    if self.holds(look, at) {
                        self.todo.push(Todo::Go(step + 1));
                    }
                }
                Instruction::Save(slot) => {
                    if let Some(place) = self.current.get_mut(slot as usize) {
                        self.todo.push(Todo::Restore(slot, *place));
                        *place = u32::try_from(at).expect("the text is not that long");
                    }
                    self.todo.push(Todo::Go(step + 1));
                }
                _ => {
                    let places = self.places.keep(&self.current);
                    threads.list.push((step, places));
                }
            }
        }
    }

    fn holds(&self, look: Look, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let before = at.checked_sub(1).map(|at| &bytes[at]);
        let boundary = is_word(before) != is_word(bytes.get(at));
        match look {
            Look::BeginLine => before.is_none_or(|byte| *byte == b'\n'),
            Look::EndLine => bytes.get(at).is_none_or(|byte| *byte == b'\n'),
            Look::BeginText => at == 0,
            Look::EndText => at == bytes.len(),
            Look::WordBoundary => boundary,
            Look::NoWordBoundary => !boundary,
        }
    }
}
