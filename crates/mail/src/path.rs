//! The path of a MAIL or RCPT command: an address in angle brackets, and what follows it.

/// Reads `<address> parameters`, and answers both. Brackets may be missing, a route before the address is left out. `None`
/// where there is no address.
pub(crate) fn path(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (address, rest) = match text.strip_prefix('<') {
        Some(text) => {
            let end = closing(text)?;
            (&text[..end], &text[end + 1..])
        }
        None => text.split_once(' ').unwrap_or((text, "")),
    };
    let is_apart = rest.is_empty() || rest.starts_with(' ') || !text.starts_with('<');
    is_apart.then(|| (without_route(address), rest.trim()))
}

/// Where the bracket is closed: not in a quoted part.
fn closing(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return Some(place),
            _ => {}
        }
    }
    None
}

/// `@a,@b:user@host` is `user@host` by way of others, which is of no use to anyone any more.
fn without_route(address: &str) -> &str {
    match address.split_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_with_its_brackets_or_without_and_what_follows_it() {
        for (text, read) in [
            ("<a@b>", Some(("a@b", ""))),
            (" <a@b> SIZE=3 BODY=7BIT", Some(("a@b", "SIZE=3 BODY=7BIT"))),
            ("<>", Some(("", ""))),
            ("a@b SIZE=3", Some(("a@b", "SIZE=3"))),
            ("<@x,@y:a@b>", Some(("a@b", ""))),
            ("<\"a>\\\"b\"@c> X", Some(("\"a>\\\"b\"@c", "X"))),
            ("<a@b", None),
            ("<a@b>X", None),
        ] {
            assert_eq!(path(text), read, "{text}");
        }
    }
}
