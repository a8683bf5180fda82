//! Functions: programs that get a list of resources with their configuration on standard input, and print such a list.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/runfn/runfn.go> and
//! <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/fn/runtime/runtimeutil/runtimeutil.go>.

use std::collections::BTreeMap;

use longshore_go::path;
use longshore_yaml::{Node, kio};

use super::spec::Spec;
use crate::build::Options;
use crate::error::Error;
use crate::field;
use crate::programs::{Call, Programs};
use crate::resource::annotations::LOCAL_CONFIG;

/// A folder of functions, which are for what lies beside it.
const FUNCTIONS: &[u8] = b"functions";

/// A function with what it is told.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) spec: Spec,
    pub(super) configuration: Node,
    /// The folder of the kustomization.
    pub(super) root: String,
}

impl Function {
    /// What errors call it.
    pub(super) fn name(&self) -> String {
        let meta = kio::meta(&self.configuration).unwrap_or_default();
        format!("api: {}, kind: {}, name: {}", meta.api_version, meta.kind, meta.name)
    }

    /// What it makes of the resources. A generator gets its configuration for the only one, and no function may be run for
    /// want of a flag: then they stay as they are.
    ///
    /// # Errors
    /// It fails, cannot be started, or prints what are no resources.
    pub(super) fn run(
        &self,
        input: Option<&[u8]>,
        programs: &dyn Programs,
        options: &Options,
    ) -> Result<Vec<u8>, Error> {
        let spec = &self.spec;
        let mut configuration = self.configuration.clone();
        // A generator that prints its configuration again does not mean it for the cluster.
        kio::set_annotation(&mut configuration, LOCAL_CONFIG, "true")?;
        let mut objects = match input {
            Some(input) => kio::read(input)?,
            None => kio::read(field::print(&configuration).as_bytes())?,
        };
        if spec.container.has_network && !options.network {
            return Err(Error::new("network required but not enabled with --network"));
        }
        let runs_program = options.enable_exec && !spec.program.path.is_empty();
        if spec.container.image.is_empty() && !runs_program {
            return Ok(kio::write(&objects)?);
        }
        let places = kio::Places::note(&mut objects)?;
        let run = Run { spec, configuration: &configuration, root: &self.root, programs, options };
        let (mut objects, failure) = run.filter(objects)?;
        let mut text = Vec::new();
        // Nothing is left as it is: upstream stops there.
        if !objects.is_empty() {
            places.settle(&mut objects)?;
            text = kio::write(&objects)?;
        }
        failure.map_or(Ok(text), |failure| Err(Error::new(failure)))
    }
}

/// One run of a function.
struct Run<'a> {
    spec: &'a Spec,
    configuration: &'a Node,
    root: &'a str,
    programs: &'a dyn Programs,
    options: &'a Options,
}

impl Run<'_> {
    /// What the function makes of the objects, and why it failed if that is to be told later.
    fn filter(&self, objects: Vec<Node>) -> Result<(Vec<Node>, Option<String>), Error> {
        let folder = if self.spec.container.image.is_empty() { scope(self.configuration) } else { None };
        let (mut input, rest) = match &folder {
            Some(folder) => objects.into_iter().partition(|object| is_within(object, folder)),
            None => (objects, Vec::new()),
        };
        let mut by_id = BTreeMap::new();
        for (at, object) in input.iter_mut().enumerate() {
            let id = (at + 1).to_string();
            for name in kio::ID {
                kio::set_annotation(object, name, &id)?;
            }
            by_id.insert(id, at);
        }
        let (printed, failure) = self.call(&kio::write_list(&input, self.configuration)?)?;
        let mut output = kio::read(&printed)?;
        for object in &mut output {
            let Some(id) = id_of(object)? else { continue };
            let Some(at) = by_id.get(&id) else { continue };
            kio::follow(object, &input[*at])?;
            for name in kio::ID {
                kio::clear_annotation(object, name)?;
            }
        }
        if let Some(failure) = &failure
            && !self.spec.defer_failure
        {
            return Err(Error::new(failure));
        }
        let folder = folder.unwrap_or_default();
        kio::set_default_paths(&folder, &mut output)?;
        output.extend(rest);
        Ok((output, failure))
    }

    /// What it prints, and why it failed.
    fn call(&self, input: &[u8]) -> Result<(Vec<u8>, Option<String>), Error> {
        let image = &self.spec.container.image;
        if !image.is_empty() {
            let why = if self.programs.has_program("docker") {
                format!("containers are not run by this program: {image}")
            } else {
                String::from("exec: \"docker\": executable file not found in $PATH")
            };
            return Ok((Vec::new(), Some(why)));
        }
        if self.root == "/" {
            return Ok((Vec::new(), Some(String::from("root working directory '/' not allowed"))));
        }
        let program = &self.spec.program;
        let ended = self.programs.run(&Call {
            program: &program.path,
            configuration: None,
            arguments: &program.arguments,
            variables: &variables(&program.variables, &self.options.function_variables),
            folder: self.root,
            input,
            shows_errors: true,
        })?;
        Ok((ended.output, ended.failure))
    }
}

/// The variables of the configuration and of the command line, which counts more. What has not one `=` is left out.
fn variables(own: &[String], given: &[String]) -> Vec<(String, String)> {
    let parts = own.iter().chain(given).filter_map(|text| {
        let (name, value) = text.split_once('=')?;
        (!value.contains('=')).then(|| (name.to_owned(), value.to_owned()))
    });
    parts.collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// The folder that a function is for, if its configuration says where it came from; none if it is for everything.
fn scope(configuration: &Node) -> Option<String> {
    let folder = folder_of(&kio::path(configuration)?);
    (folder != "." && !folder.is_empty()).then_some(folder)
}

/// The folder of a file, or the one above it if it is one for functions.
fn folder_of(file: &str) -> String {
    let mut folder = path::dir(file.as_bytes());
    if path::base(&folder) == FUNCTIONS {
        folder = path::dir(&folder);
    }
    String::from_utf8_lossy(&folder).into_owned()
}

fn is_within(object: &Node, folder: &str) -> bool {
    kio::path(object).is_some_and(|file| folder_of(&file).starts_with(folder))
}

/// By what an object is known that the function got.
fn id_of(object: &Node) -> Result<Option<String>, Error> {
    let mut at = object;
    for name in ["metadata", "annotations"] {
        field::expect(at, longshore_yaml::Kind::Mapping)?;
        match field::get(at, name) {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    field::expect(at, longshore_yaml::Kind::Mapping)?;
    Ok(kio::ID.iter().find_map(|name| field::get(at, name)).map(|id| id.value.to_string()))
}
