//! Figures for people who read a test's output.

/// Says a figure that was measured.
#[expect(clippy::print_stderr, reason = "figures are for whoever runs the tests with their output shown")]
pub(crate) fn note(line: &str) {
    eprintln!("measured: {line}");
}

/// The lines of a text.
pub(crate) fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}
