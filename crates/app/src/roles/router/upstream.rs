//! The incident upstream that another is told as part of. Of schedulers that rest upon each other in a circle, the one
//! whose incident opened first is told for itself: else nobody would hear of any.

use domain::id::IncidentId;
use domain::{Alert, Instant, SchedulerId, SchedulerKey};

use crate::app::App;
use crate::error::AppResult;

/// How far dependencies are followed.
const DEPTH_MAX: usize = 5;
/// Most schedulers that are looked at for one alert.
const LOOKED_AT_MAX: usize = 50;

/// A scheduler with an open incident, somewhere upstream.
struct Above {
    id: SchedulerId,
    incident: IncidentId,
    opened_at: Instant,
    depends_on: Vec<SchedulerId>,
}

/// The incident furthest upstream among those that it depends on, directly or through others.
pub(super) async fn upstream(app: &App, alert: &Alert) -> AppResult<Option<IncidentId>> {
    Ok(choose(alert, all_above(app, alert).await?))
}

/// What is bad upstream, nearest first.
async fn all_above(app: &App, alert: &Alert) -> AppResult<Vec<Above>> {
    let (mut above, mut seen) = (Vec::<Above>::new(), vec![alert.key.id.clone()]);
    let mut layer: Vec<SchedulerId> = alert.story.depends_on.clone();
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for id in std::mem::take(&mut layer) {
            if seen.contains(&id) || seen.len() >= LOOKED_AT_MAX {
                continue;
            }
            seen.push(id.clone());
            let key = SchedulerKey { project: alert.key.project.clone(), id: id.clone() };
            let Some(row) = app.ports.queries.get(&key).await? else { continue };
            let Some(incident) = &row.scheduler.state.incident else { continue };
            let depends_on = row.scheduler.config.depends_on.clone();
            next.extend(depends_on.iter().cloned());
            let (incident, opened_at) = (incident.id.clone(), incident.opened_at);
            above.push(Above { id, incident, opened_at, depends_on });
        }
        if next.is_empty() {
            break;
        }
        layer = next;
    }
    Ok(above)
}

fn choose(alert: &Alert, above: Vec<Above>) -> Option<IncidentId> {
    let mut below = vec![alert.key.id.clone()];
    // Each round finds one more that rests upon it, so as many rounds as there are find all.
    for _ in 0..above.len() {
        let rests = |one: &&Above| one.depends_on.iter().any(|id| below.contains(id));
        let found = above.iter().find(|one| !below.contains(&one.id) && rests(one));
        let Some(found) = found.map(|one| one.id.clone()) else { break };
        below.push(found);
    }
    let (circle, beyond): (Vec<Above>, Vec<Above>) =
        above.into_iter().partition(|one| below.contains(&one.id));
    if let Some(furthest) = beyond.into_iter().last() {
        return Some(furthest.incident);
    }
    let first = circle.into_iter().map(|one| (one.opened_at, one.incident)).min()?;
    (first < (alert.opened_at, alert.incident.clone())).then_some(first.1)
}
