//! The Prometheus text format, as far as we need it.

use std::fmt::Write;

/// A page of metrics being written.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// Begins a family.
    pub(crate) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// One sample of the family that was begun.
    pub(crate) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        if !labels.is_empty() {
            let shown: Vec<_> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            let _ = write!(self.0, "{{{}}}", shown.join(","));
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// A family of one sample without labels.
    pub(crate) fn single(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_numbers_are_plain() {
        let mut page = Page::default();
        page.family("punctual_x", "gauge", "Of a test.");
        page.sample("punctual_x", &[("channel", "a\"b\\c\nd"), ("outcome", "dead")], 3.0);
        page.sample("punctual_x", &[], 0.25);
        assert_eq!(
            page.finish(),
            "# HELP punctual_x Of a test.\n# TYPE punctual_x gauge\n\
             punctual_x{channel=\"a\\\"b\\\\c\\nd\",outcome=\"dead\"} 3\npunctual_x 0.25\n"
        );
    }
}
