//! One run: the machine is looked at, then each part is measured in turn.

mod idle;
mod memory;
mod ready;
mod traffic;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::cpu::Processors;
use crate::disk::Disk;
use crate::load::Load;
use crate::options::{Options, Part};
use crate::report::Report;
use crate::server::Server;
use crate::stock::Stock;
use crate::workload::{KEY, SCHEDULERS};

/// A run.
#[derive(Debug)]
pub(crate) struct Run {
    options: Options,
    processors: Processors,
    folder: TempDir,
    programs: PathBuf,
}

impl Run {
    /// Pins this process, and makes a directory that goes when the run is over.
    pub(crate) fn begin(options: Options) -> Result<Self> {
        let processors = Processors::share_out()?;
        let own = std::env::current_exe().context("cannot find this program")?;
        let programs = own.parent().context("this program is nowhere")?.to_owned();
        let base = options.dir.clone().unwrap_or_else(|| programs.clone());
        std::fs::create_dir_all(&base).with_context(|| format!("cannot make {}", base.display()))?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&base);
        let folder =
            folder.with_context(|| format!("cannot write to {}: name another with --dir", base.display()))?;
        Ok(Self { options, processors, folder, programs })
    }

    /// Measures the parts that were asked for.
    pub(crate) fn measure(&self) -> Result<Report> {
        let mut report = Report { machine: self.machine()?, ..Report::default() };
        report.machine.iter().for_each(|line| crate::progress(line));
        traffic::measure(self, &mut report)?;
        let small = self.stocked("small", SCHEDULERS)?;
        ready::measure(self, &small, &mut report)?;
        memory::measure(self, &small, &mut report)?;
        idle::measure(self, &small, &mut report)?;
        Ok(report)
    }

    fn has(&self, part: Part) -> bool {
        self.options.has(part)
    }

    fn machine(&self) -> Result<Vec<String>> {
        let disk = Disk::of(self.folder.path())?;
        let (rounds, load) = (self.rounds(), self.load(1));
        Ok(vec![
            format!("disk: {}", disk.told()),
            format!(
                "processors: {}; {} workers a server",
                self.processors.told(),
                self.processors.of_servers()
            ),
            format!(
                "workload: {SCHEDULERS} schedulers, keys on, limits off, reports of 300 bytes, ids uniform"
            ),
            format!(
                "rounds: median of {rounds}, each {:?} after {:?}; profile {}",
                load.length, load.warm_up, self.options.profile
            ),
        ])
    }

    /// How many rounds there are of each row.
    fn rounds(&self) -> usize {
        if self.options.quick { 3 } else { 5 }
    }

    /// A round on kept connections.
    fn load(&self, connections: usize) -> Load {
        let (warm_up, length) = if self.options.quick { (200, 1000) } else { (500, 3000) };
        let (warm_up, length) = (Duration::from_millis(warm_up), Duration::from_millis(length));
        Load { connections, anew: false, warm_up, length }
    }

    /// A directory of its own for a server.
    fn room(&self, name: &str) -> Result<PathBuf> {
        let room = self.folder.path().join(name);
        std::fs::create_dir_all(&room).with_context(|| format!("cannot make {}", room.display()))?;
        Ok(room)
    }

    /// A data directory whose store has so many schedulers.
    fn stocked(&self, name: &str, schedulers: usize) -> Result<PathBuf> {
        let room = self.room(name)?;
        self.processors.on_all(|| {
            let stock = Stock::open(&room)?;
            stock.fill(0..schedulers)?;
            stock.close()
        })?;
        Ok(room)
    }

    /// The no-op server.
    fn noop(&self) -> Result<Server> {
        let mut command = Command::new(self.program("bench")?);
        command.arg("serve-noop");
        Server::start(&self.processors, &self.room("noop")?, command)
    }

    /// The server that only writes.
    fn bare(&self) -> Result<Server> {
        let room = self.room("bare")?;
        let mut command = Command::new(self.program("bench")?);
        command.arg("serve-bare").arg("--dir").arg(&room).args(["--schedulers", &SCHEDULERS.to_string()]);
        Server::start(&self.processors, &room, command)
    }

    /// The product on a data directory, with a key and without limits; otherwise as it comes.
    fn punctual(&self, room: &Path) -> Result<Server> {
        let mut command = Command::new(self.program("punctual")?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(room);
        command.env_clear().env("API_KEYS", KEY).env("PUNCTUAL_RATE_LIMIT", "off");
        Server::start(&self.processors, room, command)
    }

    fn program(&self, name: &str) -> Result<PathBuf> {
        let program = self.programs.join(name);
        if !program.is_file() {
            bail!("{} is not there: start this with `cargo xtask bench`, which builds it", program.display());
        }
        Ok(program)
    }
}
