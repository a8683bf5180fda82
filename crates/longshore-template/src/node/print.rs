//! Nodes as text, the way Go's `Node.String` writes them: normalised, not as the source had them.

use longshore_go::strconv;

use super::{Branch, Data, NONE, NodeId, Span, Unit};

/// What is still to be written. A list of these stands for the call stack, which a source nested ten
/// thousand deep would overflow.
enum Task {
    Node(NodeId),
    Word(&'static str),
    Fields(Span),
}

impl Unit {
    /// The node's text.
    pub(crate) fn print(&self, id: NodeId) -> Vec<u8> {
        let mut out = Vec::new();
        let mut tasks = vec![Task::Node(id)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Word(word) => out.extend_from_slice(word.as_bytes()),
                Task::Fields(idents) => self.fields(idents, &mut out),
                Task::Node(id) => {
                    let mark = tasks.len();
                    self.print_node(id, &mut out, &mut tasks);
                    tasks[mark..].reverse();
                }
            }
        }
        out
    }

    /// Writes what the node is by itself, and lists in `next`, in order, what follows.
    fn print_node(&self, id: NodeId, out: &mut Vec<u8>, next: &mut Vec<Task>) {
        match self.node(id).data {
            Data::List { nodes } => {
                next.extend(self.links(nodes).iter().map(|&node| Task::Node(node)));
            }
            Data::Text { text }
            | Data::Identifier { text }
            | Data::Number { text, .. }
            | Data::String { text } => out.extend_from_slice(self.text(text)),
            Data::Action { pipe } => {
                next.extend([Task::Word("{{"), Task::Node(pipe), Task::Word("}}")]);
            }
            Data::Pipe { assign, decl, cmds } => {
                separated(self.links(decl), ", ", next);
                if !decl.is_empty() {
                    next.push(Task::Word(if assign { " = " } else { " := " }));
                }
                separated(self.links(cmds), " | ", next);
            }
            Data::Command { args } => {
                for (i, &arg) in self.links(args).iter().enumerate() {
                    if i > 0 {
                        next.push(Task::Word(" "));
                    }
                    self.parenthesised(arg, next);
                }
            }
            Data::Field { idents } => self.fields(idents, out),
            Data::Variable { idents } => {
                for (i, &ident) in self.idents(idents).iter().enumerate() {
                    if i > 0 {
                        out.push(b'.');
                    }
                    out.extend_from_slice(self.text(ident));
                }
            }
            Data::Chain { node, idents } => {
                self.parenthesised(node, next);
                next.push(Task::Fields(idents));
            }
            Data::Dot => out.push(b'.'),
            Data::Nil => out.extend_from_slice(b"nil"),
            Data::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            Data::Branch { branch, pipe, list, else_list } => {
                next.push(Task::Word(match branch {
                    Branch::If => "{{if ",
                    Branch::Range => "{{range ",
                    Branch::With => "{{with ",
                }));
                next.extend([Task::Node(pipe), Task::Word("}}"), Task::Node(list)]);
                if else_list != NONE {
                    next.extend([Task::Word("{{else}}"), Task::Node(else_list)]);
                }
                next.push(Task::Word("{{end}}"));
            }
            Data::Template { name, pipe } => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(&strconv::quote(self.name(name)));
                if pipe != NONE {
                    next.extend([Task::Word(" "), Task::Node(pipe)]);
                }
                next.push(Task::Word("}}"));
            }
            Data::Break => out.extend_from_slice(b"{{break}}"),
            Data::Continue => out.extend_from_slice(b"{{continue}}"),
        }
    }

    fn fields(&self, idents: Span, out: &mut Vec<u8>) {
        for &ident in self.idents(idents) {
            out.push(b'.');
            out.extend_from_slice(self.text(ident));
        }
    }

    /// A node, in parentheses if it is a pipeline.
    fn parenthesised(&self, id: NodeId, next: &mut Vec<Task>) {
        if let Data::Pipe { .. } = self.node(id).data {
            next.extend([Task::Word("("), Task::Node(id), Task::Word(")")]);
        } else {
            next.push(Task::Node(id));
        }
    }
}

fn separated(nodes: &[NodeId], separator: &'static str, next: &mut Vec<Task>) {
    for (i, &node) in nodes.iter().enumerate() {
        if i > 0 {
            next.push(Task::Word(separator));
        }
        next.push(Task::Node(node));
    }
}
