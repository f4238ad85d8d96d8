//! `/audit`.

use insta::assert_snapshot;

use crate::support::World;

#[tokio::test]
async fn who_changed_what_is_told_newest_first_and_by_pages() {
    let world = World::new();
    world.billing().await;
    world.pass(1);
    world.patch("/api/v1/schedulers/billing-nightly", r#"{"owner_email":"ops@example.com"}"#).await;
    world.delete("/api/v1/schedulers/billing-nightly").await;
    assert_snapshot!(world.get("/api/v1/audit").await.text().replace("},{", "},\n{"), @r#"
[{"at":"2026-03-02T08:00:01.000Z","actor":"configured key 1","action":"scheduler.delete","subject":"billing-nightly"},
{"at":"2026-03-02T08:00:01.000Z","actor":"configured key 1","action":"scheduler.patch","subject":"billing-nightly","detail":"owner_email"},
{"at":"2026-03-02T08:00:00.000Z","actor":"configured key 1","action":"scheduler.register","subject":"billing-nightly","detail":"service_name, job_name"}]
"#);
    let first = world.get("/api/v1/audit?limit=1&subject=billing-nightly").await;
    let link = first.header("link").expect("a link");
    let next = world.get(link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"")).await;
    assert_eq!(next.json()[0]["action"], "scheduler.patch");
}
