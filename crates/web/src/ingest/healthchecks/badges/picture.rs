//! A badge as a picture: what it is about on the left, how it stands on the right.

use crate::html::escaped;

/// Most characters of a label.
const LABEL_CHARS_MAX: usize = 60;
/// How wide a character is on the average, and the room at both sides, in pixels.
const CHAR_WIDTH: usize = 7;
const ROOM: usize = 10;

/// Draws it.
pub(super) fn drawn(label: &str, word: &str) -> String {
    let label = domain::time::shorten(label, LABEL_CHARS_MAX);
    let (left, right) = (width(&label), width(word));
    let (whole, label, color) = (left + right, escaped(&label), color(word));
    let (middle_left, middle_right) = (left / 2, left + right / 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{label}: {word}\">\
         <title>{label}: {word}</title>\
         <clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\
         <g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#555\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{color}\"/></g>\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\">\
         <text x=\"{middle_left}\" y=\"14\">{label}</text><text x=\"{middle_right}\" y=\"14\">{word}</text></g></svg>\n"
    )
}

fn width(text: &str) -> usize {
    text.chars().count() * CHAR_WIDTH + ROOM
}

fn color(word: &str) -> &'static str {
    match word {
        "down" => "#e05d44",
        "late" => "#fe7d37",
        _ => "#4c1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_label_is_markup_and_a_long_one_is_cut() {
        let picture = drawn("<script>", "down");
        assert!(picture.contains("&lt;script&gt;") && picture.contains("#e05d44"), "{picture}");
        assert!(drawn(&"x".repeat(500), "up").len() < 1500);
    }
}
