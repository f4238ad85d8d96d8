//! Copies of crontabs as they were, and the way back.
//!
//! Of each crontab are kept: what it was before it was last changed, what it was made, and the ids that were put in. A
//! crontab that nobody has changed since goes back to what it was, byte for byte; in one that was changed since, the
//! commands that were put under watch are taken out of it, and the rest stays.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::place::Source;
use crate::api::plain;
use crate::cli::import::cannot;
use crate::cli::output::{Failure, say};
use crate::import::{Crontab, unwrap};
use crate::spool::{make_private, state};

/// Where the copies are.
#[derive(Debug)]
pub(super) struct Backups(PathBuf);

impl Backups {
    pub(super) fn locate(given: Option<&Path>) -> Self {
        let usual = || {
            let state = state(|name| std::env::var_os(name));
            state.unwrap_or_else(|| PathBuf::from("/var/lib/punctual")).join("crontabs")
        };
        Self(given.map_or_else(usual, Path::to_owned))
    }

    /// Changes a crontab, its copy written first; answers where that is. These ids are put in.
    pub(super) fn replace(&self, source: &Source, bytes: &[u8], ids: &[String]) -> Result<PathBuf, Failure> {
        make_private(&self.0).map_err(|why| cannot("make", &self.0, &why))?;
        let before = self.file(source, "before");
        let mut all = self.ids(source);
        all.extend(ids.iter().filter(|id| !id.contains('\n')).cloned());
        keep(&before, &source.bytes)?;
        keep(&self.file(source, "ids"), all.join("\n").as_bytes())?;
        if source.place.read()? != source.bytes {
            return Err(Failure::Unfit(format!("{} was changed meanwhile: try again", source.label)));
        }
        source.place.write(bytes)?;
        keep(&self.file(source, "after"), &source.place.read()?)?;
        Ok(before)
    }

    /// Takes a crontab out of watch.
    pub(super) fn undo(&self, source: &Source) -> Result<(), Failure> {
        let label = plain(&source.label);
        let ids = self.ids(source);
        if ids.is_empty() {
            say(&format!("{label}: nothing to undo; {} holds no copy of it", self.0.display()));
            return Ok(());
        }
        let is_as_we_made_it = fs::read(self.file(source, "after")).is_ok_and(|after| after == source.bytes);
        let before = fs::read(self.file(source, "before")).ok().filter(|_| is_as_we_made_it);
        let base = before.as_deref().unwrap_or(&source.bytes);
        let bytes = out_of_watch(&Crontab::parse(base, source.format), &ids);
        source.place.write(&bytes)?;
        for name in ["after", "ids"] {
            let path = self.file(source, name);
            absent_is_fine(fs::remove_file(&path)).map_err(|why| cannot("remove", &path, &why))?;
        }
        let how = if before.is_some() {
            "is as it was"
        } else {
            "was changed since: its commands are as they were"
        };
        say(&format!("{label} {how}"));
        Ok(())
    }

    /// The ids that were put in and not taken out since.
    fn ids(&self, source: &Source) -> Vec<String> {
        let text = fs::read_to_string(self.file(source, "ids")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn file(&self, source: &Source, name: &str) -> PathBuf {
        self.0.join(format!("{}.{name}", source.place.key()))
    }
}

/// The crontab with the commands of these ids as they were.
fn out_of_watch(crontab: &Crontab<'_>, ids: &[String]) -> Vec<u8> {
    let unwrapped = crontab.jobs().filter_map(|(line, job)| Some((line, unwrap(job.command)?)));
    let ours = unwrapped.filter(|(_, unwrapped)| ids.contains(&unwrapped.id));
    let commands: BTreeMap<usize, Vec<u8>> =
        ours.map(|(line, unwrapped)| (line, unwrapped.command)).collect();
    crontab.with_commands(&commands)
}

/// Writes a file for the owner only: crontabs may hold secrets.
fn keep(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|why| cannot("write", path, &why))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|why| if why.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(why) })
}
