//! Putting the pieces together, in the order and with the limits of Go's parser.

use super::factor::{factor, merge, settled};
use super::{Flags, RegexpFault};
use crate::regexp::class::Range;
use crate::regexp::node::{Kind, MAX_HEIGHT, Node};
use crate::unicode::simple_fold;

/// The most instructions, as Go counts them.
const MAX_SIZE: u64 = (128 << 20) / 40;

/// The most characters and bounds of ranges.
const MAX_RUNES: u64 = (128 << 20) / 4;

/// The most pieces. Go has no such limit, but needs over 100 MiB for more.
const MAX_PIECES: u64 = 400_000;

/// What has been read so far: the pieces, and the groups that are open among them.
#[derive(Default)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    groups: Vec<Open>,
    /// The whole pattern, seen as a group.
    outer: Extent,
    /// Pieces made so far, and how many of them were given up again.
    made: u64,
    spare: u64,
    runes: u64,
    /// The product of all repetitions, until sizes are looked at.
    repeats: u64,
    sizes_count: bool,
}

/// Where a group's pieces lie: first its complete alternatives, then the pieces of the present one.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    start: u32,
    alternatives: u32,
}

struct Open {
    extent: Extent,
    /// The flags to return to.
    flags: Flags,
    capture: Option<u32>,
}

type Limited<T> = Result<T, RegexpFault>;

impl Builder {
    fn extent(&mut self) -> &mut Extent {
        self.groups.last_mut().map_or(&mut self.outer, |open| &mut open.extent)
    }

    /// Where the pieces of the present alternative begin.
    fn pieces(&mut self) -> usize {
        let extent = self.extent();
        (extent.start + extent.alternatives) as usize
    }

    fn make(&mut self) {
        match self.spare.checked_sub(1) {
            Some(spare) => self.spare = spare,
            None => self.made += 1,
        }
    }

    /// Begins a group.
    pub(super) fn open(&mut self, flags: Flags, capture: Option<u32>) {
        self.make();
        self.join_literals();
        let start = u32::try_from(self.nodes.len()).expect("the pieces are counted");
        self.groups.push(Open { extent: Extent { start, alternatives: 0 }, flags, capture });
    }

    /// Adds a piece just read.
    pub(super) fn push(&mut self, node: Node) -> Limited<()> {
        self.make();
        self.add(node)
    }

    fn add(&mut self, mut node: Node) -> Limited<()> {
        self.join_literals();
        match &node.kind {
            Kind::Literal { text, .. } => self.runes += text.len() as u64,
            Kind::Class(set) => {
                self.runes += 2 * set.len() as u64;
                if let Some((code, fold)) = single(set) {
                    node = Kind::Literal { text: vec![code], fold }.into();
                }
            }
            _ => {}
        }
        self.put_back(node).map(|_| ())
    }

    /// Takes the piece that a repetition refers to; `None` if there is none.
    pub(super) fn take_last(&mut self) -> Option<Node> {
        if self.nodes.len() == self.pieces() {
            return None;
        }
        self.make();
        self.nodes.pop()
    }

    /// Adds a piece as it is.
    pub(super) fn put_back(&mut self, node: Node) -> Limited<&Node> {
        self.check(&node)?;
        self.nodes.push(node);
        Ok(self.nodes.last().expect("one was added"))
    }

    /// Go's `checkLimits`: sizes are not looked at before they could be too large.
    fn check(&mut self, node: &Node) -> Limited<()> {
        if self.runes > MAX_RUNES || self.made > MAX_PIECES {
            return Err(RegexpFault::Large);
        }
        if !self.sizes_count {
            let repeats = self.repeats.max(1);
            self.repeats = repeats;
            if let Kind::Repeat(repeat) = &node.kind
                && repeat.counted
            {
                let times = u64::from(repeat.max.unwrap_or(repeat.min).max(1));
                self.repeats = if times > MAX_SIZE / repeats { MAX_SIZE } else { repeats * times };
            }
            self.sizes_count = self.made >= MAX_SIZE / self.repeats;
            if self.sizes_count && self.nodes.iter().any(|node| node.size > MAX_SIZE) {
                return Err(RegexpFault::Large);
            }
        }
        if self.sizes_count && node.size > MAX_SIZE {
            return Err(RegexpFault::Large);
        }
        if node.height > MAX_HEIGHT {
            return Err(RegexpFault::Depth);
        }
        Ok(())
    }

    /// Makes one literal of the last two. The last was on its own as long as it could be repeated.
    fn join_literals(&mut self) {
        let start = self.pieces();
        let [.., before, last] = &mut self.nodes[start..] else {
            return;
        };
        if let Kind::Literal { text, fold } = &mut before.kind
            && let Kind::Literal { text: more, fold: same } = &last.kind
            && fold == same
        {
            text.extend_from_slice(more);
            before.size = text.len() as u64;
            self.nodes.pop();
            self.spare += 1;
        }
    }

    /// Makes one piece of those of the present alternative.
    fn concat(&mut self) -> Limited<()> {
        self.join_literals();
        let start = self.pieces();
        let pieces = self.nodes.len() - start;
        if pieces == 0 {
            self.make();
            return self.add(Kind::Empty.into());
        }
        if pieces == 1 {
            let node = self.nodes.pop().expect("there is one");
            return self.add(node);
        }
        self.make();
        let mut parts = Vec::with_capacity(pieces);
        for node in self.nodes.drain(start..) {
            match node.kind {
                Kind::Concat(inner) => {
                    self.spare += 1;
                    parts.extend(inner);
                }
                _ => parts.push(node),
            }
        }
        self.add(Kind::Concat(parts).into())
    }

    /// Ends an alternative.
    pub(super) fn bar(&mut self) -> Limited<()> {
        self.make();
        self.end_alternative()
    }

    /// Single characters one after another become a class.
    fn end_alternative(&mut self) -> Limited<()> {
        self.concat()?;
        let at = self.pieces();
        if self.extent().alternatives > 0
            && let [before, last] = &mut self.nodes[at - 1..]
        {
            if before.is_class() && last.is_class() {
                merge(before, last);
                self.nodes.pop();
                self.spare += 1;
                return Ok(());
            }
            settled(before);
        }
        self.extent().alternatives += 1;
        Ok(())
    }

    /// Makes one piece of the alternatives.
    fn alternate(&mut self) -> Limited<()> {
        self.end_alternative()?;
        let start = self.extent().start as usize;
        self.extent().alternatives = 0;
        settled(self.nodes.last_mut().expect("a bar leaves one"));
        if self.nodes.len() == start + 1 {
            let node = self.nodes.pop().expect("there is one");
            return self.add(node);
        }
        let mut parts = Vec::with_capacity(self.nodes.len() - start);
        for node in self.nodes.drain(start..) {
            match node.kind {
                Kind::Alternate(inner) => parts.extend(inner),
                _ => parts.push(node),
            }
        }
        let node = factor(parts, 0)?;
        self.add(node)
    }

    /// Ends a group: the flags from before it, or `None` if none is open.
    pub(super) fn close(&mut self) -> Limited<Option<Flags>> {
        self.alternate()?;
        let Some(open) = self.groups.pop() else {
            return Ok(None);
        };
        let node = self.nodes.pop().expect("the group is one piece now");
        self.add(match open.capture {
            Some(index) => Kind::Capture(index, Box::new(node)).into(),
            None => node,
        })?;
        Ok(Some(open.flags))
    }

    /// Ends the pattern; `None` if a group is open.
    pub(super) fn finish(&mut self) -> Limited<Option<Node>> {
        self.alternate()?;
        Ok(self.nodes.pop().filter(|_| self.groups.is_empty()))
    }
}

/// The character that a class holds, if it is one, or one with its other case.
fn single(set: &[Range]) -> Option<(u32, bool)> {
    let pair = match *set {
        [(low, high)] if low == high => return Some((low, false)),
        [(low, high)] if low + 1 == high => (low, high),
        [(first, same), (second, again)] if first == same && second == again => (first, second),
        _ => return None,
    };
    (simple_fold(pair.0) == pair.1 && simple_fold(pair.1) == pair.0).then_some((pair.0, true))
}
