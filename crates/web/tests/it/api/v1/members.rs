//! `/members`.

use app::Identity;
use app::ports::Role;
use axum::http::Method;
use domain::ProjectId;
use insta::assert_snapshot;

use crate::support::{Ask, World};

#[tokio::test]
async fn an_instance_that_shares_the_work_is_told_with_its_share() {
    let world = World::new();
    assert_eq!(world.get("/api/v1/members").await.text(), "[]", "it has joined nobody");
    let identity = Identity {
        roles: vec!["api".to_owned(), "evaluator".to_owned()],
        host: "watch-1".to_owned(),
        process: 4711,
        version: "1.4.0".to_owned(),
        is_over: |_, _| false,
    };
    world.app().join(identity).await.expect("it joins");
    world.app().take_seat().await.expect("it has its share");
    assert_snapshot!(world.get("/api/v1/members").await.text(), @r#"[{"id":"mem_01kjprzb00anf73gc6j3q45j8b","is_here":true,"host":"watch-1","process":4711,"version":"1.4.0","started_at":"2026-03-02T08:00:00.000Z","roles":["api","evaluator"],"first_as":["api","evaluator"],"shards":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"silent_seconds":0.0}]"#);
    let page = world.get("/metrics").await;
    for line in
        ["punctual_members 1", "punctual_shards_watched 16", r#"punctual_member_first{role="evaluator"} 1"#]
    {
        assert!(page.text().lines().any(|it| it == line), "{line}: {page}");
    }
}

#[tokio::test]
async fn who_shares_the_work_is_told_to_administrators_of_the_first_project_only() {
    let world = World::new();
    let theirs = world.key_in(ProjectId::trusted("theirs"), Role::Admin, &[]).await;
    let asked = Ask::new(Method::GET, "/api/v1/members").key(&theirs);
    assert_eq!(world.ask(asked).await.status, 403);
}
