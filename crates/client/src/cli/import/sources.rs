//! Bytes from files, folders and programs, all within bounds.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::cannot;
use crate::cli::output::Failure;

/// Largest file that is read, and most that a program may print.
const BYTES_MAX: u64 = 4 * 1024 * 1024;
const COMPLAINT_BYTES_MAX: u64 = 4096;
/// Most entries of a folder that are looked at.
const ENTRIES_MAX: usize = 5000;

pub(super) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    file_within(path, BYTES_MAX)
}

fn file_within(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|why| cannot("read", path, &why))?;
    fits(bytes, &path.display().to_string(), most)
}

fn standard_input(most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(most + 1).read_to_end(&mut bytes)?;
    fits(bytes, "standard input", most)
}

/// A text and where it is from, `-` being standard input.
pub(super) fn text(path: &Path) -> Result<(String, String), Failure> {
    text_within(path, BYTES_MAX)
}

pub(super) fn text_within(path: &Path, most: u64) -> Result<(String, String), Failure> {
    let (place, bytes) = if path == Path::new("-") {
        ("standard input".to_owned(), standard_input(most)?)
    } else {
        (path.display().to_string(), file_within(path, most)?)
    };
    let text = String::from_utf8(bytes).map_err(|_| Failure::Unfit(format!("{place} is not UTF-8")))?;
    Ok((place, text))
}

/// The entries of a folder that fit, in the order of their names; none where there is no folder.
pub(super) fn folder(path: &Path, fits: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(cannot("read", path, &why)),
    };
    let mut found = Vec::new();
    for entry in entries.take(ENTRIES_MAX) {
        found.push(entry.map_err(|why| cannot("read", path, &why))?.path());
    }
    found.retain(|entry| fits(entry));
    found.sort();
    Ok(found)
}

/// What a program prints, if it ends well.
pub(super) fn output(command: &mut Command, what: &str) -> Result<Vec<u8>, Failure> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|why| not_run(what, &why))?;
    let mut bytes = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    finished(child, what)?;
    fits(bytes, what, BYTES_MAX)
}

/// Gives a program these bytes, to its good end.
pub(super) fn feed(command: &mut Command, what: &str, bytes: &[u8]) -> Result<(), Failure> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|why| not_run(what, &why))?;
    // One that ends without reading says why.
    let given = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(bytes));
    finished(child, what)?;
    given.map_err(|why| not_run(what, &why))
}

fn not_run(what: &str, why: &io::Error) -> Failure {
    Failure::Unfit(format!("cannot run {what}: {why}; files can be read instead, see --help"))
}

fn fits(bytes: Vec<u8>, what: &str, most: u64) -> Result<Vec<u8>, Failure> {
    if bytes.len() as u64 > most {
        return Err(Failure::Unfit(format!("{what} has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Waits for its end; a failure is told in its own words.
fn finished(mut child: Child, what: &str) -> Result<(), Failure> {
    let mut complaint = Vec::new();
    if let Some(errors) = child.stderr.take() {
        errors.take(COMPLAINT_BYTES_MAX).read_to_end(&mut complaint)?;
    }
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&complaint).trim().replace('\n', "; ");
    Err(Failure::Unfit(format!("{what} failed: {complaint}")))
}
