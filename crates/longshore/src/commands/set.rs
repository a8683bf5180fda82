//! `longshore set image`: another image in a release, as a revision of its own.

use std::sync::Arc;

use longshore_diag::Diagnostic;
use longshore_platform::plan_set_image;
use longshore_release::{ImageTarget, Observer};

use crate::args::{GlobalArgs, SetArgs, SetCommand, SetImageArgs};
use crate::commands::deploy::carry_out;
use crate::commands::plan::show;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, deploying, note_commit, selection};

/// Sets what was asked for.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &SetArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    match &args.command {
        SetCommand::Image(args) => image(global, args, printer).await,
    }
}

async fn image(global: &GlobalArgs, args: &SetImageArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, None, Some(&args.cluster))?;
    let behaviour = deploying(&args.wait, None, &selection, behaviour(Some(&args.force), None, false));
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let Some((release, target)) = target(&args.release) else {
        let message = format!("`{}` names no release, nor an object of one", args.release);
        let error = Diagnostic::error("usage/object", message)
            .hint("write RELEASE, RELEASE/NAME or RELEASE/KIND/NAME");
        printer.diagnostic(&error);
        return Ok(ExitStatus::Usage);
    };
    let mut session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let planned = plan_set_image(&session, &release, &target, &args.images).await?;
    if args.dry_run {
        return show(&planned, printer, false);
    }
    note_commit(&mut session);
    let words: Vec<String> =
        args.images.iter().map(|(container, image)| format!("{container}={image}")).collect();
    let command = format!("set image {} {}", args.release, words.join(" "));
    carry_out(&session, planned, &progress, printer, args.yes, &command).await
}

/// `web`, `web/api`, `web/Deployment/api`: the release, and which of its objects.
fn target(text: &str) -> Option<(String, ImageTarget)> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let owned = |text: &&str| Some((*text).to_owned());
    let (release, kind, name) = match parts.as_slice() {
        [release] => (release, None, None),
        [release, name] => (release, None, owned(name)),
        [release, kind, name] => (release, owned(kind), owned(name)),
        _ => return None,
    };
    Some(((*release).to_owned(), ImageTarget { kind, name }))
}
