//! `punctual flush`: sends what waits in the spool, now.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::connect::{BadServer, ServerArgs, connect, key_of, server_of};
use super::output::{Failure, conclude, print, say};
use crate::api::{Api, Limits, plain};
use crate::drain::{Drained, End, drain};
use crate::flusher;
use crate::server::Server;
use crate::spool::{Lane, Slip, Spool, locate};

const SERVERS_MAX: usize = 100;

/// Arguments of `punctual flush`.
///
/// Send the reports that could not be delivered earlier.
///
/// Sends to every server that reports wait for, or only to the one given. A report is sent with the key given now,
/// and only if it was made with that key: keys are not kept with the reports.
#[derive(Args, Clone, Debug)]
pub struct FlushArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Also send reports that were made with another key (after a key was replaced)
    #[arg(long)]
    any_key: bool,
    /// Run in the background and keep trying (started by `exec` itself)
    #[arg(long, hide = true)]
    detached: bool,
    /// How long to keep trying
    #[arg(long = "for", hide = true, default_value = "1h", value_parser = lasting)]
    lasting: Duration,
}

fn lasting(text: &str) -> Result<Duration, String> {
    crate::exec::parse_duration(text).ok_or_else(|| "give a duration such as 1h".to_owned())
}

pub(super) fn run(args: &FlushArgs) -> ExitCode {
    if args.detached {
        flusher::detach();
        return conclude(flush_for_long(args));
    }
    conclude(flush_now(args))
}

async fn flush_for_long(args: &FlushArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::REPORT)?;
    let lane = Lane::new(api.server(), api.key());
    if let Some(spool) = open()? {
        flusher::keep_trying(&spool, &api, &lane, args.lasting).await;
    }
    Ok(())
}

async fn flush_now(args: &FlushArgs) -> Result<(), Failure> {
    let Some(spool) = open()? else { return print("nothing waits") };
    let servers = servers(&spool, args)?;
    if servers.is_empty() {
        print("nothing waits")?;
    }
    let mut outcome = Ok(());
    for server in servers {
        let api = api(server, args)?;
        let drained = drain(&spool, &api, args.any_key).await;
        let told = tell(&spool, &api, drained);
        outcome = outcome.and(told);
    }
    if spool.dropped() > 0 {
        say(&format!("{} old reports were dropped so far, for their age or number", spool.dropped()));
    }
    outcome
}

fn open() -> Result<Option<Spool>, Failure> {
    let directory = locate(|name| std::env::var_os(name));
    Spool::open_existing(&directory).map_err(|problem| Failure::Spool(problem.to_string()))
}

fn api(server: Server, args: &FlushArgs) -> Result<Api, BadServer> {
    Ok(Api::new(server, key_of(&args.server)?, Limits::REPORT)?)
}

/// The servers that reports wait for; only the one given, if one was.
fn servers(spool: &Spool, args: &FlushArgs) -> Result<Vec<Server>, Failure> {
    let given = server_of(&args.server).map_err(BadServer::from)?;
    let slips = spool.waiting().map_err(|problem| Failure::Spool(problem.to_string()))?;
    let mut firsts: Vec<&Slip> = Vec::new();
    for slip in &slips {
        if firsts.len() < SERVERS_MAX && !firsts.iter().any(|first| first.lane().has_server_of(slip.lane())) {
            firsts.push(slip);
        }
    }
    let named = |slip: &&Slip| Server::parse(&spool.read(slip).ok()??.server).ok();
    let mut servers: Vec<Server> = firsts.iter().filter_map(named).collect();
    if args.server.names_a_server() {
        servers.retain(|server| server.identity() == given.identity());
    }
    // The given address may hold a name and password that the spool does not.
    let completed =
        |server: Server| if server.identity() == given.identity() { given.clone() } else { server };
    Ok(servers.into_iter().map(completed).collect())
}

fn tell(spool: &Spool, api: &Api, drained: Drained) -> Result<(), Failure> {
    let lane = Lane::new(api.server(), api.key());
    let slips = spool.waiting().unwrap_or_default();
    let left = slips.iter().filter(|slip| slip.lane().has_server_of(&lane)).count();
    let ours = slips.iter().filter(|slip| *slip.lane() == lane).count();
    let Drained { sent, rejected, end } = drained;
    print(&format!("{}: {sent} sent, {} rejected, {left} left", api.server().identity(), rejected.len()))?;
    for reason in &rejected {
        say(&format!("rejected: {}", plain(reason)));
    }
    if left > ours {
        say(&format!(
            "{} left are of another key; give that key, or --any-key if it was replaced",
            left - ours
        ));
    }
    match end {
        End::Stopped(problem) => Err(problem.into()),
        End::Broken(problem) => Err(Failure::Spool(problem.to_string())),
        End::Busy => {
            say("another process is sending to this server at the moment");
            Ok(())
        }
        End::Empty if left + rejected.len() > 0 => Err(Failure::Incomplete),
        End::Empty => Ok(()),
    }
}
