//! Generators and transformers that are programs: found in the home of plugins by the type of their configuration, or named
//! by an annotation of it (functions).
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/plugins>.

mod function;
mod home;
mod outcome;
mod program;
mod spec;
mod words;

use longshore_yaml::{Dialect, Limits, Node, parse_first};

use crate::build::Context;
use crate::error::{Context as _, Error};
use crate::files::Files;
use crate::loader::Loader;
use crate::output;
use crate::programs::Programs;
use crate::resource::Resource;
use crate::resources::Resources;
use function::Function;
use program::Program;

/// A generator or transformer that is a program, ready to be run.
#[derive(Clone, Debug)]
pub struct External {
    /// What errors call it.
    name: String,
    way: Way,
}

/// How a program is told what to do.
#[derive(Clone, Debug)]
enum Way {
    /// By a file and arguments.
    Program(Program),
    /// By a list of resources on standard input.
    Function(Box<Function>),
}

impl External {
    /// What a configuration asks for.
    ///
    /// # Errors
    /// There is no such program, or it is asked for in a way that is not allowed.
    pub fn load(configuration: &Resource, loader: &Loader<'_>, context: &mut Context) -> Result<Self, Error> {
        let id = configuration.original_id(&context.scopes);
        let programs = programs(loader.files())?;
        let unreadable = || String::from("loader: could not convert resource to RNode");
        let text = output::document(configuration).context(unreadable)?;
        let node = parse_first(&text, Dialect::V3, &Limits::default()).context(unreadable)?;
        let node = node.unwrap_or_else(Node::mapping);
        let spec = spec::read(&node).context(|| String::from("loader: failed to get FunctionSpec"))?;
        if let Some(spec) = spec {
            spec.check_mounts(&id)?;
            let function = Function { spec, configuration: node, root: loader.root().to_owned() };
            return Ok(Self { name: function.name(), way: Way::Function(Box::new(function)) });
        }
        let path = home::find(&id, programs, &mut context.warnings)?;
        let program = Program::new(path.clone(), text, loader)
            .context(|| format!("plugin {id} fails configuration"))?;
        Ok(Self { name: path, way: Way::Program(program) })
    }

    /// `plugin` if it is told by a file, `function` if by its input.
    pub fn kind(&self) -> &'static str {
        match self.way {
            Way::Program(_) => "plugin",
            Way::Function(_) => "function",
        }
    }

    /// The resources that it makes.
    ///
    /// # Errors
    /// It fails, or what it prints are no resources.
    pub fn generate(&self, files: &dyn Files, context: &mut Context) -> Result<Vec<Resource>, Error> {
        let printed = self.run(None, files, context)?;
        outcome::generated(&printed, &context.scopes)
    }

    /// Changes, adds and removes resources; as a validator it changes those that are there, and what it adds or removes
    /// does not count.
    ///
    /// # Errors
    /// As [`External::generate`].
    pub fn apply(
        &self,
        resources: &mut Resources,
        is_validator: bool,
        files: &dyn Files,
        context: &mut Context,
    ) -> Result<(), Error> {
        let input = output::documents(&outcome::with_ids(resources.list(), &context.scopes)?)?;
        // Upstream prints what the program printed behind the error, and has nothing of it.
        let printed = self
            .run(Some(&*input).filter(|input| !input.is_empty()), files, context)
            .map_err(|error| Error::new(format!("{error} ")))?;
        outcome::update(&self.name, &printed, resources, is_validator, &context.scopes)
    }

    /// What it prints; without resources it gets nothing, or its own configuration.
    fn run(&self, input: Option<&[u8]>, files: &dyn Files, context: &mut Context) -> Result<Vec<u8>, Error> {
        let programs = programs(files)?;
        match &self.way {
            Way::Program(program) => program.run(input.unwrap_or_default(), programs, &mut context.warnings),
            Way::Function(function) => function
                .run(input, programs, &context.options)
                .context(|| String::from("couldn't execute function")),
        }
    }
}

fn programs(files: &dyn Files) -> Result<&dyn Programs, Error> {
    files.programs().ok_or_else(|| Error::new("programs cannot be run here"))
}
