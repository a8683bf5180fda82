//! The parse tree: all nodes of one source in one arena.
//!
//! Nodes keep only positions into the source; text and names are slices of it. The tree outlives
//! compilation, because errors name the place and print the node, and do so lazily.

use std::sync::OnceLock;

use longshore_go::{Complex, Str};

mod print;

/// A node's place in [`Unit::nodes`].
pub(crate) type NodeId = u32;

/// "No node": a missing else branch, a `template` without an argument.
pub(crate) const NONE: NodeId = u32::MAX;

/// A run of entries in one of the unit's pools, or of bytes in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A node: what it is and the byte at which Go says it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) pos: u32,
    pub(crate) data: Data,
}

/// Which control structure a branch node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// `if`
    If,
    /// `range`
    Range,
    /// `with`
    With,
}

impl Branch {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Range => "range",
            Self::With => "with",
        }
    }
}

/// What a node is. Spans named `nodes`, `decl`, `cmds`, `args` lie in [`Unit::links`], `idents` in
/// [`Unit::idents`], `text` in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data {
    List {
        nodes: Span,
    },
    Text {
        text: Span,
    },
    Action {
        pipe: NodeId,
    },
    Pipe {
        assign: bool,
        decl: Span,
        cmds: Span,
    },
    Command {
        args: Span,
    },
    Field {
        idents: Span,
    },
    /// The first name is the variable's, `$` included.
    Variable {
        idents: Span,
    },
    Chain {
        node: NodeId,
        idents: Span,
    },
    Identifier {
        text: Span,
    },
    Dot,
    Nil,
    Bool(bool),
    Number {
        text: Span,
        number: u32,
    },
    /// Quotes included.
    String {
        text: Span,
    },
    Branch {
        branch: Branch,
        pipe: NodeId,
        list: NodeId,
        else_list: NodeId,
    },
    Template {
        name: u32,
        pipe: NodeId,
    },
    Break,
    Continue,
}

/// A numeric constant under all the types that can hold it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<Complex>,
}

/// What the nodes of a source are made of.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    nodes: Vec<Node>,
    links: Vec<NodeId>,
    idents: Vec<Span>,
    numbers: Vec<Number>,
    /// Names of templates.
    names: Vec<Str>,
}

impl Pools {
    /// Room for the nodes of most sources, for those who parse many.
    pub(crate) fn roomy() -> Self {
        Self {
            nodes: Vec::with_capacity(4096),
            links: Vec::with_capacity(4096),
            idents: Vec::with_capacity(1024),
            numbers: Vec::with_capacity(64),
            names: Vec::with_capacity(16),
        }
    }

    /// Takes what is here, in memory of about the right size. What is left is empty, mostly with its room.
    fn packed(&mut self) -> Self {
        fn pack<T>(pool: &mut Vec<T>) -> Vec<T> {
            if pool.capacity() <= 2 * pool.len() {
                return std::mem::take(pool);
            }
            let mut packed = Vec::with_capacity(pool.len());
            packed.append(pool);
            packed
        }
        Self {
            nodes: pack(&mut self.nodes),
            links: pack(&mut self.links),
            idents: pack(&mut self.idents),
            numbers: pack(&mut self.numbers),
            names: pack(&mut self.names),
        }
    }
}

/// One parsed source with the pools that its nodes point into.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) source: Str,
    pools: Pools,
    /// Where lines start, once somebody has asked.
    lines: OnceLock<Vec<u32>>,
}

impl Unit {
    /// A source without nodes. The pools may have room, but hold nothing.
    pub(crate) fn new(source: Str, pools: Pools) -> Self {
        Self { source, pools, lines: OnceLock::new() }
    }

    /// Keeps the nodes in about as much memory as they need; gives back the rest.
    pub(crate) fn pack(&mut self) -> Pools {
        let packed = self.pools.packed();
        std::mem::replace(&mut self.pools, packed)
    }

    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.pools.nodes[id as usize]
    }

    pub(crate) fn add(&mut self, pos: u32, data: Data) -> NodeId {
        self.pools.nodes.push(Node { pos, data });
        (self.pools.nodes.len() - 1) as NodeId
    }

    pub(crate) fn link(&mut self, nodes: &[NodeId]) -> Span {
        let start = self.pools.links.len() as u32;
        self.pools.links.extend_from_slice(nodes);
        Span { start, end: self.pools.links.len() as u32 }
    }

    pub(crate) fn add_idents(&mut self, idents: &[Span]) -> Span {
        let start = self.pools.idents.len() as u32;
        self.pools.idents.extend_from_slice(idents);
        Span { start, end: self.pools.idents.len() as u32 }
    }

    /// The idents with another one behind them; in their place, where they are the last of all.
    pub(crate) fn extend_idents(&mut self, idents: Span, ident: Span) -> Span {
        let pool = &mut self.pools.idents;
        let mut start = idents.start;
        if idents.end as usize != pool.len() || idents.is_empty() {
            start = pool.len() as u32;
            pool.extend_from_within(idents.range());
        }
        pool.push(ident);
        Span { start, end: pool.len() as u32 }
    }

    pub(crate) fn add_name(&mut self, name: Str) -> u32 {
        self.pools.names.push(name);
        (self.pools.names.len() - 1) as u32
    }

    pub(crate) fn add_number(&mut self, number: Number) -> u32 {
        self.pools.numbers.push(number);
        (self.pools.numbers.len() - 1) as u32
    }

    pub(crate) fn number(&self, index: u32) -> Number {
        self.pools.numbers[index as usize]
    }

    pub(crate) fn name(&self, index: u32) -> &Str {
        &self.pools.names[index as usize]
    }

    pub(crate) fn text(&self, span: Span) -> &[u8] {
        &self.source[span.range()]
    }

    pub(crate) fn links(&self, span: Span) -> &[NodeId] {
        &self.pools.links[span.range()]
    }

    pub(crate) fn idents(&self, span: Span) -> &[Span] {
        &self.pools.idents[span.range()]
    }

    /// Line (from 1) and column (bytes, from 0) of a node, as Go's errors give them.
    pub(crate) fn place(&self, id: NodeId) -> (u32, u32) {
        let before = &self.source[..self.node(id).pos as usize];
        let line = 1 + crate::lex::newlines(before);
        let column = match before.iter().rposition(|&byte| byte == b'\n') {
            Some(newline) => before.len() - newline - 1,
            None => before.len(),
        };
        (line, column as u32)
    }

    /// The same for a byte of the source, for those who ask often.
    pub(crate) fn line_column(&self, offset: u32) -> (u32, u32) {
        let lines = self.lines.get_or_init(|| {
            let ends = self.source.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        });
        let line = lines.partition_point(|&start| start <= offset);
        (line as u32, offset - lines[line - 1])
    }

    /// Whether a list holds nothing but white space: such a definition overrides nothing.
    pub(crate) fn is_blank(&self, list: NodeId) -> bool {
        let Data::List { nodes } = self.node(list).data else {
            return false;
        };
        self.links(nodes).iter().all(|&id| match self.node(id).data {
            Data::Text { text } => longshore_go::rune::iter(self.text(text)).all(|(_, c)| c.is_whitespace()),
            _ => false,
        })
    }
}
