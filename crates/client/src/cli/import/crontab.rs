//! `punctual import crontab`: jobs of a crontab are registered, and put under watch in it.

mod backup;
mod place;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{WantedArgs, host, plan_and_register, tell};
use crate::api::plain;
use crate::cli::output::{Failure, print, say};
use crate::import::crontab::{Found, Surveyor, ids_in};
use crate::import::{Crontab, Names, Note, Proposal, Wrapping};
use backup::Backups;
use place::Source;

/// Arguments of `punctual import crontab`.
///
/// Watch the jobs of a crontab.
///
/// Shows what would be registered, and changes nothing. With --apply the jobs are registered, and each command in the
/// crontab is put under watch: `punctual exec ID -- /bin/sh -c '…'` runs the same command in the same shell. Everything
/// else in the crontab stays byte for byte; a copy is kept, and --undo brings it back. A line that cannot be understood
/// is left alone and named. Applied again, nothing changes; jobs that run `punctual exec` already keep their ids.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  punctual import crontab                                   show what my crontab comes to
  punctual import crontab --key-file ~/.punctual-key --apply
  punctual import crontab --print                           my crontab as it would be
  punctual import crontab --undo                            my crontab as it was
  sudo punctual import crontab -u www-data
  sudo punctual import crontab --system                     /etc/crontab and /etc/cron.d")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct CrontabArgs {
    #[command(flatten)]
    wanted: WantedArgs,
    /// Whose crontab [default: mine]
    #[arg(short, long, value_name = "USER", conflicts_with_all = ["files", "system"])]
    user: Option<String>,
    /// A crontab in a file; may be given several times
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The system's: lines name a user. Without --file, /etc/crontab and what is in /etc/cron.d
    #[arg(long)]
    system: bool,
    /// With --apply: register, and leave the crontab as it is
    #[arg(long, requires = "apply")]
    register_only: bool,
    /// Print the crontab as it would be, and ask no server
    #[arg(long, conflicts_with = "apply")]
    print: bool,
    /// Take the crontab out of watch again, as it was
    #[arg(long, conflicts_with_all = ["apply", "print"])]
    undo: bool,
    /// Service the jobs belong to [default: the host]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Name of the host, which ids begin with
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Time zone of the schedules [default: `CRON_TZ` above the job, else the host's]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Path of this program in the crontab [default: where it is]
    #[arg(long, value_name = "PATH")]
    program: Option<String>,
    /// Where copies of crontabs are kept [default: ~/.local/state/punctual/crontabs]
    #[arg(long, value_name = "DIR")]
    backup_dir: Option<PathBuf>,
}

/// A crontab and what would become of it.
struct Prospect {
    source: Source,
    found: Vec<Found>,
}

pub(super) async fn import(args: &CrontabArgs) -> Result<(), Failure> {
    let sources = place::all(args.user.as_deref(), &args.files, args.system)?;
    if args.undo {
        let backups = Backups::locate(args.backup_dir.as_deref());
        return sources.iter().try_for_each(|source| backups.undo(source));
    }
    let (mut prospects, notes) = survey(args, sources)?;
    tell(&notes);
    if args.print {
        return prospects.iter().try_for_each(Prospect::print);
    }
    let refused = plan_and_register(&args.wanted, &proposals(&prospects)).await?;
    for prospect in &mut prospects {
        prospect.found.retain(|found| !refused.iter().any(|id| id == found.proposal.id()));
    }
    match (args.wanted.apply, args.register_only) {
        (false, _) => prospects.iter().try_for_each(Prospect::foretell),
        (true, true) => Ok(()),
        (true, false) => install(args, &prospects),
    }
}

fn proposals(prospects: &[Prospect]) -> Vec<Proposal> {
    prospects.iter().flat_map(|prospect| &prospect.found).map(|found| found.proposal.clone()).collect()
}

/// After the jobs are registered: one that is put under watch is known by then.
fn install(args: &CrontabArgs, prospects: &[Prospect]) -> Result<(), Failure> {
    let backups = Backups::locate(args.backup_dir.as_deref());
    prospects.iter().try_for_each(|prospect| prospect.install(&backups))
}

/// Looks all crontabs over.
fn survey(args: &CrontabArgs, sources: Vec<Source>) -> Result<(Vec<Prospect>, Vec<Note>), Failure> {
    let program = host::program(args.program.as_deref())?;
    let wrapping = Wrapping::new(&program, &args.wanted.exec_options()?).map_err(Failure::Unclear)?;
    let (host, zone) = (args.host.clone().unwrap_or_else(host::name), host::zone());
    let mut names = Names::default();
    let read = |source: &Source| ids_in(&Crontab::parse(&source.bytes, source.format), &program);
    sources.iter().flat_map(read).for_each(|id| names.keep(&id));
    let (mut prospects, mut notes) = (Vec::new(), Vec::new());
    for source in sources {
        let surveyor = Surveyor {
            host: &host,
            owner: &source.owner,
            label: &source.label,
            service: args.service.as_deref().unwrap_or(&host),
            grace: args.wanted.grace.as_deref(),
            zone: &zone,
            asked_zone: args.timezone.as_deref(),
            program: &program,
            wrapping: &wrapping,
        };
        let crontab = Crontab::parse(&source.bytes, source.format);
        let survey = surveyor.survey(&crontab, &mut names).map_err(Failure::Unfit)?;
        notes.extend(survey.notes);
        let has_key = survey.gives_a_key || args.wanted.server.key_file().is_some();
        if !has_key && survey.found.iter().any(|found| found.command.is_some()) {
            let text = "its jobs have no key to report with: give --key-file FILE, or set PUNCTUAL_API_KEY above them";
            notes.push(Note::new(&source.label, text));
        }
        prospects.push(Prospect { found: survey.found, source });
    }
    Ok((prospects, notes))
}

impl Prospect {
    /// The commands to put under watch, by their lines.
    fn commands(&self) -> BTreeMap<usize, Vec<u8>> {
        let command = |found: &Found| Some((found.line, found.command.clone()?));
        self.found.iter().filter_map(command).collect()
    }

    fn under_watch(&self) -> Vec<u8> {
        Crontab::parse(&self.source.bytes, self.source.format).with_commands(&self.commands())
    }

    /// As bytes: nothing is added, not even a line end.
    fn print(&self) -> Result<(), Failure> {
        use std::io::Write as _;
        let mut output = std::io::stdout().lock();
        output.write_all(&self.under_watch())?;
        Ok(output.flush()?)
    }

    fn foretell(&self) -> Result<(), Failure> {
        let count = self.commands().len();
        print(&format!("{}: {count} lines to put under watch", plain(&self.source.label)))
    }

    fn install(&self, backups: &Backups) -> Result<(), Failure> {
        let label = plain(&self.source.label);
        let commands = self.commands();
        if commands.is_empty() {
            say(&format!("{label} stays as it is"));
            return Ok(());
        }
        let put = self.found.iter().filter(|found| found.command.is_some());
        let ids: Vec<String> = put.map(|found| found.proposal.id().to_owned()).collect();
        let copy = backups.replace(&self.source, &self.under_watch(), &ids)?;
        say(&format!(
            "{label}: {} lines put under watch; what it was is kept in {}",
            ids.len(),
            copy.display()
        ));
        Ok(())
    }
}
