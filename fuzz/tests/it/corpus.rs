//! Every input of the corpus goes through its target: what was found once stays found.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target};

fn inputs(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn fails(target: Target, input: &Path) -> bool {
    let input = std::fs::read(input).expect("an input");
    catch_unwind(|| target(&input)).is_err()
}

#[test]
fn every_input_of_the_corpus_holds() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(!inputs.is_empty(), "{name} has no corpus");
        let failing: Vec<_> = inputs.into_iter().filter(|input| fails(target, input)).collect();
        assert!(failing.is_empty(), "{name} fails for {failing:?}; what it says stands above");
    }
}

#[test]
fn every_target_has_a_program_a_dictionary_and_its_place_in_the_chore() {
    let chore = include_str!("../../../xtask/src/fuzz/targets.rs");
    let manifest = include_str!("../../Cargo.toml");
    for (name, _) in TARGETS {
        assert!(chore.contains(&format!("\"{name}\"")), "cargo xtask fuzz does not know {name}");
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name} has no program");
        let dictionary = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("dictionaries/{name}.dict"));
        assert!(dictionary.is_file(), "{name} has no dictionary");
    }
}
