//! `longshore check`: what is wrong with an environment, found without a cluster.

use longshore_diag::{Diagnostic, Severity};
use longshore_platform::{CheckOptions, Checked, Selection, check};

use crate::args::{CheckArgs, GlobalArgs, Output, SelectArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::{settings, view};

/// Looks, and prints what was found on standard output: it is the result.
pub(crate) fn run(global: &GlobalArgs, args: &CheckArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let options = CheckOptions {
        minors: args.kube_version.clone(),
        api_versions: args.api_versions.clone(),
        disabled: args.disable.iter().cloned().collect(),
    };
    let checked = match selections(global, args) {
        Ok(selections) => check(&selections, &options)?,
        // A mistake in the project file is what a check is for.
        Err(error) => {
            let finding = error.downcast::<Diagnostic>()?;
            Checked { findings: vec![finding], ..Checked::default() }
        }
    };
    let is_bad = checked.count(Severity::Error) > 0 || args.strict && checked.count(Severity::Warning) > 0;
    match global.format() {
        Output::Sarif => printer.raw(view::check::sarif(&checked)?.as_bytes())?,
        Output::Junit => printer.raw(view::check::junit(&checked, args.strict).as_bytes())?,
        _ => {
            printer.result(&view::check::json(&checked, !is_bad), || view::check::text(&checked, printer))?;
        }
    }
    Ok(if is_bad { ExitStatus::Failure } else { ExitStatus::Success })
}

fn selections(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<Vec<Selection>> {
    let one = |select: &SelectArgs| {
        let all = settings::selections(global, select, Some(&args.method), None)?;
        // A check is run where nobody has the secrets, and for changes of people who should not have them.
        Ok::<_, anyhow::Error>(all.into_iter().map(Selection::without_secrets).collect::<Vec<_>>())
    };
    if !args.all {
        return one(&args.select);
    }
    let mut all = Vec::new();
    for environment in settings::environments(global)? {
        all.extend(one(&SelectArgs { environment: Some(environment), ..args.select.clone() })?);
    }
    Ok(all)
}
