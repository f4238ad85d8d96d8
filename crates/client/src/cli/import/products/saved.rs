//! Saved lists, as documents: within a size, and a refusal names the file and never quotes it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::elsewhere::BYTES_MAX;
use super::super::sources;
use crate::cli::output::Failure;
use crate::import::yaml::documents;

/// Files of JSON.
pub(super) fn json(files: &[PathBuf]) -> Result<Vec<Value>, Failure> {
    files.iter().map(|file| json_of(&read(file)?)).collect()
}

/// Files of YAML, or of JSON.
pub(super) fn yaml(files: &[PathBuf]) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    for file in files {
        let read = read(file)?;
        if read.1.trim_start().starts_with(['{', '[']) {
            all.push(json_of(&read)?);
        } else {
            let found =
                documents(&read.1).map_err(|problem| Failure::Unfit(format!("{} {problem}", read.0)))?;
            all.extend(found);
        }
    }
    Ok(all)
}

/// Where it is from, and what it says.
type Read = (String, String);

fn read(file: &Path) -> Result<Read, Failure> {
    sources::text_within(file, BYTES_MAX as u64)
}

fn json_of((place, text): &Read) -> Result<Value, Failure> {
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).map_err(|why| Failure::Unfit(format!("{place} is not JSON: {why}")))
}
