//! A loss of power: a shim under the server writes down what each write replaces; after a kill, what was never synced is
//! taken back, all of it or sector by sector as chance has it. `shim/power.c` is the other half.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Home, Serve};

/// What a disk writes in one piece.
const SECTOR: u64 = 512;

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loss {
    /// None of it reached the disk.
    All,
    /// Some of it did, sector by sector, by this seed.
    Torn(u64),
}

/// What a loss of power came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Toll {
    /// How many writes were not synced.
    pub(crate) taken_back: usize,
    /// How often the store itself was synced before: when its log was folded into it.
    pub(crate) folds: usize,
}

/// A disk that forgets.
#[derive(Debug)]
pub(crate) struct Power {
    shim: PathBuf,
    log: PathBuf,
}

impl Power {
    pub(crate) fn new(home: &Home) -> Self {
        let shim = home.path("power.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shim/power.c");
        let output = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"])
            .args([&shim, &source])
            .args(["-ldl", "-pthread"])
            .output()
            .expect("a C compiler");
        assert!(output.status.success(), "{output:?}");
        Self { shim, log: home.path("power.log") }
    }

    /// A server on this disk.
    pub(crate) fn under<'a>(&self, serve: &Serve<'a>) -> Serve<'a> {
        let path = |path: &Path| path.to_str().expect("a path").to_owned();
        serve.clone().env("LD_PRELOAD", &path(&self.shim)).env("POWER_LOG", &path(&self.log))
    }

    /// Takes back what was not synced. The server must be dead.
    pub(crate) fn fails(&self, loss: Loss) -> Toll {
        let log = std::fs::read(&self.log).expect("what the shim wrote down");
        std::fs::remove_file(&self.log).expect("to begin anew");
        let unsynced = Unsynced::read(&log);
        for change in unsynced.changes.values().flatten() {
            assert!(change.path.is_file(), "{} has gone", change.path.display());
        }
        let taken_back = unsynced.changes.values().map(Vec::len).sum();
        let toll = Toll { taken_back, folds: unsynced.folds };
        let mut chance = match loss {
            Loss::All => None,
            Loss::Torn(seed) => Some(Chance(seed | 1)),
        };
        for changes in unsynced.changes.values() {
            for change in changes.iter().rev() {
                change.take_back(chance.as_mut());
            }
        }
        // A name that no synced directory holds is gone, and what is below it.
        for path in unsynced.born {
            let gone =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            assert!(gone.is_ok() || !path.exists(), "{}: {gone:?}", path.display());
        }
        // What told readers where to look in the log was in memory.
        let shared = PathBuf::from("data/punctual.db-shm");
        let _ = std::fs::remove_file(self.log.with_file_name(shared));
        toll
    }
}

/// What no sync has covered, in order.
#[derive(Debug, Default)]
struct Unsynced {
    changes: BTreeMap<PathBuf, Vec<Change>>,
    born: BTreeSet<PathBuf>,
    folds: usize,
}

/// One write: what it replaced.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    offset: u64,
    changed: u64,
    /// How long the file was before.
    size: u64,
    old: Vec<u8>,
}

impl Unsynced {
    fn read(log: &[u8]) -> Self {
        let (mut unsynced, mut rest) = (Self::default(), log);
        while let Some((kind, change, after)) = record(rest) {
            unsynced.heed(kind, change);
            rest = after;
        }
        unsynced
    }

    fn heed(&mut self, kind: u8, change: Change) {
        match kind {
            b'W' => self.changes.entry(change.path.clone()).or_default().push(change),
            b'S' => {
                self.folds += usize::from(change.path.ends_with("punctual.db"));
                self.changes.remove(&change.path);
            }
            b'B' => drop(self.born.insert(change.path)),
            b'D' => self.born.retain(|path| path.parent() != Some(&change.path)),
            other => panic!("the shim wrote {other}"),
        }
    }
}

/// The first record, and what follows; `None` where there is no whole one: the kill cut it.
fn record(log: &[u8]) -> Option<(u8, Change, &[u8])> {
    let (&kind, mut rest) = log.split_first()?;
    let mut numbers = [0; 5];
    for number in &mut numbers {
        let (bytes, after) = rest.split_first_chunk()?;
        (*number, rest) = (u64::from_le_bytes(*bytes), after);
    }
    let [name, offset, changed, size, kept] = numbers;
    let (name, rest) = rest.split_at_checked(usize::try_from(name).ok()?)?;
    let (old, rest) = rest.split_at_checked(usize::try_from(kept).ok()?)?;
    let path = PathBuf::from(std::str::from_utf8(name).ok()?);
    Some((kind, Change { path, offset, changed, size, old: old.to_vec() }, rest))
}

impl Change {
    fn take_back(&self, chance: Option<&mut Chance>) {
        let file = OpenOptions::new().write(true).open(&self.path).expect("the file");
        match chance {
            None => {
                file.write_all_at(&self.old, self.offset).expect("to be taken back");
                file.set_len(self.size).expect("to be taken back");
            }
            Some(chance) => self.tear(&file, chance),
        }
    }

    /// Each sector is as before or as after; where there was nothing before, it holds nothing.
    fn tear(&self, file: &File, chance: &mut Chance) {
        let end = self.offset + self.changed;
        let mut at = self.offset;
        while at < end {
            let next = ((at / SECTOR + 1) * SECTOR).min(end);
            if chance.says() {
                let before = (at..next).map(|place| self.before(place)).collect::<Vec<u8>>();
                file.write_all_at(&before, at).expect("to be taken back");
            }
            at = next;
        }
    }

    fn before(&self, place: u64) -> u8 {
        let place = usize::try_from(place - self.offset).expect("a place in memory");
        self.old.get(place).copied().unwrap_or_default()
    }
}

/// A coin that falls the same way for the same seed.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn says(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & (1 << 20) != 0
    }
}
