//! Pages of the documentation, as what can be run in them.

use std::path::Path;

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

/// A line as far as it is the same each time: words that hold a figure are left out, spaces count once.
pub(crate) fn shape(line: &str) -> String {
    let word = |word: &str| {
        if word.contains(|c: char| c.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() }
    };
    line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}
