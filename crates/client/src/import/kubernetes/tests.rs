//! Manifests in their shapes, and those that are made to cost.

use super::*;

const REPORT: &str = "
apiVersion: batch/v1
kind: CronJob
metadata: { name: report, namespace: billing, labels: { app: ledger, tier: back } }
spec:
  schedule: '0 2 * * *'
  timeZone: Asia/Jakarta
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 300
  jobTemplate:
    spec:
      activeDeadlineSeconds: 3600
      template: { spec: { containers: [ { name: c, image: x, command: [report] } ] } }
";

fn surveyed(text: &str) -> Survey {
    let surveyor = Surveyor { service: None, grace: None, zone: None, namespace: "default" };
    let mut survey = Survey::default();
    surveyor.survey("a.yaml", text, &mut survey).expect("read");
    survey
}

#[test]
fn a_cron_job_becomes_a_proposal_with_its_limits() {
    let survey = surveyed(REPORT);
    let body = json!({
        "scheduler_id": "billing/report", "service_name": "billing", "job_name": "report",
        "description": "CronJob report in the namespace billing",
        "tags": ["kubernetes", "concurrency=Forbid", "app=ledger", "tier=back"],
        "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta", "grace": "5m" },
        "max_runtime": "1h",
    });
    assert_eq!(Value::Object(survey.proposals[0].body.clone()), body);
}

#[test]
fn lists_and_documents_are_walked_and_other_kinds_counted() {
    let item = |name: &str| {
        format!("- kind: CronJob\n  metadata: {{ name: {name} }}\n  spec: {{ schedule: '@daily' }}\n")
    };
    let text = format!(
        "kind: List\nitems:\n{}{}---\nkind: Deployment\nspec: 3\n---\n---\nkind: CronJob\nmetadata: {{ name: c }}\nspec: {{ schedule: 'TZ=Europe/Riga 5 4 * * *', timeZone: null }}\n",
        item("a"),
        item("b")
    );
    let survey = surveyed(&text);
    let ids: Vec<_> = survey.proposals.iter().map(Proposal::id).collect();
    assert_eq!((ids.as_slice(), survey.others), (["default/a", "default/b", "default/c"].as_slice(), 1));
    assert_eq!(survey.proposals[0].body["schedule"]["timezone"], "UTC");
    let own = json!({ "cron": "5 4 * * *", "timezone": "Europe/Riga", "grace": "15m" });
    assert_eq!(survey.proposals[2].body["schedule"], own);
}

#[test]
fn what_is_suspended_doubled_or_incomplete_is_passed_over_with_a_word() {
    let suspended = REPORT.replace("spec:\n  schedule", "spec:\n  suspend: true\n  schedule");
    let text =
        format!("{suspended}---{REPORT}---{REPORT}---\nkind: CronJob\nmetadata: {{ name: x }}\nspec: {{}}\n");
    let survey = surveyed(&text);
    assert_eq!(survey.proposals.len(), 1);
    let notes: Vec<_> = survey.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes[0], "passed over: it is suspended");
    assert!(notes[1].contains("has its name") && notes[2].contains("missing field `schedule`"), "{notes:?}");
}

#[test]
fn labels_beyond_what_a_scheduler_takes_are_left_out() {
    let labels: Vec<String> = (0..40).map(|number| format!("l{number}: v")).collect();
    let long = "x".repeat(80);
    let text = REPORT.replace("app: ledger, tier: back", &format!("long: {long}, {}", labels.join(", ")));
    let tags = surveyed(&text).proposals[0].body["tags"].clone();
    let tags = tags.as_array().expect("tags");
    assert!(
        tags.len() == 20 && tags.iter().all(|tag| tag.as_str().is_some_and(|tag| tag.len() <= 64)),
        "{tags:?}"
    );
}

#[test]
fn a_text_that_repeats_itself_without_end_is_refused() {
    let level = |level: usize| {
        let before = format!("*a{}, ", level - 1).repeat(10);
        format!("a{level}: &a{level} [{before}]\n")
    };
    let bomb = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", (1..10).map(level).collect::<String>());
    let surveyor = Surveyor { service: None, grace: None, zone: None, namespace: "default" };
    let refused = surveyor.survey("a.yaml", &bomb, &mut Survey::default()).expect_err("too much");
    assert!(refused.starts_with("a.yaml is not YAML that we can read: "), "{refused}");
    let deep = "[".repeat(5000);
    assert!(surveyor.survey("a.yaml", &deep, &mut Survey::default()).is_err());
}
