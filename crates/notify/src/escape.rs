//! Text made harmless for a receiver's markup, as far as receivers agree: HTML's entities, and replacing characters
//! within a budget. What means something to one receiver is in that channel's own module.

use std::borrow::Cow;

/// The signs that mean something in HTML, in text and in attributes, as entities.
pub(crate) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Replaces characters (each is shown with what follows it), and cuts with an ellipsis what would be longer than
/// `budget` by that measure, never within what stands for one character.
pub(crate) fn replacing(
    text: &str,
    budget: usize,
    length: impl Fn(&str) -> usize,
    mut replace: impl FnMut(char, &str) -> Option<Cow<'static, str>>,
) -> String {
    let mut fitted = String::new();
    let (mut used, mut cut) = (0, 0);
    for (at, c) in text.char_indices() {
        let (itself, rest) = text[at..].split_at(c.len_utf8());
        let replaced = replace(c, rest);
        let piece = replaced.as_deref().unwrap_or(itself);
        used += length(piece);
        if used > budget {
            fitted.truncate(cut);
            fitted.push('…');
            break;
        }
        fitted.push_str(piece);
        if used < budget {
            cut = fitted.len();
        }
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_ends_neither_text_nor_attributes() {
        assert_eq!(
            html("<a href=\"x\" id='y'>&amp;"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;"
        );
    }

    #[test]
    fn what_is_replaced_is_kept_whole_or_left_out() {
        let double = |c: char, _: &str| (c == 'b').then(|| "BB".into());
        for (budget, fitted) in [(1, "…"), (2, "a…"), (3, "a…"), (4, "aBBc"), (9, "aBBc")] {
            assert_eq!(replacing("abc", budget, str::len, double), fitted, "{budget}");
        }
    }
}
