//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::baseline::{bare, noop};
use crate::report::Report;
use crate::run::Run;
use crate::{progress, say};

/// Measures Punctual against a server that does nothing and one that only writes
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    server: Option<Baseline>,
}

/// What is measured, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// End with exit code 1 where something that is to be reached is not
    #[arg(long)]
    check: bool,
    /// Three short rounds instead of five long ones: for trying out, not for comparing
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these parts
    #[arg(long, value_delimiter = ',', value_name = "PARTS")]
    only: Vec<Part>,
    /// Where the stores are made; on a disk, not in memory
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// How many schedulers the great store has: fewer are for trying out
    #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER")]
    pub(crate) great: usize,
    /// The store that is measured
    #[arg(long, value_enum, default_value_t = MeasuredStore::Sqlite)]
    store: MeasuredStore,
    /// The profile that both were built with
    #[arg(long, default_value = "release")]
    pub(crate) profile: String,
}

/// A store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MeasuredStore {
    /// One file, against the baselines
    Sqlite,
    /// Tables of a stand-in: what operations cost
    Dynamodb,
}

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Status reports at 1, 16, 64 and 256 connections
    Reports,
    /// Heartbeats at 1, 16, 64 and 256 connections
    Heartbeats,
    /// Check-ins of Sentry's clients at 1, 16, 64 and 256 connections
    Envelopes,
    /// Pings by GET at 64 connections
    Pings,
    /// Status reports with a new connection each
    Connections,
    /// Resident memory
    Memory,
    /// The time from the start until it is ready
    Ready,
    /// 10 000 schedulers of 1 000 000 that fall due at one instant
    Due,
    /// From a report to the message: at rest, and when 10 000 schedulers fail at once
    Alerts,
    /// What a second costs in which nothing happens
    Idle,
    /// Pages of a list of 1 000 000, and of a history
    Pages,
}

#[derive(Debug, Subcommand)]
enum Baseline {
    /// The server that answers and does nothing
    #[command(hide = true)]
    ServeNoop,
    /// The server that writes and does nothing else
    #[command(hide = true)]
    ServeBare {
        /// Where its file is made
        #[arg(long)]
        dir: PathBuf,
        /// How many schedulers it has
        #[arg(long)]
        schedulers: usize,
    },
}

impl Options {
    /// Whether a part is to be measured.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.server {
            None if self.options.store == MeasuredStore::Dynamodb => measure_tables(&self.options),
            None => measure(self.options),
            Some(Baseline::ServeNoop) => noop::serve().map(|()| ExitCode::SUCCESS),
            Some(Baseline::ServeBare { dir, schedulers }) => {
                bare::serve(&dir, schedulers).map(|()| ExitCode::SUCCESS)
            }
        }
    }
}

fn measure_tables(options: &Options) -> Result<ExitCode> {
    let rows = crate::tables::measure(if options.quick { 1000 } else { 10_000 })?;
    if options.json {
        say(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    for row in rows {
        say(&format!("| {} | {:.2} {} |", row.what, row.value, row.unit));
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(options: Options) -> Result<ExitCode> {
    let (json, check) = (options.json, options.check);
    let (run, mut report) = (Run::begin(options)?, Report::default());
    let measured = run.measure(&mut report);
    // What was found before something failed is not lost.
    say(&if json { serde_json::to_string_pretty(&report)? } else { report.to_string() });
    measured?;
    let missed = report.missed();
    for missed in &missed {
        progress(&format!("not reached: {missed}"));
    }
    Ok(if check && !missed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
