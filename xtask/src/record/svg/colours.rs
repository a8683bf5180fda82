//! The colours of the window, and how styles of a terminal look in it.

use vt100::Color;

use crate::record::screen::Style;

pub(super) const BACKGROUND: &str = "#10151d";
pub(super) const BAR: &str = "#1a212c";
pub(super) const BORDER: &str = "#2c3644";
pub(super) const FOREGROUND: &str = "#d3dae3";
pub(super) const MUTED: &str = "#8d99a8";
/// The cursor.
pub(super) const ACCENT: &str = "#5cc8d7";
/// Close, minimise, maximise.
pub(super) const BUTTONS: [&str; 3] = ["#ec6a5e", "#f4bf4f", "#61c554"];

/// What [`appearance`] refers to.
pub(super) const CLASSES: &str =
    ".b{font-weight:700}.d{fill-opacity:.55}.i{font-style:italic}.u{text-decoration:underline}\n";

/// The colours with numbers, the bright ones last.
const PALETTE: [&str; 16] = [
    "#3b4656", "#f47c7c", "#6fd58f", "#e8bd62", "#74b0f5", "#c99bf0", "#5cc8d7", "#d3dae3", "#6b7889",
    "#ff9b9b", "#94e9ae", "#f6d68b", "#9dcaff", "#dfbcff", "#8fe3ee", "#ffffff",
];

/// How a style looks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Attributes of a `<text>`, each with a blank before it.
    pub(super) attributes: String,
    /// The colour behind the text, unless it is the window's.
    pub(super) background: Option<String>,
}

/// Puts a style in SVG's words.
pub(super) fn appearance(style: Style) -> Appearance {
    let (mut foreground, mut background) = (colour(style.foreground), colour(style.background));
    if style.inverse {
        let swapped = background.unwrap_or_else(|| BACKGROUND.to_owned());
        background = Some(foreground.unwrap_or_else(|| FOREGROUND.to_owned()));
        foreground = Some(swapped);
    }
    let set = [(style.bold, "b"), (style.dim, "d"), (style.italic, "i"), (style.underline, "u")];
    let classes: Vec<_> = set.iter().filter(|(is_set, _)| *is_set).map(|(_, class)| *class).collect();
    let mut attributes = String::new();
    if !classes.is_empty() {
        attributes = format!(" class=\"{}\"", classes.join(" "));
    }
    if let Some(colour) = foreground {
        // Not an attribute: the style sheet's colour of all text would be stronger.
        attributes = format!("{attributes} style=\"fill:{colour}\"");
    }
    Appearance { attributes, background }
}

/// A colour as SVG writes it; `None` for the window's own.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Default => None,
        Color::Idx(index @ 0..16) => Some(PALETTE[index as usize].to_owned()),
        Color::Idx(index @ 16..232) => {
            // A cube of six levels in each direction.
            let level = |place: u8| match (index - 16) / place % 6 {
                0 => 0,
                level => 55 + 40 * level,
            };
            Some(hexadecimal(level(36), level(6), level(1)))
        }
        Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            Some(hexadecimal(grey, grey, grey))
        }
        Color::Rgb(red, green, blue) => Some(hexadecimal(red, green, blue)),
    }
}

fn hexadecimal(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_needs_no_attributes() {
        assert_eq!(appearance(Style::default()), Appearance { attributes: String::new(), background: None });
    }

    #[test]
    fn styles_become_classes_and_colours() {
        let style = Style { bold: true, underline: true, foreground: Color::Idx(2), ..Style::default() };
        assert_eq!(appearance(style).attributes, " class=\"b u\" style=\"fill:#6fd58f\"");
    }

    #[test]
    fn inverse_swaps_also_the_window_s_own_colours() {
        let look = appearance(Style { inverse: true, ..Style::default() });
        assert_eq!(look.attributes, format!(" style=\"fill:{BACKGROUND}\""));
        assert_eq!(look.background.as_deref(), Some(FOREGROUND));
    }

    #[test]
    fn the_256_colours_are_xterm_s() {
        let seen = [16, 21, 196, 231, 232, 255].map(|index| colour(Color::Idx(index)).unwrap());
        assert_eq!(seen, ["#000000", "#0000ff", "#ff0000", "#ffffff", "#080808", "#eeeeee"]);
        assert_eq!(colour(Color::Rgb(1, 2, 255)).unwrap(), "#0102ff");
    }
}
