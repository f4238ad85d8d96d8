//! Pages of the documentation, as what can be run in them.

mod shell;

use std::path::Path;

pub(crate) use shell::{Shell, is_among};

/// A fenced block of a page.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) content: String,
}

/// The fenced blocks of a page in `docs/`, in their order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let mut parts = text.split("```");
    // What is between fences is every second part: its first line is the language.
    let fenced = std::iter::from_fn(|| parts.next().and_then(|_| parts.next()));
    let block = |part: &str| {
        let (language, content) = part.split_once('\n').expect("a language and a content");
        Block { language: language.to_owned(), content: content.to_owned() }
    };
    fenced.map(block).collect()
}

/// A line as far as it is the same each time: words that hold a figure are left out, however many follow one another (an
/// hour is `1h`, a minute more is `1h 1m`), and spaces count once.
pub(crate) fn shape(line: &str) -> String {
    let word = |word: &str| {
        if word.contains(|c: char| c.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() }
    };
    let mut words: Vec<String> = line.split_whitespace().map(word).collect();
    words.dedup_by(|next, before| next == "#" && before == "#");
    words.join(" ")
}

#[test]
fn a_line_has_the_same_shape_at_every_full_hour() {
    assert_eq!(shape("shop  2s ago  3ms   in 8h 12m"), shape("shop 1m 2s ago 3ms in 1h"));
    assert_ne!(shape("in 1h"), shape("1h ago"));
}
