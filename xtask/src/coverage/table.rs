//! What was counted, read from annotated source: `  12|    3|let x = 1;` is line 12, reached three times.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use crate::say;

/// Lines of one file that are code.
#[derive(Debug, Default)]
struct File {
    reached: usize,
    missed: Vec<(usize, String)>,
}

/// Every file that is measured, by its name within the sources.
#[derive(Debug, Default)]
pub(super) struct Table(BTreeMap<String, File>);

impl Table {
    /// Reads annotated source, and takes of it what lies in these sources; unit tests within them do not count.
    pub(super) fn read(text: &str, sources: &str) -> Self {
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        let mut current = None;
        for line in text.lines() {
            let Some((number, count, code)) = annotated(line) else {
                current = line.split_once(sources).map(|(_, name)| name.trim().to_owned());
                continue;
            };
            if code.trim() == "#[cfg(test)]" {
                current = None;
            }
            let Some(name) = &current else { continue };
            let file = files.entry(name.clone()).or_default();
            match count {
                Some(0) => file.missed.push((number, code.trim().to_owned())),
                Some(_) => file.reached += 1,
                None => {}
            }
        }
        Self(files)
    }

    /// Says it to the person.
    pub(super) fn show(&self) -> Result<()> {
        for (name, file) in &self.0 {
            for (number, code) in &file.missed {
                say(&format!("{name}:{number}: {code}"));
            }
        }
        for (name, file) in &self.0 {
            say(&format!("{name:36} {}", share(file.reached, file.missed.len())));
        }
        let (reached, missed) = self.total();
        ensure!(reached > 0, "nothing was counted");
        say(&format!("{:36} {}", "domain", share(reached, missed)));
        Ok(())
    }

    fn total(&self) -> (usize, usize) {
        let sum = |part: fn(&File) -> usize| self.0.values().map(part).sum();
        (sum(|file| file.reached), sum(|file| file.missed.len()))
    }
}

fn annotated(line: &str) -> Option<(usize, Option<u64>, &str)> {
    let (number, rest) = line.split_once('|')?;
    let (count, code) = rest.split_once('|')?;
    Some((number.trim().parse().ok()?, count.trim().parse().ok(), code))
}

fn share(reached: usize, missed: usize) -> String {
    let lines = reached + missed;
    format!("{reached:5} of {lines:5}  {:5.1} %", 100.0 * reached as f64 / lines.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "\
/somewhere/crates/domain/src/a.rs
    1|       |//! A file.
    2|      3|fn a() -> bool { x || y }
    3|      0|fn b() {}
    4|       |#[cfg(test)]
    5|      0|mod tests {}

/elsewhere/src/b.rs
    1|      0|fn c() {}
/somewhere/crates/domain/src/deep/c.rs
    1|      1|fn d() {}
";

    #[test]
    fn lines_of_the_sources_are_counted_and_their_unit_tests_and_others_are_not() {
        let table = Table::read(SHOWN, "crates/domain/src/");
        assert_eq!(table.0.keys().collect::<Vec<_>>(), ["a.rs", "deep/c.rs"]);
        assert_eq!(table.total(), (2, 1));
        assert_eq!(table.0["a.rs"].missed, [(3, "fn b() {}".to_owned())]);
        assert_eq!(share(2, 1), "    2 of     3   66.7 %");
    }

    #[test]
    fn nothing_counted_is_a_failure() {
        assert!(Table::default().show().is_err());
    }
}
