//! `punctual import systemd`: timers are registered, and drop-ins put what they start under watch.

mod units;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{WantedArgs, cannot, host, plan_and_register, sources, tell};
use crate::cli::output::{Failure, print, say};
use crate::import::systemd::{Dropin, Found, HEAD, Surveyor, Timer};
use crate::import::{Names, Proposal};

/// Arguments of `punctual import systemd`.
///
/// Watch the services that timers of systemd start.
///
/// Shows what would be registered, and changes nothing; --apply registers it. A service is put under watch by a drop-in,
/// which runs its command by `punctual exec`: --print shows the drop-ins, --write-dropins writes them. A drop-in is undone
/// by removing it. Run `systemctl daemon-reload` after either.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  punctual import systemd                            all timers of the system
  punctual import systemd backup.timer --print
  punctual import systemd --user ~/.config/systemd/user
  sudo punctual import systemd --key-file /etc/punctual-key --apply \\
    --write-dropins /etc/systemd/system backup.timer")]
pub struct SystemdArgs {
    #[command(flatten)]
    wanted: WantedArgs,
    /// Timers: names of units, files, or folders with files [default: those that systemctl lists]
    #[arg(value_name = "UNIT|FILE|DIR")]
    timers: Vec<String>,
    /// The timers of my own services
    #[arg(long)]
    user: bool,
    /// Print the drop-ins, and ask no server
    #[arg(long, conflicts_with = "apply")]
    print: bool,
    /// With --apply: write the drop-ins under this folder, such as /etc/systemd/system
    #[arg(long, value_name = "DIR", requires = "apply")]
    write_dropins: Option<PathBuf>,
    /// Service the jobs belong to [default: the host]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Name of the host, which ids begin with
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Time zone of calendar events that name none [default: the host's]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Path of this program in the drop-ins [default: where it is]
    #[arg(long, value_name = "PATH")]
    program: Option<String>,
}

pub(super) async fn import(args: &SystemdArgs) -> Result<(), Failure> {
    let mut found = survey(args, &units::timers(&args.timers, args.user)?)?;
    for found in &found {
        tell(&found.notes);
    }
    if args.print {
        return found.iter().filter_map(|found| found.dropin.as_ref()).try_for_each(show);
    }
    let proposals: Vec<Proposal> = found.iter().map(|found| found.proposal.clone()).collect();
    let refused = plan_and_register(&args.wanted, &proposals).await?;
    found.retain(|found| !refused.iter().any(|id| id == found.proposal.id()));
    match &args.write_dropins {
        Some(folder) => write_all(folder, &found),
        None => Ok(()),
    }
}

fn survey(args: &SystemdArgs, timers: &[Timer]) -> Result<Vec<Found>, Failure> {
    let host = args.host.clone().unwrap_or_else(host::name);
    let prefix = if args.user { format!("{host}/{}", host::user()) } else { host.clone() };
    let zone = args.timezone.clone().unwrap_or_else(host::zone);
    let surveyor = Surveyor {
        prefix: &prefix,
        service: args.service.as_deref().unwrap_or(&host),
        grace: args.wanted.grace.as_deref(),
        zone: &zone,
        host: &host,
        program: &host::program(args.program.as_deref())?,
        options: &args.wanted.exec_options()?,
    };
    let mut names = Names::default();
    Ok(timers.iter().map(|timer| surveyor.survey(timer, &mut names)).collect())
}

fn show(dropin: &Dropin) -> Result<(), Failure> {
    print(&format!("# {}\n{}\n", dropin.path, dropin.text))
}

fn write_all(folder: &Path, found: &[Found]) -> Result<(), Failure> {
    for dropin in found.iter().filter_map(|found| found.dropin.as_ref()) {
        let path = folder.join(&dropin.path);
        write(&path, &dropin.text)?;
        say(&format!("written: {}", path.display()));
    }
    say("systemctl daemon-reload makes drop-ins count");
    Ok(())
}

/// Writes a drop-in whole or not at all, and never over one that is not ours.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if path.exists() && !sources::file(path)?.starts_with(HEAD.as_bytes()) {
        return Err(Failure::Unfit(format!("{} is there and was not made by us: it stays", path.display())));
    }
    let beside = path.with_extension("new");
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| whole(&beside, path, text));
    written.map_err(|why| cannot("write", path, &why))
}

fn whole(beside: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(beside)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    fs::rename(beside, path)
}
