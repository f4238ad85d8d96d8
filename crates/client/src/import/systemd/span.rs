//! Time spans as systemd writes them: `5min 20s`, `1.5h`, `2 weeks`, `infinity`, a bare number of seconds.

/// A length of time, perhaps without end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Span {
    Seconds(f64),
    Infinity,
}

/// Unit names and how many seconds they are, as systemd.time(7) has them.
const UNITS: [(&[&str], f64); 9] = [
    (&["usec", "us", "μs", "µs"], 1e-6),
    (&["msec", "ms"], 1e-3),
    (&["seconds", "second", "sec", "s", ""], 1.0),
    (&["minutes", "minute", "min", "m"], 60.0),
    (&["hours", "hour", "hr", "h"], 3600.0),
    (&["days", "day", "d"], 86_400.0),
    (&["weeks", "week", "w"], 604_800.0),
    (&["months", "month", "M"], 2_629_800.0),
    (&["years", "year", "y"], 31_557_600.0),
];

impl Span {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        if rest == "infinity" {
            return Some(Self::Infinity);
        }
        if rest.is_empty() {
            return None;
        }
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let number_ends = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(number_ends);
            let after = after.trim_start();
            let unit_ends = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
            let (unit, after) = after.split_at(unit_ends);
            let (_, size) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
            seconds += number.parse::<f64>().ok()? * size;
            rest = after.trim_start();
        }
        Some(Self::Seconds(seconds))
    }

    /// Whole seconds, rounded up; none where it has no end.
    pub(super) fn seconds(self) -> Option<u64> {
        match self {
            Self::Seconds(seconds) => Some(seconds.ceil() as u64),
            Self::Infinity => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_systemd_reads_them() {
        for (text, seconds) in [
            ("90", Some(90)),
            ("5min 20s", Some(320)),
            ("5min20s", Some(320)),
            ("1.5h", Some(5400)),
            ("2 weeks", Some(1_209_600)),
            ("1M", Some(2_629_800)),
            ("1ms", Some(1)),
            ("0", Some(0)),
            ("infinity", None),
        ] {
            assert_eq!(Span::parse(text).expect(text).seconds(), seconds, "{text}");
        }
        for odd in ["", "x", "5 parsecs", "1..5s", "-1s"] {
            assert_eq!(Span::parse(odd), None, "{odd}");
        }
    }
}
