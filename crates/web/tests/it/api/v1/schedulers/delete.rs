//! `DELETE /schedulers/{id}`.

use axum::http::StatusCode;
use insta::assert_snapshot;

use crate::support::World;

#[tokio::test]
async fn a_scheduler_goes_with_its_history_and_its_id_may_come_back() {
    let world = World::new();
    world.billing().await;
    let path = "/api/v1/schedulers/billing-nightly";
    world.put(&format!("{path}/status"), r#"{"status":"failed"}"#).await;
    assert_snapshot!(world.delete(path).await, @r#"
204 No Content
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac0057a82ac2ce17a5794a3b
"#);
    assert_eq!(world.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.delete(path).await.status, StatusCode::NOT_FOUND);
    world.billing().await;
    assert_eq!(world.get(&format!("{path}/history")).await.text(), "[]");
}
