//! Another product, as its lists: what a test puts at a path is what it answers there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

type Pages = Arc<Mutex<BTreeMap<String, String>>>;

/// The product's server.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) address: String,
    pages: Pages,
    _runtime: Runtime,
}

impl Elsewhere {
    pub(crate) fn start() -> Self {
        let pages = Pages::default();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&pages));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("to listen");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { address, pages, _runtime: runtime }
    }

    /// Answers this at a path, from now on.
    pub(crate) fn has(&self, path: &str, page: &Value) {
        self.pages.lock().expect("pages").insert(path.to_owned(), page.to_string());
    }
}

async fn answer(State(pages): State<Pages>, uri: Uri) -> Response {
    let page = pages.lock().expect("pages").get(uri.path()).cloned();
    page.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}
