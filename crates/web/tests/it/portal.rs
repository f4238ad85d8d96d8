//! The pages that messages link to.

use axum::http::{Method, StatusCode};

use crate::support::{Ask, Reply, World};

async fn open(path: &str) -> Reply {
    World::new().ask(Ask::new(Method::GET, path).without("x-api-key")).await
}

#[tokio::test]
async fn a_page_loads_what_all_share_before_its_own() {
    for (path, own) in [("/portal/schedulers/a", "scheduler"), ("/portal/boards/a", "board")] {
        let page = open(path).await;
        let place =
            |script: &str| page.text().find(&format!(r#"<script src="../assets/{script}.js" defer>"#));
        let (shared, own) = (place("keyed").expect("the shared script"), place(own).expect("its own"));
        assert!(shared < own && !page.text().contains("{{"), "{page}");
        assert!(
            page.header("content-security-policy").is_some_and(|policy| policy.contains("script-src 'self'"))
        );
    }
}

#[tokio::test]
async fn a_key_of_another_project_is_asked_for_anew() {
    let script = open("/portal/assets/keyed.js").await;
    assert_eq!(
        (script.status, script.header("content-type")),
        (StatusCode::OK, Some("text/javascript; charset=utf-8"))
    );
    assert!(script.text().contains("const OF_THE_KEY = [401, 403, 404];"), "{script}");
    assert!(script.text().contains("if (OF_THE_KEY.includes(error.status)) ask();"), "{script}");
}
