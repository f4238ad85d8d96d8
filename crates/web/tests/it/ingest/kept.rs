//! What the tests of dialects look at: what was kept of a message, and what was counted as sent in vain.

use app::Caller;
use app::ports::HistoryQuery;
use axum::http::Method;
use domain::{ProjectId, SchedulerId};

use crate::support::{Ask, Reply, World};

/// The token of the scheduler that [`World::heard`] makes.
pub(crate) const TOKEN: &str = "d8f2a1b3c4";

impl World {
    /// A world with one scheduler, `backup` of the service `db`, that is heard by [`TOKEN`].
    pub(crate) async fn heard() -> Self {
        let world = Self::new();
        world.register("backup", TOKEN).await;
        world
    }

    /// Registers a scheduler of the service `db` that is heard by a token.
    pub(crate) async fn register(&self, id: &str, token: &str) {
        let body = format!(
            r#"{{"scheduler_id":"{id}","service_name":"db","job_name":"Nightly {id}","aliases":["{token}"]}}"#
        );
        let reply = self.post("/api/v1/schedulers/register", &body).await;
        assert!(reply.status.is_success(), "{reply}");
    }

    /// Asks without a key of ours.
    pub(crate) async fn tell(&self, method: Method, path: &str, body: &str) -> Reply {
        let mut ask = Ask::new(method, path).without("x-api-key");
        if !body.is_empty() {
            ask = ask.body(body.to_owned()).without("content-type");
        }
        self.ask(ask).await
    }

    /// The history of `backup`, oldest first.
    pub(crate) async fn backup(&self) -> String {
        self.kept("backup").await
    }

    /// What a scheduler's history keeps of what was said, oldest first, a line each: status, run, duration, exit code,
    /// error, metadata, output, and how it came in.
    pub(crate) async fn kept(&self, id: &str) -> String {
        let someone = Caller::local(ProjectId::default_project());
        let query =
            HistoryQuery { from: None, to: None, status: None, system: true, limit: 100, cursor: None };
        let page = self.app().history(&someone, SchedulerId::trusted(id), &query).await.expect("a history");
        let mut lines = Vec::new();
        for entry in page.items.iter().rev() {
            let Some(report) = entry.event.fact.report() else { continue };
            let (payload, origin) = (&entry.payload, entry.payload.origin.as_deref());
            let mut words =
                vec![entry.event.fact.reported_status().map_or("noted", |status| status.as_str()).to_owned()];
            words.extend(report.run_id.iter().map(|run| format!("run={run}")));
            words.extend(report.execution_time.map(|took| format!("took={}ms", took.as_millis())));
            words.extend(report.exit_code.map(|code| format!("exit={code}")));
            words.extend(payload.error_message.iter().map(|text| format!("error={text:?}")));
            words.extend(payload.metadata.iter().map(|map| serde_json::to_string(map).expect("JSON")));
            words.extend((payload.output_bytes > 0).then(|| format!("output={}b", payload.output_bytes)));
            words.extend(origin.map(|it| format!("by {} {}", it.dialect, it.method)));
            words.extend(origin.and_then(|it| it.environment.clone()).map(|name| format!("in {name}")));
            lines.push(words.join(" "));
        }
        lines.join("\n")
    }

    /// What was sent in vain, a line each, in order.
    pub(crate) async fn vain(&self) -> String {
        let problems = self.app().ingest_problems(&Caller::local(ProjectId::default_project())).await;
        let mut lines: Vec<_> = problems
            .expect("problems")
            .iter()
            .map(|it| format!("{} {} {} ×{}", it.dialect, it.problem, it.subject, it.count))
            .collect();
        lines.sort();
        lines.join("\n")
    }
}

/// Status and body of an answer.
pub(crate) fn said(reply: &Reply) -> String {
    format!("{} {}", reply.status.as_u16(), reply.text())
}
