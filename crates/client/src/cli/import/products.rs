//! `punctual import healthchecks` and the like: what other products watch becomes schedulers that are heard at the
//! addresses their jobs use already, so that of these only the host changes.
//!
//! How a list is asked for is here; what is in it is known in `crate::import`.

mod args;
mod paging;
mod saved;

use serde_json::Value;

use super::elsewhere::{Door, Elsewhere, Product};
use super::{plan_and_register_by, tell};
use crate::api::{Limits, plain};
use crate::cli::apply::{Kind, all};
use crate::cli::connect::connect;
use crate::cli::output::{Failure, say};
use crate::import::monitor::{Places, Reading};
use crate::import::{
    better_stack as stack, cronitor as cronitors, dead_mans_snitch as snitches, healthchecks as checks,
    sentry as crons, uptime_kuma as kuma,
};

use args::TakenArgs;
pub use args::{
    BetterStackArgs, CronitorArgs, DeadMansSnitchArgs, HealthchecksArgs, SentryArgs, UptimeKumaArgs,
};

const HEALTHCHECKS: Product = Product {
    name: "Healthchecks",
    address: "https://healthchecks.io",
    variable: "HEALTHCHECKS_API_KEY",
    door: Door::Header,
};
const CRONITOR: Product = Product {
    name: "Cronitor",
    address: "https://cronitor.io",
    variable: "CRONITOR_API_KEY",
    door: Door::User,
};
const DEAD_MANS_SNITCH: Product = Product {
    name: "Dead Man's Snitch",
    address: "https://api.deadmanssnitch.com",
    variable: "DEADMANSSNITCH_API_KEY",
    door: Door::User,
};
const BETTER_STACK: Product = Product {
    name: "Better Stack",
    address: "https://uptime.betterstack.com",
    variable: "BETTERSTACK_API_TOKEN",
    door: Door::Bearer,
};
const SENTRY: Product = Product {
    name: "Sentry",
    address: "https://sentry.io",
    variable: "SENTRY_AUTH_TOKEN",
    door: Door::Bearer,
};

pub(super) async fn healthchecks(args: &HealthchecksArgs) -> Result<(), Failure> {
    let documents = if args.saved.files.is_empty() {
        let there = Elsewhere::of(&HEALTHCHECKS, &args.from)?;
        let mut lists = Vec::new();
        for version in ["v3", "v1"] {
            let Some(checks) = there.list(&format!("/api/{version}/checks/")).await? else { continue };
            // Without the names of channels a check tells whoever is told by default.
            lists.extend(there.list(&format!("/api/{version}/channels/")).await.unwrap_or_default());
            lists.push(checks);
            break;
        }
        if lists.is_empty() {
            return Err(there.nothing_there());
        }
        lists
    } else {
        saved::json(&args.saved.files)?
    };
    take(&args.taken, read(&documents, checks::read)?, "healthchecks").await
}

pub(super) async fn cronitor(args: &CronitorArgs) -> Result<(), Failure> {
    let documents = if args.saved.files.is_empty() {
        let there = Elsewhere::of(&CRONITOR, &args.from)?;
        there.pages("/api/monitors", "page=1", paging::by_number).await?
    } else {
        saved::yaml(&args.saved.files)?
    };
    take(&args.taken, read(&documents, cronitors::read)?, "cronitor").await
}

pub(super) async fn uptime_kuma(args: &UptimeKumaArgs) -> Result<(), Failure> {
    let documents = saved::json(&args.files)?;
    take(&args.taken, read(&documents, kuma::read)?, "uptime-kuma").await
}

pub(super) async fn dead_mans_snitch(args: &DeadMansSnitchArgs) -> Result<(), Failure> {
    let documents = if args.saved.files.is_empty() {
        let there = Elsewhere::of(&DEAD_MANS_SNITCH, &args.from)?;
        vec![there.list("/v1/snitches").await?.ok_or_else(|| there.nothing_there())?]
    } else {
        saved::json(&args.saved.files)?
    };
    take(&args.taken, read(&documents, snitches::read)?, "dead-mans-snitch").await
}

pub(super) async fn better_stack(args: &BetterStackArgs) -> Result<(), Failure> {
    let documents = if args.saved.files.is_empty() {
        let there = Elsewhere::of(&BETTER_STACK, &args.from)?;
        there.pages("/api/v2/heartbeats", "page=1", paging::by_address).await?
    } else {
        saved::json(&args.saved.files)?
    };
    take(&args.taken, read(&documents, stack::read)?, "better-stack").await
}

pub(super) async fn sentry(args: &SentryArgs) -> Result<(), Failure> {
    let documents = if args.saved.files.is_empty() {
        let there = Elsewhere::of(&SENTRY, &args.from)?;
        let path =
            format!("/api/0/organizations/{}/monitors/", args.organization.as_deref().unwrap_or_default());
        there.pages(&path, "per_page=100", paging::by_link).await?
    } else {
        saved::json(&args.saved.files)?
    };
    take(&args.taken, read(&documents, crons::read)?, "sentry").await
}

fn read(documents: &[Value], reader: fn(&[Value]) -> Result<Reading, String>) -> Result<Reading, Failure> {
    reader(documents).map_err(Failure::Unfit)
}

/// Makes of what was read what our server is to have.
async fn take(args: &TakenArgs, reading: Reading, usual_service: &str) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?.patient();
    let schedulers = all(&api, Kind::Scheduler).await?;
    let names_channels = reading.monitors.iter().any(|monitor| !monitor.channels.is_empty());
    let channels = if names_channels { all(&api, Kind::Channel).await? } else { Vec::new() };
    if !reading.left_out.is_empty() {
        let left_out: Vec<String> =
            reading.left_out.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        say(&format!("note: left out, since they do not report themselves: {}", plain(&left_out.join(", "))));
    }
    let survey =
        reading.proposals(&Places::of(&schedulers, &channels), args.service.as_deref(), usual_service);
    tell(&survey.notes);
    let known =
        schedulers.iter().map(|there| (there["scheduler_id"].as_str().unwrap_or_default(), there)).collect();
    plan_and_register_by(&api, Some(&known), args.apply, &survey.proposals).await.map(drop)
}
