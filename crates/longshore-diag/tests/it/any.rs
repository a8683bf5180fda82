//! Any text, any place: never a panic, and the mark is below the right character.

use longshore_diag::{Diagnostic, Place, Render, Style};
use proptest::prelude::*;

/// The excerpt's line and the line of marks.
fn lines(text: &str, place: Place, width: usize) -> Option<(String, String)> {
    let read = |_: &str| Some(text.to_owned());
    let error = Diagnostic::error("a/b", "c").at(place);
    let shown = Render::new(&error, Style::Plain).sources(&read).width(width).to_string();
    let mut lines = shown.lines().skip(3).map(str::to_owned);
    Some((lines.next()?, lines.next()?))
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_steers_the_terminal(
        text in any::<String>(), message in any::<String>(),
        line in any::<u32>(), near in 0u32..4, column in 0u32..300, length in any::<u32>(), width in 0usize..200,
    ) {
        let read = |_: &str| Some(text.clone());
        for line in [line, near] {
            let error = Diagnostic::error("a/b", message.clone())
                .at(Place::new(message.clone(), line, column).spanning(length as usize))
                .within(text.clone(), Some(Place::new("b", near, u32::MAX)))
                .hint(text.clone());
            let shown = Render::new(&error, Style::Plain).sources(&read).width(width).to_string();
            prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
            prop_assert!(!error.to_json().contains(char::is_control));
        }
    }

    #[test]
    fn the_mark_is_below_its_character(
        before in "[a-z ]{0,200}", after in "[a-z ]{0,200}", width in 20usize..120,
    ) {
        let text = format!("{before}X{after}\n");
        let column = before.len() as u32 + 1;
        let (line, marks) = lines(&text, Place::new("f", 1, column), width).expect("an excerpt");
        let at = marks.find('^').expect("a mark");
        prop_assert_eq!(line.chars().nth(at), Some('X'), "{}\n{}", line, marks);
        prop_assert!(line.chars().count() <= width, "{}", line);
    }

    #[test]
    fn wide_characters_and_tabs_count(before in "[日本\t]{0,20}", after in "[日本\t]{0,9}") {
        use unicode_width::UnicodeWidthStr;
        let text = format!("{before}XY{after}\n");
        let column = before.chars().count() as u32 + 1;
        let place = Place::new("f", 1, column).spanning(2);
        let (line, marks) = lines(&text, place, 200).expect("an excerpt");
        let above = &line[..line.find('X').expect("it fits")];
        prop_assert_eq!(above.width(), marks.find('^').expect("a mark"));
        prop_assert!(marks.ends_with("^^") && !marks.ends_with("^^^"));
    }
}
