//! The last of an output, in bounded memory, as text.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// UTF-8 needs no more than this for a character.
const BYTES_PER_CHAR: usize = 4;
/// A longer line is given in pieces.
const LINE_BYTES_MAX: usize = 8 * 1024;

/// A ring that keeps the last bytes it was given.
#[derive(Debug)]
pub(super) struct Tail {
    bytes: VecDeque<u8>,
    chars_max: usize,
    lost_some: bool,
}

impl Tail {
    pub(super) fn new(chars_max: usize) -> Self {
        Self { bytes: VecDeque::new(), chars_max, lost_some: false }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        let room = self.chars_max * BYTES_PER_CHAR;
        let kept = &chunk[chunk.len().saturating_sub(room)..];
        let excess = (self.bytes.len() + kept.len()).saturating_sub(room);
        self.lost_some |= excess > 0 || kept.len() < chunk.len();
        self.bytes.drain(..excess);
        self.bytes.extend(kept);
    }

    /// The last characters, whole lines where that is possible; what is no UTF-8 is shown as `\u{fffd}`.
    pub(super) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let torn = if self.lost_some { continuation_bytes(&bytes) } else { 0 };
        let text = String::from_utf8_lossy(&bytes[torn..]);
        cut(&text, self.chars_max, self.lost_some).to_owned()
    }
}

/// One of several streams that share a tail: gives it whole lines, so that the streams do not cut into each other's.
#[derive(Debug)]
pub(super) struct LineWise {
    tail: Arc<Mutex<Tail>>,
    line: Vec<u8>,
}

impl LineWise {
    pub(super) fn new(tail: Arc<Mutex<Tail>>) -> Self {
        Self { tail, line: Vec::new() }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        let whole = chunk.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole > 0 || self.line.len() > LINE_BYTES_MAX {
            self.line.extend_from_slice(&chunk[..whole]);
            self.give();
        }
        self.line.extend_from_slice(&chunk[whole..]);
    }

    fn give(&mut self) {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).push(&self.line);
        self.line.clear();
    }
}

/// At its end a stream gives what it has, be it a line or not.
impl Drop for LineWise {
    fn drop(&mut self) {
        self.give();
    }
}

/// The bytes at the start that belong to a character whose beginning is lost.
fn continuation_bytes(bytes: &[u8]) -> usize {
    bytes.iter().take(BYTES_PER_CHAR - 1).take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count()
}

fn cut(text: &str, chars_max: usize, lost_some: bool) -> &str {
    let excess = text.chars().count().saturating_sub(chars_max);
    let start = text.char_indices().nth(excess).map_or(text.len(), |(at, _)| at);
    let kept = &text[start..];
    let at_line_start = text[..start].ends_with('\n') || start == 0 && !lost_some;
    if at_line_start { kept } else { from_next_line(kept) }
}

/// From the first line that begins in the text, unless the text is one long line.
fn from_next_line(text: &str) -> &str {
    match text.split_once('\n') {
        Some((_, rest)) if !rest.is_empty() => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(chars_max: usize, chunks: &[&[u8]], expected: &str) {
        let mut tail = Tail::new(chars_max);
        for chunk in chunks {
            tail.push(chunk);
        }
        assert_eq!(tail.text(), expected);
    }

    #[test]
    fn short_output_is_kept_as_it_is() {
        check(100, &[b"one\n", b"two"], "one\ntwo");
        check(100, &[], "");
    }

    #[test]
    fn long_output_is_cut_at_the_start_of_a_line() {
        check(9, &[b"first\n", b"second\n", b"3\n"], "second\n3\n");
        check(8, &[b"first\n", b"second\n", b"3\n"], "3\n");
    }

    #[test]
    fn one_long_line_is_cut_anywhere() {
        check(4, &[b"abcdefghijklmnopqrstuvwxyz"], "wxyz");
        check(4, &[b"abcdefgh\n"], "fgh\n");
    }

    #[test]
    fn a_character_is_never_torn() {
        check(3, &["ééééééé".as_bytes()], "ééé");
        check(2, &["a€€€€".as_bytes()], "€€");
        let mut tail = Tail::new(2);
        "€€€€€€€€€".bytes().for_each(|byte| tail.push(&[byte]));
        assert_eq!(tail.text(), "€€");
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        check(10, &[b"a\xff\xfeb"], "a\u{fffd}\u{fffd}b");
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut tail = Tail::new(10);
        for _ in 0..1000 {
            tail.push(&[b'x'; 10_000]);
        }
        assert!(tail.bytes.len() <= 40 && tail.bytes.capacity() < 1000, "{}", tail.bytes.capacity());
    }

    #[test]
    fn streams_do_not_cut_into_each_others_lines() {
        let tail = Arc::new(Mutex::new(Tail::new(100)));
        let [mut output, mut error] = [(); 2].map(|()| LineWise::new(Arc::clone(&tail)));
        output.push(b"one\ntw");
        error.push(b"bad\n");
        output.push(b"o\nthree");
        drop((output, error));
        assert_eq!(tail.lock().unwrap().text(), "one\nbad\ntwo\nthree");
    }

    #[test]
    fn a_line_without_end_is_not_kept_back_for_ever() {
        let mut output = LineWise::new(Arc::new(Mutex::new(Tail::new(100))));
        for _ in 0..1000 {
            output.push(&[b'x'; 1000]);
        }
        assert!(output.line.capacity() < 64 * 1024, "{}", output.line.capacity());
    }

    #[test]
    fn no_characters_are_none() {
        check(0, &[b"abc\n"], "");
    }
}
