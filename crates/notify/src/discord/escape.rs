//! Text from jobs made harmless in Discord's Markdown.
//!
//! A backslash before a sign makes it mean nothing; in code there is no such thing, and backticks are replaced there.
//! Addresses are parted, so that they make no links, and words that call many from their `@`. Budgets count what is
//! sent, backslashes included, in UTF-16 units.

use crate::escape::replacing;

/// Text among other text. Takes `text` for one line.
pub(super) fn inline(text: &str, budget: usize) -> String {
    replacing(text, budget, units, |c, rest| match c {
        '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '[' | ']' | '(' | ')' | '#' | '-' => {
            Some(format!("\\{c}").into())
        }
        ':' if rest.starts_with("//") => Some(":\u{2060}".into()),
        '@' => Some("@\u{2060}".into()),
        _ => None,
    })
}

/// Text in a code block.
pub(super) fn code(text: &str, budget: usize) -> String {
    replacing(text, budget, units, |c, _| match c {
        '`' => Some("ˋ".into()),
        '@' => Some("@\u{2060}".into()),
        _ => None,
    })
}

/// What Discord counts.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_means_nothing() {
        for (sent, shown) in [
            ("*bold* _it_ ~~no~~ `code` ||spoiler||", r"\*bold\* \_it\_ \~\~no\~\~ \`code\` \|\|spoiler\|\|"),
            ("<@123> <#1> <t:1:R>", "\\<@\u{2060}123\\> \\<\\#1\\> \\<t:1:R\\>"),
            ("@everyone", "@\u{2060}everyone"),
            ("[click](https://evil.example)", "\\[click\\]\\(https:\u{2060}//evil.example\\)"),
            ("# big\\", r"\# big\\"),
        ] {
            assert_eq!(inline(sent, 200), shown);
        }
        assert_eq!(code("``` *x* @here", 200), "ˋˋˋ *x* @\u{2060}here");
    }

    #[test]
    fn what_is_too_long_is_cut_and_never_after_a_backslash() {
        assert_eq!(inline("abcdef", 6), "abcdef");
        assert_eq!(inline("abcdefg", 6), "abcde…");
        assert_eq!(inline("a***", 5), r"a\*…");
        for budget in 1..40 {
            let cut = inline(&"*👩@".repeat(20), budget);
            assert!(cut.encode_utf16().count() <= budget && !cut.ends_with("\\…"), "{cut}");
        }
    }
}
