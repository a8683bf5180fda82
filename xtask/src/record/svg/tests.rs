//! What must be true of every picture, and of one in particular.

use std::time::Duration;

use super::{Window, draw};
use crate::record::film::Film;
use crate::record::pty::Size;
use crate::record::screen::Terminal;

const WINDOW: Window<'_> = Window { title: "a & b", description: "\"described\"", columns: 20 };

/// A film of a terminal with three lines, a second for each text.
fn film(texts: &[&str]) -> Film {
    let mut terminal = Terminal::new(Size { rows: 3, columns: 20 });
    let mut film = Film::default();
    for text in texts {
        terminal.write(text.as_bytes());
        film.hold(terminal.frame(), Duration::from_secs(1));
    }
    film
}

/// The names of a document's elements in order; fails if one is not ended, or ended by another's end.
fn elements(svg: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag has an end");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        names.push(name);
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not ended: {open:?}");
    names
}

#[test]
fn it_is_well_formed_and_asks_for_nothing_from_outside() {
    let svg = draw(&film(&["$ a<b && \x1b[41m\"c\"\x1b[0m\r\n", "\u{2801} 50%"]), &WINDOW);
    let mut names = elements(&svg);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["circle", "g", "path", "rect", "style", "svg", "text"]);
    assert!(svg.contains(">$ a&lt;b &amp;&amp;</text>"), "{svg}");
    assert!(
        svg.contains(">a &amp; b</text>") && svg.contains("aria-label=\"&quot;described&quot;\""),
        "{svg}"
    );
    for outside in ["href", "url(", "@import", "@font-face"] {
        assert!(!svg.contains(outside), "{outside} in {svg}");
    }
    assert_eq!(svg.matches("http").count(), 1, "only the name of SVG itself is an address: {svg}");
}

#[test]
fn columns_of_a_table_stay_where_they_are() {
    let svg = draw(&film(&["NAME  READY", "\r\nweb 1"]), &WINDOW);
    assert!(svg.contains(">NAME\u{a0}\u{a0}READY</text>"), "{svg}");
    assert!(svg.contains(">web 1</text>"), "{svg}");
}

#[test]
fn a_line_is_seen_from_its_time_on() {
    let svg = draw(&film(&["one\r\n", "two\r\n", "", "three"]), &WINDOW);
    assert!(svg.contains(".a{animation:4s step-end infinite}"), "{svg}");
    assert!(svg.contains("<g><text x=\"0\" y=\"14.5\" textLength=\"25.2\">one</text></g>"), "{svg}");
    let rule = "@keyframes t0{0%{visibility:hidden}25%,to{visibility:visible}}.t0{animation-name:t0}";
    assert!(svg.contains(rule), "{svg}");
    assert!(
        svg.contains("<g class=\"a t0\"><text x=\"0\" y=\"34.5\" textLength=\"25.2\">two</text></g>"),
        "{svg}"
    );
}

#[test]
fn a_line_that_changes_is_seen_until_then_and_not_in_a_still_picture() {
    let svg = draw(&film(&["$", "\rone", "\rtwo", ""]), &WINDOW);
    let rule = "@keyframes t1{0%,50%{visibility:hidden}25%{visibility:visible}}";
    assert!(svg.contains(rule), "{svg}");
    assert!(
        svg.contains("<g class=\"a h t1\"><text x=\"0\" y=\"14.5\" textLength=\"25.2\">one</text></g>"),
        "{svg}"
    );
    assert!(svg.contains("@keyframes t0{25%{visibility:hidden}0%{visibility:visible}}"), "{svg}");
}

#[test]
fn the_screen_scrolls_over_lines_that_stay_where_they_are() {
    let svg = draw(&film(&["one\r\ntwo\r\nthree", "\r\nfour"]), &WINDOW);
    assert_eq!(svg.matches(">three</text>").count(), 1, "{svg}");
    let rule = "@keyframes scroll{0%{transform:translate(0px,0px)}50%{transform:translate(0px,-20px)}to{transform:translate(0px,-20px)}}";
    assert!(svg.contains(rule), "{svg}");
    assert!(svg.contains("<g class=\"a scroll\" transform=\"translate(0 -20)\">"), "{svg}");
}

#[test]
fn the_cursor_follows_and_hides() {
    let svg = draw(&film(&["ab", "\x1b[?25l"]), &WINDOW);
    assert!(
        svg.contains(
            "@keyframes cursor{0%{transform:translate(16.8px,0px)}50%{transform:translate(252px,0px)}"
        ),
        "{svg}"
    );
}

#[test]
fn an_empty_film_is_a_window() {
    elements(&draw(&Film::default(), &WINDOW));
}
