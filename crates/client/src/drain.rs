//! Sending what the spool holds, in order.
//!
//! Stops at the first failure that may pass by itself, so that order is kept and a server in trouble is not beaten;
//! what the server refuses for good steps aside and holds up nobody. Dying anywhere is harmless: a report leaves the
//! spool only after its answer came, and its `report_id` makes a second sending no second report.

use crate::api::{Api, CallError, plain};
use crate::spool::{Entry, Lane, Slip, Spool, SpoolError};

/// How often what came meanwhile is looked for: a drain ends even when others keep adding.
const PASSES_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct Drained {
    pub sent: usize,
    /// What was refused for good, each with its reason.
    pub rejected: Vec<String>,
    pub end: End,
}

/// Why a drain ended.
#[derive(Debug, Default)]
pub(crate) enum End {
    /// Nothing is left.
    #[default]
    Empty,
    /// Another process is sending to this server.
    Busy,
    /// The server could not be reached or asked to come later; or it does not accept the key.
    Stopped(CallError),
    /// The directory failed us.
    Broken(SpoolError),
}

enum Step {
    Sent {
        /// Why the scheduler could not be registered as it was to be; the report was taken all the same.
        refused: Option<String>,
    },
    Gone,
    Rejected(String),
}

/// Sends what waits for the API's server and key. Several lanes only when `any_key` says that the key replaces
/// those the reports were spooled under.
pub(crate) async fn drain(spool: &Spool, api: &Api, any_key: bool) -> Drained {
    let lane = Lane::new(api.server(), api.key());
    let Some(_lock) = spool.lock(&lane.sending_lock()) else {
        return Drained { end: End::Busy, ..Drained::default() };
    };
    let mut drained = Drained::default();
    drained.end = match send_all(spool, api, &lane, any_key, &mut drained).await {
        Ok(()) => End::Empty,
        Err(end) => end,
    };
    drained
}

async fn send_all(
    spool: &Spool,
    api: &Api,
    lane: &Lane,
    any_key: bool,
    drained: &mut Drained,
) -> Result<(), End> {
    let ours = |slip: &Slip| slip.lane() == lane || any_key && slip.lane().has_server_of(lane);
    for _ in 0..PASSES_MAX {
        // Listed again when the list is done, for what came meanwhile.
        let mut slips = spool.waiting().map_err(End::Broken)?;
        slips.retain(ours);
        if slips.is_empty() {
            return Ok(());
        }
        for slip in &slips {
            match send_one(spool, api, slip).await? {
                Step::Sent { refused } => {
                    drained.sent += 1;
                    drained.rejected.extend(refused);
                }
                Step::Rejected(reason) => drained.rejected.push(reason),
                Step::Gone => {}
            }
        }
    }
    Ok(())
}

async fn send_one(spool: &Spool, api: &Api, slip: &Slip) -> Result<Step, End> {
    let entry = match spool.read(slip) {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(Step::Gone),
        Err(why) => return set_aside(spool, slip, why.to_string()),
    };
    let refused = register(api, &entry).await?;
    match api.report(&entry.scheduler_id, &entry.report).await {
        Ok(_) => spool.remove(slip).map(|()| Step::Sent { refused }).map_err(End::Broken),
        Err(problem) if problem.may_pass() => Err(End::Stopped(problem)),
        Err(problem) => set_aside(spool, slip, format!("{}: {problem}", plain(&entry.scheduler_id))),
    }
}

/// Registers the scheduler where the report brings that along; answers why it was refused for good, if it was.
async fn register(api: &Api, entry: &Entry) -> Result<Option<String>, End> {
    let Some(registration) = &entry.registration else { return Ok(None) };
    match api.register(registration).await {
        Ok(_) => Ok(None),
        Err(problem) if problem.may_pass() => Err(End::Stopped(problem)),
        Err(problem) => Ok(Some(format!("the registration of {}: {problem}", plain(&entry.scheduler_id)))),
    }
}

fn set_aside(spool: &Spool, slip: &Slip, reason: String) -> Result<Step, End> {
    spool.reject(slip, &reason).map_err(End::Broken)?;
    Ok(Step::Rejected(reason))
}
