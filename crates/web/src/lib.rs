//! Everything that speaks HTTP: routes, wire types, errors, OpenAPI.
//!
//! Reading order: [`state`] (what handlers stand on), [`router`](mod@router) (every route), `chassis` (what happens
//! around every request), `auth` (who may enter), [`roles_table`] (which role each route needs), `api` (one action a
//! file), [`wire`] (what travels), [`serve`](mod@serve) (sockets, TLS, draining). Handlers are a paragraph: extract,
//! one use case, map. No rule about schedulers is decided here.

mod api;
mod auth;
mod chassis;
mod error;
mod extract;
mod limits;
mod ops;
pub mod roles_table;
pub mod router;
pub mod serve;
pub mod settings;
pub mod state;
pub mod wire;

pub use chassis::{Detail, ErrorBody};
pub use ops::health::Well;
pub use router::router;
pub use serve::{Bounds, Certificate, TlsFiles, serve};
pub use settings::{MetricsPolicy, Prefix, RateLimits, WebSettings, Window};
pub use state::{Readiness, WebState};
