//! Text from jobs made harmless in Slack's markup.
//!
//! `&`, `<` and `>` have entities, and with them all that Slack reads between `<` and `>`: mentions, links, dates. The
//! marks of formatting have none: they are replaced by signs that look the same and mean nothing. Budgets count
//! characters as they are sent, entities in full, because that is what Slack counts.

use std::borrow::Cow;

use crate::escape::replacing;

/// Text among other text. Takes `text` for one line.
pub(super) fn inline(text: &str, budget: usize) -> String {
    let mut before = None;
    replacing(text, budget, chars, |c, rest| {
        let previous = before.replace(c);
        match c {
            '>' if previous.is_none() => Some("›".into()), // would quote the line
            '*' => Some("∗".into()),
            '~' => Some("∼".into()),
            '_' if !joins(previous, rest) => Some("ˍ".into()),
            c => common(c, rest),
        }
    })
}

/// Text in a code block.
pub(super) fn code(text: &str, budget: usize) -> String {
    replacing(text, budget, chars, common)
}

/// What means something anywhere: entities, backticks that would begin or end code, and `@` before a word by which
/// Slack calls many, which is parted from it by a sign without width.
fn common(c: char, rest: &str) -> Option<Cow<'static, str>> {
    match c {
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        '`' => Some("ˋ".into()),
        '@' if is_group(rest) => Some("@\u{2060}".into()),
        _ => None,
    }
}

/// Whether an underscore is inside a word, as in most names of jobs, where it formats nothing.
fn joins(previous: Option<char>, rest: &str) -> bool {
    previous.is_some_and(char::is_alphanumeric) && rest.chars().next().is_some_and(char::is_alphanumeric)
}

fn is_group(rest: &str) -> bool {
    ["channel", "everyone", "group", "here"]
        .iter()
        .any(|word| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

/// What Slack counts.
fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_means_nothing() {
        for (sent, shown) in [
            ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
            ("<https://evil.example|click>", "&lt;https://evil.example|click&gt;"),
            (
                "@channel @Here @everyone @someone",
                "@\u{2060}channel @\u{2060}Here @\u{2060}everyone @someone",
            ),
            ("*bold* ~struck~ `code`", "∗bold∗ ∼struck∼ ˋcodeˋ"),
            ("nightly_backup_job _italic_", "nightly_backup_job ˍitalicˍ"),
            ("> quoted", "› quoted"),
            ("a > b", "a &gt; b"),
            ("&amp;", "&amp;amp;"),
        ] {
            assert_eq!(inline(sent, 200), shown);
        }
        assert_eq!(code("``` <a> *x* @here", 200), "ˋˋˋ &lt;a&gt; *x* @\u{2060}here");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_never_in_an_entity() {
        assert_eq!(inline("abcdef", 6), "abcdef");
        assert_eq!(inline("abcdefg", 6), "abcde…");
        assert_eq!(inline("a<<<", 10), "a&lt;&lt;…");
        assert_eq!(inline("<", 3), "…");
        assert_eq!(inline("ééé", 2), "é…");
        for budget in 1..40 {
            assert!(code(&"<é`".repeat(20), budget).chars().count() <= budget);
        }
    }
}
