//! Parsed templates to be looked at, for those who ask what a template does without executing it.
//!
//! ```
//! use longshore_template::{Set, syntax::{Operand, Statement}};
//! let mut set = Set::default();
//! set.parse("x", "port: {{ .Values.port }}")?;
//! let body = set.body(b"x").expect("it was just parsed");
//! let Some(Statement::Action(pipeline)) = body.statements().nth(1) else { panic!() };
//! let command = pipeline.commands().next().expect("a pipeline has commands");
//! assert!(matches!(&command[..], [Operand::Field(path)] if path == &["Values", "port"]));
//! # Ok::<(), longshore_template::ParseError>(())
//! ```

use longshore_go::Str;

use crate::Set;
pub use crate::node::Branch;
use crate::node::{Data, NONE, NodeId, Span, Unit};
use crate::number;

/// A list of statements: a template, or a branch of one.
#[derive(Clone, Copy, Debug)]
pub struct Body<'s> {
    unit: &'s Unit,
    list: NodeId,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug)]
pub enum Statement<'s> {
    /// What is printed as it is, and what is none of the others.
    Text,
    /// `{{ … }}`: printed, unless it declares or assigns.
    Action(Pipeline<'s>),
    /// `if`, `range` or `with`.
    Branch {
        /// Which.
        branch: Branch,
        /// What it looks at.
        pipeline: Pipeline<'s>,
        /// What it does.
        body: Body<'s>,
        /// What it does else.
        otherwise: Option<Body<'s>>,
    },
    /// `template` or `block`.
    Template {
        /// The template that is executed.
        name: &'s Str,
        /// Its dot.
        argument: Option<Pipeline<'s>>,
    },
}

/// Commands, each of which gets the result of the one before as its last argument.
#[derive(Clone, Copy, Debug)]
pub struct Pipeline<'s> {
    unit: &'s Unit,
    node: NodeId,
}

/// What a command consists of: a function or a value, and arguments.
#[derive(Clone, Debug)]
pub enum Operand<'s> {
    /// `.`
    Dot,
    /// `.a.b`
    Field(Vec<&'s str>),
    /// `$x.a.b`, with the dollar sign in the name.
    Variable(&'s str, Vec<&'s str>),
    /// `(…).a.b`
    Chain(Box<Operand<'s>>, Vec<&'s str>),
    /// A function's name.
    Function(&'s str),
    /// A string, its quotes taken off.
    Text(Str),
    /// A whole number.
    Int(i64),
    /// Another constant.
    Constant,
    /// `(…)`
    Pipeline(Pipeline<'s>),
}

impl Set {
    /// The template of that name, if there is one.
    pub fn body(&self, name: &[u8]) -> Option<Body<'_>> {
        let (unit, list) = self.tree(name)?;
        Some(Body { unit, list })
    }
}

impl<'s> Body<'s> {
    /// Its statements, in order.
    pub fn statements(self) -> impl Iterator<Item = Statement<'s>> {
        let unit = self.unit;
        let nodes = match unit.node(self.list).data {
            Data::List { nodes } => unit.links(nodes),
            _ => &[],
        };
        nodes.iter().map(move |&node| statement(unit, node))
    }
}

fn statement(unit: &Unit, node: NodeId) -> Statement<'_> {
    let pipeline = |node| Pipeline { unit, node };
    match unit.node(node).data {
        Data::Action { pipe } => Statement::Action(pipeline(pipe)),
        Data::Branch { branch, pipe, list, else_list } => Statement::Branch {
            branch,
            pipeline: pipeline(pipe),
            body: Body { unit, list },
            otherwise: (else_list != NONE).then_some(Body { unit, list: else_list }),
        },
        Data::Template { name, pipe } => {
            Statement::Template { name: unit.name(name), argument: (pipe != NONE).then(|| pipeline(pipe)) }
        }
        _ => Statement::Text,
    }
}

impl<'s> Pipeline<'s> {
    fn parts(self) -> (bool, Span, Span) {
        match self.unit.node(self.node).data {
            Data::Pipe { assign, decl, cmds } => (assign, decl, cmds),
            _ => (false, Span { start: 0, end: 0 }, Span { start: 0, end: 0 }),
        }
    }

    /// The variables that it declares, or assigns to.
    pub fn variables(self) -> impl Iterator<Item = &'s str> {
        let (_, decl, _) = self.parts();
        self.unit.links(decl).iter().filter_map(move |&node| match operand(self.unit, node) {
            Operand::Variable(name, _) => Some(name),
            _ => None,
        })
    }

    /// Whether it assigns to variables that are there (`=`), and does not declare them (`:=`).
    pub fn assigns(self) -> bool {
        self.parts().0
    }

    /// Its commands.
    pub fn commands(self) -> impl Iterator<Item = Vec<Operand<'s>>> {
        let (_, _, commands) = self.parts();
        self.unit.links(commands).iter().map(move |&node| match self.unit.node(node).data {
            Data::Command { args } => {
                self.unit.links(args).iter().map(|&node| operand(self.unit, node)).collect()
            }
            _ => Vec::new(),
        })
    }
}

fn operand(unit: &Unit, node: NodeId) -> Operand<'_> {
    let text = |span| std::str::from_utf8(unit.text(span)).unwrap_or_default();
    let names = |idents| unit.idents(idents).iter().map(|&ident| text(ident)).collect::<Vec<_>>();
    match unit.node(node).data {
        Data::Dot => Operand::Dot,
        Data::Field { idents } => Operand::Field(names(idents)),
        Data::Variable { idents } => {
            let mut path = names(idents);
            let name = if path.is_empty() { "" } else { path.remove(0) };
            Operand::Variable(name, path)
        }
        Data::Chain { node, idents } => Operand::Chain(Box::new(operand(unit, node)), names(idents)),
        Data::Identifier { text: name } => Operand::Function(text(name)),
        Data::String { text } => number::unquote(unit.text(text)).map_or(Operand::Constant, Operand::Text),
        Data::Number { number, .. } => unit.number(number).int.map_or(Operand::Constant, Operand::Int),
        Data::Pipe { .. } => Operand::Pipeline(Pipeline { unit, node }),
        _ => Operand::Constant,
    }
}

#[cfg(test)]
mod tests {
    use super::{Operand, Statement};
    use crate::Set;

    #[test]
    fn a_template_can_be_walked() {
        let mut set = Set::default();
        set.parse("x", "{{ $a := .b.c }}{{ range $k, $v := (index . 1).d }}{{ $a = print `q` $v.w }}{{ else }}e{{ end }}")
            .unwrap();
        let all: Vec<_> = set.body(b"x").unwrap().statements().collect();
        let Statement::Action(first) = all[0] else { panic!("{all:?}") };
        assert_eq!((first.variables().collect::<Vec<_>>(), first.assigns()), (vec!["$a"], false));
        let Statement::Branch { pipeline, body, otherwise, .. } = all[1] else { panic!("{all:?}") };
        assert!(otherwise.is_some());
        assert_eq!(pipeline.variables().collect::<Vec<_>>(), ["$k", "$v"]);
        let command = pipeline.commands().next().unwrap();
        let [Operand::Chain(inner, path)] = &command[..] else { panic!("{command:?}") };
        let Operand::Pipeline(inner) = **inner else { panic!("{inner:?}") };
        assert_eq!(path, &["d"]);
        let command = inner.commands().next().unwrap();
        assert!(matches!(&command[..], [Operand::Function("index"), Operand::Dot, Operand::Int(1)]));
        let Some(Statement::Action(set)) = body.statements().next() else { panic!("{body:?}") };
        let command = set.commands().next().unwrap();
        assert!(set.assigns());
        assert!(
            matches!(&command[..], [Operand::Function("print"), Operand::Text(text), Operand::Variable("$v", path)] if **text == *b"q" && path == &["w"]),
            "{command:?}"
        );
    }
}
