//! The bytes of a connection as lines of bounded length, or as a letter.

use crate::letter::Letter;

/// Longest line of a command, its end included. The standard asks for 512, and for some more where parameters are.
const LINE_MAX: usize = 2048;
/// How much of a line that is too long is read over before nobody waits for its end any more.
const SKIPPED_MAX: usize = 64 * 1024;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is too long, and was read over.
    TooLong,
    /// It does not end.
    Endless,
}

/// The bytes of a connection that nobody has read yet.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    bytes: Vec<u8>,
    skipped: usize,
}

impl Intake {
    /// More bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next line, without its end, which is a newline with a carriage return or without: people type, too. `None`
    /// where more bytes are needed; of those that came, no more than a line may have are kept.
    pub fn line(&mut self) -> Option<Result<Vec<u8>, Flaw>> {
        let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') else { return self.unended() };
        let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
        if std::mem::take(&mut self.skipped) > 0 || line.len() > LINE_MAX {
            return Some(Err(Flaw::TooLong));
        }
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(Ok(line))
    }

    fn unended(&mut self) -> Option<Result<Vec<u8>, Flaw>> {
        if self.skipped > 0 || self.bytes.len() > LINE_MAX {
            self.skipped += self.bytes.len();
            self.bytes.clear();
        }
        (self.skipped > SKIPPED_MAX).then_some(Err(Flaw::Endless))
    }

    /// Gives the bytes to a letter, as far as they are of it; answers whether it is whole.
    pub fn fill(&mut self, letter: &mut Letter) -> bool {
        let taken = letter.take(&self.bytes);
        self.bytes.drain(..taken);
        letter.is_whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<Result<String, Flaw>> {
        let (mut intake, mut lines) = (Intake::default(), Vec::new());
        for chunk in chunks {
            intake.take(chunk);
            while let Some(line) = intake.line() {
                lines.push(line.map(|line| String::from_utf8(line).expect("text")));
            }
        }
        lines
    }

    #[test]
    fn lines_end_with_a_newline_wherever_the_bytes_are_cut() {
        let expected = [Ok("EHLO x".to_owned()), Ok("NOOP".to_owned()), Ok(String::new())];
        assert_eq!(lines(&[b"EHLO x\r\nNOOP\n\r\nQU"]), expected);
        assert_eq!(lines(&[b"EH", b"LO x\r", b"\nNO", b"OP\n", b"\r", b"\nQU"]), expected);
    }

    #[test]
    fn a_line_that_is_too_long_is_read_over_and_the_next_one_is_read() {
        let long = [b'x'; 3000];
        let expected = [Err(Flaw::TooLong), Ok("NOOP".to_owned())];
        assert_eq!(lines(&[&[&long[..], b"\r\nNOOP\r\n"].concat()]), expected);
        assert_eq!(lines(&[&long, &long, b"\r\nNOOP\r\n"]), expected);
        assert_eq!(lines(&[&long, b"\n", b"NOOP\n"]), expected);
    }

    #[test]
    fn a_line_without_an_end_takes_no_memory_and_is_given_up() {
        let mut intake = Intake::default();
        for _ in 0..SKIPPED_MAX / 4096 {
            intake.take(&[b'x'; 4096]);
            assert_eq!(intake.line(), None);
            assert!(intake.bytes.is_empty());
        }
        intake.take(b"x");
        assert_eq!(intake.line(), Some(Err(Flaw::Endless)));
    }

    #[test]
    fn what_follows_a_letter_is_the_next_line() {
        let (mut intake, mut letter) = (Intake::default(), Letter::default());
        intake.take(b"a\r\n.\r\nQUIT\r\n");
        assert!(intake.fill(&mut letter));
        assert_eq!((letter.kept(), intake.line()), (&b"a\r\n"[..], Some(Ok(b"QUIT".to_vec()))));
    }
}
