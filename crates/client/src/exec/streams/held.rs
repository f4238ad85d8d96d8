//! One stream, held back in bounded space: what does not fit is left out in the middle, and marked.
//!
//! The space is two parts: the first half keeps the start, the second is a ring that keeps the end. Where the space
//! itself cannot be had (a full disk), it is taken to end where it does.

use std::fs::File;
use std::io;

use super::copying::write_all;
use super::spill::Spill;

const CHUNK_BYTES: u64 = 64 * 1024;
/// What is put at once: so close the bound comes to where the space turned out to end.
const PIECE_BYTES_MAX: usize = 4096;

pub(super) struct Held {
    space: Spill,
    /// How much the space may hold, and how much of that is for the start.
    bytes_max: u64,
    start_bytes: u64,
    /// How much came.
    total: u64,
    /// How much of that could not be kept for want of space that was there before.
    lost: u64,
    to: File,
}

impl Held {
    pub(super) fn new(bytes_max: u64, to: File) -> Self {
        let start_bytes = bytes_max / 2;
        Self { space: Spill::default(), bytes_max, start_bytes, total: 0, lost: 0, to }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (at, room) = self.place();
            let count = bytes.len().min(PIECE_BYTES_MAX).min(usize::try_from(room).unwrap_or(usize::MAX));
            if room == 0 {
                self.total += bytes.len() as u64;
                return;
            }
            if self.space.put(at, &bytes[..count]).is_ok() {
                self.total += count as u64;
                bytes = &bytes[count..];
            } else if self.total < self.bytes_max {
                self.bytes_max = self.total;
                self.start_bytes = self.total / 2;
            } else {
                self.lost += bytes.len() as u64;
                return;
            }
        }
    }

    /// Where the next byte goes, and how many may follow it there.
    fn place(&self) -> (u64, u64) {
        let ring = self.bytes_max - self.start_bytes;
        match self.total.checked_sub(self.start_bytes) {
            None => (self.total, self.start_bytes - self.total),
            Some(_) if ring == 0 => (self.start_bytes, 0),
            Some(past_start) => (self.start_bytes + past_start % ring, ring - past_start % ring),
        }
    }

    /// Writes what is held to where it belongs, and holds it no more.
    pub(super) fn let_go(&mut self) -> io::Result<()> {
        let (total, lost) = (std::mem::take(&mut self.total), std::mem::take(&mut self.lost));
        if total <= self.bytes_max {
            self.write(0, total)?;
        } else {
            self.write(0, self.start_bytes)?;
            self.mark(total - self.bytes_max)?;
            let ring = self.bytes_max - self.start_bytes;
            let oldest = self.start_bytes + (total - self.start_bytes).checked_rem(ring).unwrap_or(0);
            self.write(oldest, self.bytes_max)?;
            self.write(self.start_bytes, oldest)?;
        }
        if lost > 0 { self.mark(lost) } else { Ok(()) }
    }

    pub(super) fn destination(&self) -> io::Result<File> {
        self.to.try_clone()
    }

    fn write(&mut self, from: u64, until: u64) -> io::Result<()> {
        let mut at = from;
        while at < until {
            let chunk = self.space.get(at, CHUNK_BYTES.min(until - at))?;
            write_all(&mut self.to, &chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    fn mark(&mut self, left_out: u64) -> io::Result<()> {
        let mark = format!("\n[punctual: {left_out} bytes of output are left out here]\n");
        write_all(&mut self.to, mark.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    fn let_go_of(bytes_max: u64, chunks: &[&str]) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let mut held = Held::new(bytes_max, file.try_clone().unwrap());
        for chunk in chunks {
            held.push(chunk.as_bytes());
        }
        held.let_go().unwrap();
        held.let_go().unwrap();
        file.rewind().unwrap();
        let mut shown = String::new();
        file.read_to_string(&mut shown).unwrap();
        shown
    }

    /// More than memory is for: each line is told from the others.
    fn numbers() -> String {
        (0..40_000).fold(String::new(), |text, number| text + &number.to_string() + "\n")
    }

    fn mark(left_out: u64) -> String {
        format!("\n[punctual: {left_out} bytes of output are left out here]\n")
    }

    #[test]
    fn what_fits_comes_back_as_it_was_and_once() {
        assert_eq!(let_go_of(10, &["abc", "", "defg", "hij"]), "abcdefghij");
        assert_eq!(let_go_of(10, &[]), "");
    }

    #[test]
    fn what_does_not_fit_is_left_out_in_the_middle() {
        assert_eq!(let_go_of(10, &["abcdefghijk"]), format!("abcde{}ghijk", mark(1)));
        assert_eq!(
            let_go_of(10, &["abc", "defghijkl", "mnopqr", "stuvwxyz"]),
            format!("abcde{}vwxyz", mark(16))
        );
        assert_eq!(let_go_of(3, &["abcdef"]), format!("a{}ef", mark(3)));
        assert_eq!(let_go_of(1, &["abcdef"]), format!("{}f", mark(5)));
        assert_eq!(let_go_of(0, &["abcdef"]), mark(6));
    }

    #[test]
    fn more_than_memory_is_for_comes_back_from_the_disk() {
        let text = numbers();
        assert!(let_go_of(1 << 20, &[&text]) == text, "it differs");
        let shown = let_go_of(200_000, &[&text]);
        assert!(shown.starts_with(&text[..100_000]) && shown.ends_with(&text[text.len() - 100_000..]));
        assert!(shown.contains(&mark(text.len() as u64 - 200_000)));
    }

    #[test]
    fn where_there_is_no_disk_memory_is_the_bound() {
        let text = numbers();
        let mut file = tempfile::tempfile().unwrap();
        let mut held = Held { space: Spill::without_disk(), ..Held::new(1 << 30, file.try_clone().unwrap()) };
        held.push(text.as_bytes());
        held.let_go().unwrap();
        file.rewind().unwrap();
        let mut shown = String::new();
        file.read_to_string(&mut shown).unwrap();
        assert!(shown.starts_with("0\n1\n") && shown.ends_with("39998\n39999\n"));
        assert!(
            shown.len() < 100_000 && shown.contains("bytes of output are left out here"),
            "{}",
            shown.len()
        );
    }
}
