//! The baselines: what is left of a server when nothing is done, and when nothing but the writing is done. Each is a
//! process of its own, built with the same axum, hyper and tokio as the product and started like it, and answers the
//! product's paths. Neither reads JSON nor looks at keys.

pub(crate) mod bare;
mod group;
pub(crate) mod noop;

use std::net::SocketAddr;

use anyhow::{Context, Result};
use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::say;

/// What every baseline answers.
const ANSWER: &str = r#"{"recorded":true}"#;

/// Serves at a free port until the process is ended, with as many workers as the product makes of the same processors.
fn serve(router: Router) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener =
            TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.context("cannot listen")?;
        say(&format!("listens on http://{}", listener.local_addr()?));
        let listener = listener.tap_io(|stream| {
            // As the product does.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await.context("cannot serve")
    })
}
