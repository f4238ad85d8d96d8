//! Everything that speaks HTTP: routes, wire types, errors, the description of the API.
//!
//! Reading order: [`state`] (what handlers stand on), [`router`](mod@router) (every route), `chassis` (what happens
//! around every request), `auth` (who may enter), [`roles_table`] (which role each route needs), `api` (one action a
//! file), [`wire`] (what travels), [`serve`](mod@serve) (sockets, TLS, draining). Handlers are a paragraph: extract,
//! one use case, map. No rule about schedulers is decided here.

mod acknowledge;
mod api;
mod auth;
mod chassis;
mod docs;
mod error;
mod extract;
mod html;
pub mod ingest;
mod limits;
mod openapi;
mod ops;
mod portal;
pub mod roles_table;
pub mod router;
pub mod serve;
pub mod settings;
pub mod state;
mod sweeper;
pub mod wire;

pub use chassis::{Detail, ErrorBody, OwnShape};
pub use ops::health::Well;
pub use router::{openapi_json, operations_router, router};
pub use serve::{Bounds, CertificateKeeper, Site, Tls, TlsError, TlsSettings, serve};
pub use settings::{MetricsPolicy, Prefix, RateLimits, WebSettings, Window};
pub use state::{Gauge, Gauges, Readiness, WebState};
pub use sweeper::Sweeper;
