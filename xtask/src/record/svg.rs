//! A film as an SVG that moves by itself: what a README can show without scripts and without fonts of its own.
//!
//! Every line of text is drawn once, with the time from which and until which it is seen; the screen is a window that
//! moves over them. Who does not play animations (a viewer that cannot, a reader who asked for less motion) sees the last
//! picture: that is what the elements say without their animations.

mod colours;
mod motion;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use self::colours::{ACCENT, BACKGROUND, BAR, BORDER, FOREGROUND, MUTED, appearance};
use self::motion::{Span, Times, number, spans};
use super::film::Film;
use super::screen::Run;

/// The size of a cell, in pixels.
const CELL_WIDTH: f64 = 8.4;
const CELL_HEIGHT: f64 = 20.0;
const FONT_SIZE: f64 = 14.0;
/// From the upper edge of a cell to the line on which letters stand.
const BASELINE: f64 = 14.5;
/// Around the text.
const PADDING: f64 = 18.0;
const TITLE_BAR: f64 = 36.0;

/// Monospaced on every system; what is asked for by name looks best.
const FONTS: &str = "ui-monospace,SFMono-Regular,'SF Mono',Menlo,'Cascadia Mono',Consolas,'DejaVu Sans Mono',\
                     'Liberation Mono',monospace";

/// What is around a film.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) title: &'a str,
    /// What the film shows, for who cannot see it.
    pub(super) description: &'a str,
    /// The width of the terminal. It is shown as high as the film needs.
    pub(super) columns: usize,
}

/// Draws a film in a window.
pub(super) fn draw(film: &Film, window: &Window<'_>) -> String {
    let rows = rows(film);
    let (width, height) = (window.columns as f64 * CELL_WIDTH, rows as f64 * CELL_HEIGHT);
    let mut times = Times::new(film.length());
    let mut text = String::new();
    for span in spans(film) {
        lines(&mut text, &span, &mut times);
    }
    let tops = film.moments().iter().map(|moment| (moment.at, moment.frame.top));
    let last_top = tops.clone().next_back().map_or(0, |(_, top)| top);
    let scroll = times.moves("scroll", tops, |top| (0.0, -(top as f64) * CELL_HEIGHT));
    let cursor = cursor(film, window.columns, &mut times);

    let mut svg = String::new();
    let (full_width, full_height) = (width + 2.0 * PADDING, height + TITLE_BAR + PADDING * 1.5);
    push(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             role=\"img\" aria-label=\"{label}\">\n<style>\n\
             text{{font:{FONT_SIZE}px {FONTS};fill:{FOREGROUND}}}\n{looks}{motion}</style>\n",
            w = number(full_width),
            h = number(full_height),
            label = escaped(window.description),
            looks = colours::CLASSES,
            motion = times.style(),
        ),
    );
    surround(&mut svg, full_width, full_height, window.title);
    push(
        &mut svg,
        format_args!(
            "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">\n<g class=\"{scroll}\" transform=\"translate(0 {})\">\n{text}{cursor}</g>\n</svg>\n</svg>\n",
            number(PADDING),
            number(TITLE_BAR + PADDING / 2.0),
            number(width),
            number(height),
            number(-(last_top as f64) * CELL_HEIGHT),
        ),
    );
    svg
}

/// The window itself: corners, title, the three buttons.
fn surround(svg: &mut String, width: f64, height: f64, title: &str) {
    let (w, h, bar, middle) = (number(width - 1.0), number(height - 1.0), TITLE_BAR, TITLE_BAR / 2.0);
    push(
        svg,
        format_args!(
            "<rect x=\".5\" y=\".5\" width=\"{w}\" height=\"{h}\" rx=\"10\" fill=\"{BACKGROUND}\"/>\n\
             <path d=\"M.5 {bar}V10.5a10 10 0 0 1 10-10H{right}a10 10 0 0 1 10 10V{bar}z\" fill=\"{BAR}\"/>\n\
             <path d=\"M0 {bar}H{full}\" stroke=\"{BORDER}\"/>\n\
             <rect x=\".5\" y=\".5\" width=\"{w}\" height=\"{h}\" rx=\"10\" fill=\"none\" stroke=\"{BORDER}\"/>\n",
            right = number(width - 10.5),
            full = number(width),
        ),
    );
    for (index, colour) in colours::BUTTONS.iter().enumerate() {
        let x = number(22.0 + 20.0 * index as f64);
        push(svg, format_args!("<circle cx=\"{x}\" cy=\"{middle}\" r=\"6\" fill=\"{colour}\"/>\n"));
    }
    push(
        svg,
        format_args!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" style=\"font-size:13px;fill:{MUTED}\">{}</text>\n",
            number(width / 2.0),
            number(middle + 4.5),
            escaped(title)
        ),
    );
}

/// As many lines as any picture needs.
fn rows(film: &Film) -> usize {
    let needed = film.moments().iter().map(|moment| {
        let frame = &moment.frame;
        let text = frame.lines.iter().rposition(|line| !line.0.is_empty()).map_or(0, |last| last + 1);
        let cursor = frame.cursor.map_or(0, |(row, _)| row.saturating_sub(frame.top) + 1);
        text.max(cursor)
    });
    needed.max().unwrap_or(0).max(1)
}

/// One line of text, for the time in which it is seen.
fn lines(out: &mut String, span: &Span<'_>, times: &mut Times) {
    let class = times.seen(span.from, span.until);
    let class = if class.is_empty() { class } else { format!(" class=\"{class}\"") };
    let y = span.row as f64 * CELL_HEIGHT;
    push(out, format_args!("<g{class}>"));
    for run in &span.line.0 {
        one_run(out, run, y);
    }
    out.push_str("</g>\n");
}

fn one_run(out: &mut String, run: &Run, y: f64) {
    let look = appearance(run.style);
    let (x, width) = (number(run.column as f64 * CELL_WIDTH), number(run.width as f64 * CELL_WIDTH));
    if let Some(background) = &look.background {
        push(
            out,
            format_args!(
                "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{CELL_HEIGHT}\" fill=\"{background}\" shape-rendering=\"crispEdges\"/>",
                number(y)
            ),
        );
    }
    if run.text.trim().is_empty() && !run.style.underline {
        return;
    }
    // Fonts differ in how wide they are; this keeps columns where they belong. Letters keep their shape, while
    // lines and blocks must be stretched so that they touch.
    let fit = match (run.width, run.text.is_ascii()) {
        (1, _) => String::new(),
        (_, true) => format!(" textLength=\"{width}\""),
        (_, false) => format!(" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\""),
    };
    let y = number(y + BASELINE);
    push(
        out,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\"{fit}{}>{}</text>",
            look.attributes,
            with_blanks(&escaped(&run.text))
        ),
    );
}

/// The block that shows where the next character goes.
fn cursor(film: &Film, columns: usize, times: &mut Times) -> String {
    // Where it is hidden it stands outside of the window.
    let place = |cursor: Option<(usize, usize)>, top| {
        cursor.map_or((columns + 10, top), |(row, column)| (column, row))
    };
    let moments = film.moments().iter();
    let mut places = moments.map(|moment| (moment.at, place(moment.frame.cursor, moment.frame.top)));
    let pixels = |(column, row)| (column as f64 * CELL_WIDTH, row as f64 * CELL_HEIGHT);
    let class = times.moves("cursor", places.clone(), pixels);
    let (x, y) = places.next_back().map_or((0.0, 0.0), |(_, place)| pixels(place));
    format!(
        "<rect class=\"{class}\" y=\"2\" width=\"{CELL_WIDTH}\" height=\"17\" fill=\"{ACCENT}\" fill-opacity=\".7\" transform=\"translate({} {})\"/>\n",
        number(x),
        number(y)
    )
}

/// Text whose blanks are all shown. Some browsers take several for one whatever they are told, but not these.
fn with_blanks(text: &str) -> String {
    if text.contains("  ") || text.starts_with(' ') || text.ends_with(' ') {
        text.replace(' ', "\u{a0}")
    } else {
        text.to_owned()
    }
}

/// Text as XML has it. Control characters, which XML cannot hold, are left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(character),
        }
    }
    out
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(arguments);
}
