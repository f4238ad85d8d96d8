//! A wall clock that can be set while a server runs; the monotonic one goes on, as it does on a real machine.

use std::path::PathBuf;

use super::{Home, Serve};

/// The clock of a server under `libfaketime`.
#[derive(Debug)]
pub(crate) struct WallClock {
    library: PathBuf,
    file: PathBuf,
}

impl WallClock {
    /// One that is right.
    pub(crate) fn new(home: &Home) -> Self {
        let clock = Self { library: library(), file: home.path("wall-clock") };
        clock.set_ahead(0);
        clock
    }

    /// A server that goes by it.
    pub(crate) fn of<'a>(&self, serve: &Serve<'a>) -> Serve<'a> {
        let path = |path: &PathBuf| path.to_str().expect("a path").to_owned();
        serve
            .clone()
            .env("LD_PRELOAD", &path(&self.library))
            .env("FAKETIME_TIMESTAMP_FILE", &path(&self.file))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
    }

    /// Sets it so many seconds ahead of the right time.
    pub(crate) fn set_ahead(&self, seconds: i64) {
        // In one step: it is read at any moment.
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n")).expect("to be written");
        std::fs::rename(&next, &self.file).expect("to be set");
    }
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut places = folders.chain(["/usr/lib".into(), "/usr/local/lib".into()]);
    let library = |place: PathBuf| {
        let library = place.join("faketime/libfaketimeMT.so.1");
        library.exists().then_some(library)
    };
    places.find_map(library).expect("libfaketime: install it (Debian's package faketime)")
}
