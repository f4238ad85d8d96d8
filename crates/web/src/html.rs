//! Text from others in a page: nothing in it is markup.

/// A text as it stands in an element or between double quotes. What would turn the direction of the text around it, and
/// control characters, are shown as a replacement.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escaped(r#"<b a="x">&'</b>"#), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;&lt;/b&gt;");
        assert_eq!(escaped("a\u{202e}b\nc\0"), "a\u{fffd}b\u{fffd}c\u{fffd}");
    }
}
