//! Plans and differences for pull requests: Markdown that a reviewer can read, however long the plan is.
//!
//! Changes stand in blocks of `diff`, which forges colour. What comes from objects is never markup: it stands in
//! fences that are longer than any run of backticks in it. A comment on GitHub holds 65,536 characters; a longer
//! plan is told in less detail.

use std::fmt::Write;

use longshore_platform::{Comparison, ObjectPresence, PlatformPlan};
use longshore_release::{FieldChange, ObjectAction, ReleaseAction, ReleasePlan, Verified};

use crate::view::comparison::{is_same, told};
use crate::view::plan::{
    conflict_line, elsewhere, fate, given, gone, others, totals, unlisted, value, what_happens,
};

/// The longest comment, with room for what a bot adds.
const MOST: usize = 60_000;

/// The whole plan; without its fields where it would be too long otherwise.
pub(crate) fn plan(plan: &PlatformPlan, digest: &str) -> String {
    let whole = plan_in(plan, digest, true);
    if whole.chars().count() <= MOST {
        return whole;
    }
    let short = plan_in(plan, digest, false);
    cut(&short, "The plan is too long to be shown here; `longshore plan` shows all of it.")
}

fn plan_in(plan: &PlatformPlan, digest: &str, fields: bool) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "### {} → {}: {}\n", text(&plan.platform), text(&plan.environment), totals(plan));
    let several: Vec<String> = plan.namespaces.iter().map(|namespace| code(namespace)).collect();
    let spaces = match several.as_slice() {
        [] => format!("Namespace {}", code(&plan.namespace)),
        several => format!("Namespaces {}", several.join(", ")),
    };
    let _ = writeln!(out, "{spaces}, cluster {}, plan {}", code(&plan.cluster), code(digest));
    if let Some(given) = given(plan) {
        let _ = writeln!(out, "\nWith {}.", code(&given));
    }
    for namespace in plan.created() {
        let _ = writeln!(out, "\nNamespace {} is created.", code(namespace));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "\n> [!WARNING]\n> {}", text(warning));
    }
    for release in &plan.releases {
        release_plan(&mut out, &plan.shown(release), release, fields);
    }
    for unlisted in unlisted(plan) {
        let place = elsewhere(plan, &unlisted.namespace);
        let _ = writeln!(out, "\n{}{}: {}", code(&unlisted.release), text(&place), text(&fate(unlisted)));
        for change in unlisted.deletions() {
            let data = if change.destroys_data { " (destroys data)" } else { "" };
            let _ = writeln!(out, "- {} is deleted{data}", code(&change.object.to_string()));
        }
    }
    for line in gone(plan) {
        let _ = writeln!(out, "\n> [!WARNING]\n> {}", text(&line));
    }
    if !fields {
        let _ = writeln!(out, "\nThe fields are left out here: `longshore plan` shows them.");
    }
    out
}

fn release_plan(out: &mut String, shown: &str, plan: &ReleasePlan, fields: bool) {
    if plan.action == ReleaseAction::Nothing && plan.problems.is_empty() && plan.warnings.is_empty() {
        let _ = writeln!(out, "\n**{}**: {}", text(shown), what_happens(plan));
        return;
    }
    let _ = writeln!(
        out,
        "\n<details open><summary><b>{}</b>: {} ({})</summary>\n",
        text(shown),
        what_happens(plan),
        text(&plan.chart)
    );
    for problem in &plan.problems {
        let _ = writeln!(out, "> [!CAUTION]\n> {}", text(&problem.to_string()));
        for note in &problem.notes {
            let _ = writeln!(out, "> - {}", text(note));
        }
        out.push('\n');
    }
    for output in &plan.waits_for {
        let _ = writeln!(out, "> [!NOTE]\n> Waits for {}: not tried before that is there.\n", text(output));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "> [!WARNING]\n> {}\n", text(warning));
    }
    let mut lines = Vec::new();
    for change in plan.objects.iter().filter(|change| change.action != ObjectAction::Nothing) {
        let (sign, end) = match change.action {
            ObjectAction::Create => ("+", ""),
            ObjectAction::Recreate => ("-", " is deleted and made anew"),
            ObjectAction::Delete => ("-", ""),
            ObjectAction::Keep => ("#", " leaves the release and stays in the cluster"),
            _ => ("!", ""),
        };
        let data = if change.destroys_data { " (destroys data)" } else { "" };
        let waits = match &change.verified {
            Verified::WaitsFor(object) => format!(" (not tried: waits for {object})"),
            Verified::Verified => String::new(),
        };
        lines.push(format!("{sign} {}{end}{data}{waits}", change.object));
        if fields {
            change.fields.iter().for_each(|field| field_lines(&mut lines, field));
        }
    }
    lines.extend(plan.conflicts.iter().map(|conflict| conflict_line(conflict).replacen('=', "#", 1)));
    lines.extend(plan.hooks.iter().map(|hook| format!("# hook {hook}")));
    block(out, &lines);
    out.push_str("</details>\n");
}

fn field_lines(lines: &mut Vec<String>, field: &FieldChange) {
    let owners = others(field).map(|owners| format!("   (owned by {owners})")).unwrap_or_default();
    if let Some(old) = &field.old {
        lines.push(format!("-   {}: {}{owners}", field.path, value(old)));
    }
    if let Some(new) = &field.new {
        lines.push(format!("+   {}: {}", field.path, value(new)));
    }
}

/// The difference of two revisions.
pub(crate) fn comparison(found: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "### {}: revision {} → {}\n",
        text(&found.release),
        found.from.revision,
        found.to.revision
    );
    let _ = writeln!(out, "- {}\n- {}\n", text(&told(&found.from)), text(&told(&found.to)));
    if is_same(found) {
        out.push_str("No differences.\n");
        return out;
    }
    let mut lines = Vec::new();
    if !found.values.is_empty() {
        lines.push("! values".to_owned());
        found.values.iter().for_each(|field| field_lines(&mut lines, field));
    }
    for (objects, what) in [(&found.objects, ""), (&found.hooks, "hook ")] {
        for object in objects {
            let sign = match object.presence {
                ObjectPresence::Added => '+',
                ObjectPresence::Removed => '-',
                ObjectPresence::Changed => '!',
            };
            lines.push(format!("{sign} {what}{}", object.object));
            object.fields.iter().for_each(|field| field_lines(&mut lines, field));
        }
    }
    block(&mut out, &lines);
    cut(&out, "The difference is too long to be shown here; `longshore history --diff` shows all of it.")
}

/// A fenced block; nothing in it ends it.
fn block(out: &mut String, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let text = lines.iter().map(|line| line.replace(['\n', '\r'], "⏎")).collect::<Vec<_>>().join("\n");
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let _ = writeln!(out, "{fence}diff\n{text}\n{fence}");
}

/// A word as code.
fn code(word: &str) -> String {
    let fence = "`".repeat(longest_run(word) + 1);
    let room = if word.contains('`') { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", word.replace(['\n', '\r'], " "))
}

/// Words of others as text: no markup, no mention of anybody, one line.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '*' | '_' | '[' | ']' | '!' | '#' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The text, or as much of its lines as fit, with what is missing.
fn cut(text: &str, missing: &str) -> String {
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut fence: Option<&str> = None;
    let mut details = 0_usize;
    let mut length = 0;
    for line in text.lines() {
        length += line.chars().count() + 1;
        if length > MOST - 500 {
            break;
        }
        if line.starts_with("```") {
            let mark = &line[..line.len() - line.trim_start_matches('`').len()];
            fence = if fence == Some(mark) { None } else { fence.or(Some(mark)) };
        }
        details += usize::from(line.starts_with("<details"));
        details -= usize::from(line.starts_with("</details")).min(details);
        kept.push_str(line);
        kept.push('\n');
    }
    if let Some(fence) = fence {
        kept.push_str(fence);
        kept.push('\n');
    }
    kept.push_str(&"</details>\n".repeat(details));
    let _ = writeln!(kept, "\n{missing}");
    kept
}

#[cfg(test)]
mod tests {
    use super::{MOST, block, code, cut, text};

    #[test]
    fn nothing_in_a_block_ends_it() {
        let mut out = String::new();
        block(&mut out, &["+ a: ```".to_owned(), "+ b: x\n````".to_owned()]);
        assert_eq!(out, "`````diff\n+ a: ```\n+ b: x⏎````\n`````\n");
        assert_eq!(code("a`b"), "`` a`b ``");
    }

    #[test]
    fn words_of_others_are_no_markup() {
        assert_eq!(
            text("<b>@ann</b> *x* [y](z)\n# t"),
            "&lt;b&gt;&#64;ann&lt;/b&gt; \\*x\\* \\[y\\](z) \\# t"
        );
    }

    #[test]
    fn what_is_too_long_ends_in_good_order() {
        let long =
            format!("<details open>\n```diff\n{}```\n</details>\n", "+ a line of a plan\n".repeat(9_000));
        let short = cut(&long, "More elsewhere.");
        assert!(short.chars().count() <= MOST, "{}", short.chars().count());
        assert!(
            short.ends_with("+ a line of a plan\n```\n</details>\n\nMore elsewhere.\n"),
            "{}",
            &short[short.len() - 90..]
        );
        assert_eq!(cut("short", "x"), "short");
    }
}
