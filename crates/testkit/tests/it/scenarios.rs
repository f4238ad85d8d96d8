//! Stories and their transcripts, side by side in `scenarios/`: a change of a transcript is a change of behaviour, to be
//! looked at. `UPDATE_SCENARIOS=1` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use testkit::sim::{MemoryGround, Scenario, told};

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let mut stories: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    stories.sort();
    stories
}

fn transcript(story: &Path) -> String {
    let text = fs::read_to_string(story).expect("a story");
    let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", story.display()));
    let (lines, failure) = told(&scenario, Arc::new(MemoryGround::default()));
    assert_eq!(failure, None, "{}\n{}", story.display(), lines.join("\n"));
    lines.join("\n") + "\n"
}

#[test]
fn each_story_goes_as_its_transcript_says() {
    #[expect(clippy::disallowed_methods, reason = "a switch for the person at the keyboard")]
    let update = std::env::var("UPDATE_SCENARIOS").is_ok();
    let stories = stories();
    assert!(stories.len() >= 8, "stories explain the main rules");
    for story in stories {
        let (golden, found) = (story.with_extension("golden"), transcript(&story));
        if update {
            fs::write(&golden, &found).expect("written");
        }
        let known = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, known, "{}: UPDATE_SCENARIOS=1 writes it anew", story.display());
    }
}
