//! What becomes of the command's output: what is reported of it, and what is passed on.

use clap::{Args, ValueEnum};

/// Longer error messages are cut by the server, at the end that matters.
pub(in crate::exec) const TAIL_CHARS_MAX: usize = 10_000;
/// What `--quiet` may put on a disk, for each of the two streams.
const HELD_BYTES_MAX: u64 = 1 << 30;

/// How much of the output goes where.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub(in crate::exec) struct OutputArgs {
    /// Report the end of the output always, only of a run that failed, or never
    #[arg(long = "output", value_name = "WHEN", value_enum, default_value_t = Reported::Always)]
    reported: Reported,
    /// How many of the last characters of the output to report, at most 10000
    #[arg(long = "tail", visible_alias = "tail-chars", value_name = "CHARS",
          default_value_t = TAIL_CHARS_MAX, value_parser = parse_tail)]
    pub(in crate::exec) tail_chars: usize,
    /// Leave the output alone: report none of it. A stream that is a terminal is always left alone
    #[arg(long)]
    no_output: bool,
    /// Pass the output on only if the command fails, and say nothing when reporting fails
    #[arg(long, short)]
    pub(in crate::exec) quiet: bool,
    /// With --quiet, how much of each stream to keep for a failure, such as 500K or 16M: half from its start, half
    /// from its end
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = parse_bytes)]
    pub(in crate::exec) output_bytes: u64,
}

/// Of which runs the end of the output is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::exec) enum Reported {
    Always,
    Failure,
    Never,
}

impl OutputArgs {
    pub(in crate::exec) fn reported(&self) -> Reported {
        if self.no_output { Reported::Never } else { self.reported }
    }
}

fn parse_tail(text: &str) -> Result<usize, String> {
    let chars: usize = text.parse().map_err(|_| "give a number of characters")?;
    if chars > TAIL_CHARS_MAX { Err(format!("at most {TAIL_CHARS_MAX}")) } else { Ok(chars) }
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let (count, unit) = match text.strip_suffix(['K', 'k', 'M', 'm', 'G', 'g']) {
        Some(count) => (count, &text[count.len()..]),
        None => (text, ""),
    };
    let unit = match unit {
        "K" | "k" => 1 << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => 1,
    };
    let bytes = count.parse::<u64>().ok().and_then(|count| count.checked_mul(unit));
    let bytes = bytes.ok_or("give a number of bytes such as 500000, 500K or 16M")?;
    if bytes > HELD_BYTES_MAX { Err("at most 1G".to_owned()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("0", 0), ("500", 500), ("2K", 2048), ("16M", 16 << 20), ("1g", 1 << 30)] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "K", "1.5M", "-1", "16MB", "99999999999999999G"] {
            assert!(parse_bytes(text).is_err_and(|why| why.contains("such as")), "{text}");
        }
        assert_eq!(parse_bytes("2G"), Err("at most 1G".to_owned()));
    }

    #[test]
    fn a_tail_has_a_bound() {
        assert_eq!(parse_tail("10000"), Ok(10_000));
        assert!(parse_tail("10001").is_err() && parse_tail("all").is_err());
    }
}
