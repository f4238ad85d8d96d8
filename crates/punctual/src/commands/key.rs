//! `punctual key …`: keys, made and revoked on the machine that holds the store, whether the server runs or not.

use anyhow::{Context, Result, bail};
use app::ports::{KeyRecord, Role};
use app::{App, Caller, Issued, NewKey};
use clap::{Args, Subcommand};
use domain::id::KeyId;
use domain::{Duration, Instant, ProjectId};

use crate::cli::{StoreArgs, say, tell};
use crate::wiring::{local_app, local_runtime};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it: it is never shown again
    Create(CreateArgs),
    /// List the keys, newest first
    List(ListArgs),
    /// Make a key that takes another's place; the old one works on for a while
    Rotate(RotateArgs),
    /// Make a key useless at once
    Revoke(RevokeArgs),
}

#[derive(Args, Debug)]
struct Place {
    /// The project
    #[arg(long, default_value = "default")]
    project: String,
    #[command(flatten)]
    store: StoreArgs,
}

/// A key to be made.
#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// What people call it
    #[arg(long)]
    name: String,
    /// viewer, reporter, service-owner or admin
    #[arg(long, default_value = "reporter")]
    role: String,
    /// A service that it is limited to; may be given again
    #[arg(long = "service")]
    services: Vec<String>,
    /// When it ends to work: an instant, or a duration from now
    #[arg(long)]
    expires: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Keys to be listed.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// A key to be rotated.
#[derive(Args, Debug)]
pub(crate) struct RotateArgs {
    /// The key's id (key_…)
    id: String,
    /// How long the old key goes on working
    #[arg(long, default_value = "1d")]
    overlap: String,
    #[command(flatten)]
    place: Place,
}

/// A key to be revoked.
#[derive(Args, Debug)]
pub(crate) struct RevokeArgs {
    /// The key's id (key_…)
    id: String,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub(crate) fn run(command: KeyCommand) -> Result<()> {
    let place = match &command {
        KeyCommand::Create(args) => &args.place,
        KeyCommand::List(args) => &args.place,
        KeyCommand::Rotate(args) => &args.place,
        KeyCommand::Revoke(args) => &args.place,
    };
    let caller = Caller::local(ProjectId::parse(&place.project).context("--project")?);
    let config = place.store.load()?;
    local_runtime()?.block_on(async {
        let (app, store) = local_app(&config).await?;
        let done = act(&app, &caller, command).await;
        store.close().await;
        done
    })
}

async fn act(app: &App, caller: &Caller, command: KeyCommand) -> Result<()> {
    known_project(app, caller).await?;
    match command {
        KeyCommand::Create(args) => {
            let issued = app.create_key(caller, wanted(&args, app.now())?).await?;
            show_issued(&issued, args.json);
        }
        KeyCommand::List(args) => show(&app.list_keys(caller).await?, args.json, app.now())?,
        KeyCommand::Rotate(args) => {
            let overlap: Duration = args.overlap.parse().context("--overlap")?;
            let issued = app.rotate_key(caller, &KeyId::trusted(args.id), overlap).await?;
            show_issued(&issued, false);
        }
        KeyCommand::Revoke(args) => {
            app.revoke_key(caller, &KeyId::trusted(args.id.as_str())).await?;
            tell(&format!("{} is revoked", args.id));
        }
    }
    Ok(())
}

async fn known_project(app: &App, caller: &Caller) -> Result<()> {
    let home = Caller::local(ProjectId::default_project());
    if app.projects(&home).await?.iter().any(|project| project.id == caller.project) {
        return Ok(());
    }
    bail!("there is no project {}: make it by PUT /projects/{}", caller.project, caller.project)
}

fn wanted(args: &CreateArgs, now: Instant) -> Result<NewKey> {
    let role = Role::parse(&args.role).with_context(|| {
        format!("--role must be viewer, reporter, service-owner or admin, was '{}'", args.role)
    })?;
    let expires_at = args.expires.as_deref().map(|text| expiry(text, now)).transpose()?;
    Ok(NewKey { name: args.name.clone(), role, services: args.services.clone(), expires_at, project: None })
}

fn expiry(text: &str, now: Instant) -> Result<Instant> {
    if let Ok(span) = text.parse::<Duration>() {
        return Ok(now + span);
    }
    Instant::parse(text).context("--expires must be a duration such as 90d, or an instant")
}

/// The key alone goes to standard output, so that it can be caught in a variable.
fn show_issued(issued: &Issued, json: bool) {
    if json {
        let record = &issued.record;
        say(&serde_json::json!({
            "id": record.id, "name": record.name, "role": record.role.as_str(), "key": issued.secret,
        })
        .to_string());
        return;
    }
    tell(&format!("{} ({}): it is not shown again", issued.record.id, issued.record.role.as_str()));
    say(&issued.secret);
}

fn show(keys: &[KeyRecord], json: bool, now: Instant) -> Result<()> {
    if json {
        let shown: Vec<_> = keys.iter().map(|key| as_json(key, now)).collect();
        say(&serde_json::to_string_pretty(&shown)?);
        return Ok(());
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["ID", "NAME", "ROLE", "SERVICES", "BEGINS", "STATE", "EXPIRES"]);
    for key in keys {
        table.add_row([
            key.id.to_string(),
            key.name.clone(),
            key.role.as_str().to_owned(),
            if key.services.is_empty() { "all".to_owned() } else { key.services.join(", ") },
            key.prefix.clone(),
            state(key, now).to_owned(),
            key.expires_at.map_or("never".to_owned(), |at| at.to_string()),
        ]);
    }
    say(&table.to_string());
    Ok(())
}

fn as_json(key: &KeyRecord, now: Instant) -> serde_json::Value {
    serde_json::json!({
        "id": key.id, "name": key.name, "role": key.role.as_str(), "services": key.services,
        "prefix": key.prefix, "state": state(key, now), "created_at": key.created_at.to_string(),
        "expires_at": key.expires_at.map(|at| at.to_string()),
    })
}

fn state(key: &KeyRecord, now: Instant) -> &'static str {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        _ => "works",
    }
}
