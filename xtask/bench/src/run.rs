//! One run: the machine is looked at, then each part is measured in turn.

mod alerts;
mod due;
mod idle;
mod memory;
mod pages;
mod ready;
mod servers;
mod traffic;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::cpu::Processors;
use crate::disk::Disk;
use crate::load::Load;
use crate::options::{Options, Part};
use crate::progress;
use crate::report::Report;
use crate::stock::Stock;
use crate::workload::SCHEDULERS;

/// A run.
#[derive(Debug)]
pub(crate) struct Run {
    options: Options,
    processors: Processors,
    folder: TempDir,
    disk: Disk,
    programs: PathBuf,
}

impl Run {
    /// Pins this process, makes a directory that goes when the run is over, and looks at its disk.
    pub(crate) fn begin(options: Options) -> Result<Self> {
        let processors = Processors::share_out()?;
        let own = std::env::current_exe().context("cannot find this program")?;
        let programs = own.parent().context("this program is nowhere")?.to_owned();
        let base = options.dir.clone().unwrap_or_else(|| programs.clone());
        std::fs::create_dir_all(&base).with_context(|| format!("cannot make {}", base.display()))?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&base);
        let folder =
            folder.with_context(|| format!("cannot write to {}: name another with --dir", base.display()))?;
        let disk = Disk::of(folder.path())?;
        Ok(Self { options, processors, folder, disk, programs })
    }

    /// Measures the parts that were asked for.
    pub(crate) fn measure(&self, report: &mut Report) -> Result<()> {
        report.machine = self.machine();
        for line in &report.machine {
            progress(line);
        }
        traffic::measure(self, report)?;
        let small = self.stocked_for(&[Part::Ready, Part::Memory, Part::Idle], "small", SCHEDULERS)?;
        ready::measure(self, &small, report)?;
        memory::measure(self, &small, report)?;
        alerts::measure(self, report)?;
        let parts = [Part::Memory, Part::Due, Part::Idle, Part::Pages];
        let great = self.stocked_for(&parts, "great", self.options.great)?;
        self.look(&great, report)?;
        idle::measure(self, &small, &great, report)?;
        due::measure(self, &great, report)
    }

    /// What one server on the great store is asked for: pages, then how much memory that took.
    fn look(&self, room: &Path, report: &mut Report) -> Result<()> {
        if !self.has(Part::Pages) && !self.has(Part::Memory) {
            return Ok(());
        }
        let server = self.punctual(room)?;
        pages::measure(self, &server, report)?;
        memory::measure_great(self, &server, report)?;
        server.stop()
    }

    /// How many schedulers the great store has, for names of figures.
    fn great(&self) -> String {
        counted(self.options.great)
    }

    fn has(&self, part: Part) -> bool {
        self.options.has(part)
    }

    fn machine(&self) -> Vec<String> {
        let (rounds, load) = (self.rounds(), self.load(1));
        vec![
            format!("disk: {}", self.disk.told()),
            format!(
                "processors: {}; {} workers a server",
                self.processors.told(),
                self.processors.of_servers()
            ),
            format!(
                "workload: {} schedulers ({} in the great store), keys on, limits off, reports of 300 bytes, ids uniform",
                counted(SCHEDULERS),
                self.great()
            ),
            format!(
                "rounds: median of {rounds}, each {:?} after {:?}; profile {}",
                load.length, load.warm_up, self.options.profile
            ),
        ]
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

    /// A short round on one connection.
    fn load_short(&self) -> Load {
        Load { warm_up: Duration::from_millis(100), length: Duration::from_secs(1), ..self.load(1) }
    }

    /// A data directory whose store has so many schedulers, where one of the parts needs it.
    fn stocked_for(&self, parts: &[Part], name: &str, schedulers: usize) -> Result<PathBuf> {
        let room = self.room(name)?;
        if parts.iter().any(|part| self.has(*part)) {
            self.processors.on_all(|| {
                let stock = Stock::open(&room)?;
                stock.fill(0..schedulers)?;
                stock.close()
            })?;
        }
        Ok(room)
    }
}

/// A number as people read it.
fn counted(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or("")).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_threes() {
        assert_eq!([7, 10_000, 999_999, 1_000_000].map(counted), ["7", "10 000", "999 999", "1 000 000"]);
    }
}
