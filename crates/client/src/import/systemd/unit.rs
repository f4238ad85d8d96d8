//! Unit files: sections of settings that may be given several times.
//!
//! Expands no specifiers and looks nothing up.

/// Most settings of one unit that are read.
const SETTINGS_MAX: usize = 10_000;

/// The settings of a unit in their order: section, name, value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unit(Vec<(String, String, String)>);

impl Unit {
    /// Reads a unit file with its drop-ins after it. What is no setting is passed over, as systemd does.
    pub(crate) fn parse(text: &str) -> Self {
        let (mut settings, mut section) = (Vec::new(), String::new());
        for line in joined(text) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
            } else if let Some((name, value)) = line.split_once('=') {
                settings.push((section.clone(), name.trim().to_owned(), value.trim().to_owned()));
            }
            if settings.len() >= SETTINGS_MAX {
                break;
            }
        }
        Self(settings)
    }

    /// All values of a setting; an empty one takes back what was before it.
    pub(crate) fn all(&self, section: &str, name: &str) -> Vec<&str> {
        let values = self.values(section, name);
        let values: Vec<&str> = values.collect();
        let kept = values.iter().rposition(|value| value.is_empty()).map_or(0, |at| at + 1);
        values[kept..].to_vec()
    }

    /// The value of a setting that has one: the last.
    pub(crate) fn last(&self, section: &str, name: &str) -> Option<&str> {
        self.values(section, name).last().filter(|value| !value.is_empty())
    }

    fn values(&self, section: &str, name: &str) -> impl Iterator<Item = &str> {
        let is_it = move |setting: &&(String, String, String)| setting.0 == section && setting.1 == name;
        self.0.iter().filter(is_it).map(|setting| setting.2.as_str())
    }
}

/// Lines without comments; one that ends in a backslash goes on in the next.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        let (content, ends_open) = line.strip_suffix('\\').map_or((line, false), |content| (content, true));
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push(' ');
                last.push_str(content.trim());
            }
            None => lines.push(content.trim().to_owned()),
        }
        goes_on = ends_open;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_their_drop_ins() {
        let text = "# /lib/x.timer\n[Timer]\nOnCalendar=daily\nOnCalendar = weekly\n; no\n\n# drop-in\n[Timer]\n\
                    OnCalendar=\nOnCalendar=Mon 02:00 \\\n# between\n  Europe/Riga\n[Other]\nOnCalendar=never\n";
        let unit = Unit::parse(text);
        assert_eq!(unit.all("Timer", "OnCalendar"), ["Mon 02:00 Europe/Riga"]);
        assert_eq!(unit.last("Timer", "Unit"), None);
    }
}
