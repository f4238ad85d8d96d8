//! A behaviour that nobody runs is no behaviour.

use std::fs;
use std::path::Path;

use testkit::conformance::BEHAVIOURS;

#[test]
fn every_behaviour_that_is_written_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let mut written = Vec::new();
    for file in fs::read_dir(&folder).expect("the suite's folder") {
        let path = file.expect("a file of it").path();
        let topic = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("its text");
        let names = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        written.extend(
            names.filter_map(|line| line.split('(').next()).map(|name| (topic.clone(), name.to_owned())),
        );
    }
    let mut listed: Vec<_> =
        BEHAVIOURS.iter().map(|(topic, name)| ((*topic).to_owned(), (*name).to_owned())).collect();
    written.sort();
    listed.sort();
    assert_eq!(written, listed);
}
