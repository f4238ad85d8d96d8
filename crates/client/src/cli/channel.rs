//! `punctual channel`: where alerts go; listed, tried out, switched on again, taken away.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::connect::{ServerArgs, connect};
use super::output::{Failure, cell, conclude, parse, print, print_json, say, table};
use crate::api::{Limits, plain};

/// What can be done with channels.
#[derive(Clone, Debug, Subcommand)]
pub enum ChannelCommand {
    /// List channels
    List(ChannelListArgs),
    /// Show a channel, its secrets masked
    Show(ChannelArgs),
    /// Send a test message to a channel
    Test(ChannelArgs),
    /// Switch a channel on again that was switched off
    Enable(ChannelArgs),
    /// Take a channel away
    Delete(ChannelArgs),
}

/// Arguments of `punctual channel list`.
#[derive(Args, Clone, Debug)]
pub struct ChannelListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Which channel.
#[derive(Args, Clone, Debug)]
pub struct ChannelArgs {
    /// Its name or id
    name: String,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn run(command: &ChannelCommand) -> ExitCode {
    match command {
        ChannelCommand::List(args) => conclude(list(args)),
        ChannelCommand::Show(args) => conclude(show(args)),
        ChannelCommand::Test(args) => conclude(test(args)),
        ChannelCommand::Enable(args) => conclude(enable(args)),
        ChannelCommand::Delete(args) => conclude(delete(args)),
    }
}

async fn list(args: &ChannelListArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let channels: Vec<Value> = parse(&api.get(&["channels"], None).await?.body)?;
    if args.json {
        return print_json(&Value::Array(channels));
    }
    if channels.is_empty() {
        say("no channels: nobody hears of anything");
        return Ok(());
    }
    let mut table = table(&["NAME", "KIND", "DEFAULT", "FROM", "STATE"]);
    for channel in &channels {
        let state = match channel["disabled"].as_str() {
            Some(reason) => format!("off: {}", plain(reason)),
            None => "on".to_owned(),
        };
        let default = if channel["default"] == true { "yes" } else { "no" };
        table.add_row([
            cell(channel, "name"),
            cell(channel, "kind"),
            default.to_owned(),
            cell(channel, "source"),
            state,
        ]);
    }
    print(&table.trim_fmt())
}

async fn show(args: &ChannelArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    print_json(&parse(&api.get(&["channels", &args.name], None).await?.body)?)
}

async fn test(args: &ChannelArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    let answer = api.post(&["channels", &args.name, "test"], &Map::new()).await?;
    let trial: Value = parse(&answer.body)?;
    let said = cell(&trial, "answer");
    if trial["delivered"] == true {
        return print(&format!("delivered: {said}"));
    }
    Err(Failure::Unfit(format!("not delivered: {said}")))
}

async fn enable(args: &ChannelArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    api.post(&["channels", &args.name, "enable"], &Map::new()).await?;
    print(&format!("{} is on", plain(&args.name)))
}

async fn delete(args: &ChannelArgs) -> Result<(), Failure> {
    let api = connect(&args.server, Limits::QUESTION)?;
    api.delete(&["channels", &args.name]).await?;
    print(&format!("{} is gone", plain(&args.name)))
}
