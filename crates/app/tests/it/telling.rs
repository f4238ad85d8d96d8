//! Who hears when: storms, maintenance, dependencies, quiet hours, rules, channels that are switched off.

mod dependencies;
mod escalation;
mod maintenance;
mod quiet;
mod storms;

use app::Notice;
use app::ports::{AuditEntry, Channel, Definition, DefinitionKind};
use domain::{AlertKind, ProjectId, Selector};
use serde::Serialize;
use testkit::ScriptedNotifier;

use crate::world::World;

/// Lists a receiver that keeps alerts, such as a pager.
pub(crate) fn keeper(world: &World, id: &str) {
    let channel = Channel { keeps_incidents: true, ..Channel::new(id, "scripted", true) };
    list(world, channel);
}

pub(crate) fn list(world: &World, channel: Channel) {
    world.channels.list(
        ProjectId::default_project(),
        channel,
        std::sync::Arc::new(ScriptedNotifier::willing()),
    );
}

/// Sets something up, as its use case would.
pub(crate) async fn set_up(world: &World, kind: DefinitionKind, name: &str, body: impl Serialize) {
    let now = world.now();
    let project = ProjectId::default_project();
    let definition = Definition {
        project: project.clone(),
        kind,
        id: name.to_owned(),
        name: name.to_owned(),
        version: 1,
        created_at: now,
        updated_at: now,
        body: serde_json::to_value(body).expect("json"),
    };
    let audit = AuditEntry {
        project,
        at: now,
        actor: "test".to_owned(),
        action: "test".to_owned(),
        subject: name.to_owned(),
        detail: String::new(),
    };
    world.app.ports().definitions.put_definition(definition, 0, audit).await.expect("written");
}

pub(crate) fn of_tag(tag: &str) -> Selector {
    Selector { tags: vec![tag.to_owned()], ..Selector::default() }
}

/// What went to a channel, oldest first, in words.
pub(crate) async fn heard(world: &World, channel: &str) -> Vec<String> {
    let mut deliveries = world.deliveries().await;
    deliveries.reverse();
    let to = deliveries.iter().filter(|delivery| delivery.channel.as_str() == channel);
    to.map(|delivery| word(&delivery.notice)).collect()
}

fn word(notice: &Notice) -> String {
    match notice {
        Notice::Alert(alert) if alert.kind == AlertKind::Escalated => format!("escalated {}", alert.key.id),
        Notice::Alert(alert) => format!("{} {}", alert.kind.as_str(), alert.key.id),
        Notice::Group(group) => format!(
            "group: {} opened, {} updated, {} resolved, {} open",
            group.opened.count, group.updated.count, group.resolved.count, group.still_open
        ),
        Notice::Trouble(trouble) => format!("trouble: {}", trouble.what.as_str()),
        Notice::Unobserved(_) => "unobserved".to_owned(),
        Notice::Test(_) => "test".to_owned(),
    }
}
