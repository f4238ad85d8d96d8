//! A mail as it comes after DATA: up to the line that is a single dot, with the dots taken away that were put before dots,
//! and no more kept of it than a report may have.

use domain::output::OUTPUT_BYTES_MAX;

/// Longest mail.
pub const SIZE_MAX: usize = 10 * 1024 * 1024;
/// How much of it is kept: a byte more than a report has room for, by which it shows that it was cut.
pub const KEPT_MAX: usize = OUTPUT_BYTES_MAX + 1;
/// Where a mail that is too long is no longer read to its end.
const READ_MAX: usize = 3 * SIZE_MAX;

/// Where in a line we are. Only a carriage return with a newline ends one: who takes less is told apart from other servers
/// by it, and smuggled mails live of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Start,
    /// After a dot at the start.
    Dot,
    /// After a dot at the start and a carriage return.
    DotReturn,
    Middle,
    /// After a carriage return.
    Return,
    /// After the last line.
    End,
}

/// A mail that comes.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    kept: Vec<u8>,
    size: usize,
    at: At,
}

impl Letter {
    /// Takes bytes up to the end of the mail; answers how many it took.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        for (place, byte) in bytes.iter().enumerate() {
            if self.at == At::End {
                return place;
            }
            self.step(*byte);
        }
        bytes.len()
    }

    fn step(&mut self, byte: u8) {
        match (self.at, byte) {
            (At::Start, b'.') => self.at = At::Dot,
            (At::Dot, b'\r') => self.at = At::DotReturn,
            (At::DotReturn, b'\n') => self.at = At::End,
            (At::DotReturn, _) => {
                self.keep(b'\r');
                self.at = At::Return;
                self.within(byte);
            }
            _ => self.within(byte),
        }
    }

    fn within(&mut self, byte: u8) {
        self.keep(byte);
        self.at = match (self.at, byte) {
            (_, b'\r') => At::Return,
            (At::Return, b'\n') => At::Start,
            _ => At::Middle,
        };
    }

    fn keep(&mut self, byte: u8) {
        self.size += 1;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(byte);
        }
    }

    /// Whether its last line has come.
    pub fn is_whole(&self) -> bool {
        self.at == At::End
    }

    /// Whether it is longer than a mail may be.
    pub fn is_too_long(&self) -> bool {
        self.size > SIZE_MAX
    }

    /// Whether it is so long that nobody waits for its end.
    pub(crate) fn is_endless(&self) -> bool {
        self.size > READ_MAX
    }

    /// Its first bytes, at most [`KEPT_MAX`].
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut letter = Letter::default();
        letter.take(bytes);
        (letter.kept().to_vec(), letter.is_whole())
    }

    #[test]
    fn a_letter_ends_with_a_line_that_is_a_single_dot() {
        for (bytes, kept) in [
            (&b".\r\n"[..], &b""[..]),
            (b"a\r\n.\r\n", b"a\r\n"),
            (b"..\r\n...\r\n.b\r\n.\r\n", b".\r\n..\r\nb\r\n"),
            (b"a.\r\n.\r\n", b"a.\r\n"),
            (b".\rx\r\n.\r\n", b"\rx\r\n"),
            (b"a\r\r\n.\r\n", b"a\r\r\n"),
            (b".\r\r\n.\r\n", b"\r\r\n"),
        ] {
            assert_eq!(read(bytes), (kept.to_vec(), true), "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_line_that_ends_without_a_carriage_return_ends_nothing() {
        for bytes in [&b"a\n.\n"[..], b"a\r\n.\n", b"a\n.\r\n", b"a\r.\r\n", b"a\r\n.\r", b""] {
            assert!(!read(bytes).1, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_letter_is_the_same_however_its_bytes_are_cut() {
        let bytes = b"Subject: x\r\n\r\n..dots\r\n.\r\nQUIT\r\n";
        let mut letter = Letter::default();
        let taken: usize = bytes.chunks(1).map(|byte| letter.take(byte)).sum();
        assert_eq!((letter.kept(), taken), (&b"Subject: x\r\n\r\n.dots\r\n"[..], bytes.len() - 6));
    }

    #[test]
    fn of_a_long_letter_the_beginning_is_kept() {
        let mut letter = Letter::default();
        for _ in 0..=SIZE_MAX / 4096 {
            letter.take(&[b'x'; 4096]);
        }
        assert_eq!(letter.kept().len(), KEPT_MAX);
        assert!(letter.is_too_long() && !letter.is_endless() && !letter.is_whole());
        assert_eq!(letter.take(b"\r\n.\r\n"), 5);
        assert!(letter.is_whole());
    }
}
