//! What is wrong with a file of TOML, for people. Not what the file says there: it may be a secret.

/// What is wrong with a text, and in which line.
pub fn toml_flaw(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("is not valid TOML in line {line}: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_named_and_not_quoted() {
        let text = "a = 1\ntoken = \"xoxb-1-secret\nb = 2\n";
        let told = toml_flaw(text, &text.parse::<toml::Table>().expect_err("no toml"));
        assert!(told.starts_with("is not valid TOML in line 2: ") && !told.contains("xoxb"), "{told}");
    }
}
