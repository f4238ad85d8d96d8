//! Healthchecks' management API, versions 1 to 3: what its libraries, sync tools and dashboards call. Checks are our
//! schedulers; pings and flips are told from history and incidents. Which addresses, codes and bodies there are is as
//! Healthchecks has it; where we differ is listed in `docs/protocols/healthchecks.md`.
//!
//! Reading order: [`path`] (what an address asks for), [`enter`] (who asks), [`spec`] (what a client sends), [`change`]
//! (what that means here), [`standing`] and [`shown`] (a scheduler as a check), then one file an action. All of it is
//! served below `/healthchecks/api/`, and below `/api/` as far as that is not our own API's place.

mod actions;
mod answer;
mod badges;
mod change;
mod channels;
mod enter;
mod find;
mod flips;
mod legacy_zones;
mod path;
mod pings;
mod probe;
mod prometheus;
mod shown;
mod spec;
mod standing;
mod write;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;

use super::Pairs;
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::settings::Prefix;
use crate::state::WebState;
use answer::Refusal;
use path::{Endpoint, Wanted};

/// Whose language this is.
const DIALECT: &str = "healthchecks";

/// Every route. What is our own API's where that begins with the prefix of a version is not served there.
pub(super) fn routes(prefix: &Prefix) -> Router<WebState> {
    let mut routes = Router::new()
        .route("/healthchecks/api/{*rest}", any(take))
        .route("/healthchecks/projects/{id}/metrics/{*rest}", any(prometheus::take))
        .route("/healthchecks/projects/{id}/metrics/", any(prometheus::take))
        .route("/badge/{*rest}", any(badges::of_tag))
        .route("/b/{*rest}", any(badges::of_check))
        .route("/projects/{id}/metrics/{*rest}", any(prometheus::take))
        .route("/projects/{id}/metrics/", any(prometheus::take));
    for version in path::VERSIONS {
        let base = format!("/api/{version}");
        for name in path::NAMES {
            let is_ours = prefix.as_str() == base && path::IS_OURS.contains(&name);
            if !is_ours {
                routes = routes.route(&format!("{base}/{name}"), any(take));
            }
            routes = routes.route(&format!("{base}/{name}/"), any(take));
        }
        routes = routes.route(&format!("{base}/checks/{{*rest}}"), any(take));
    }
    routes
}

/// One request, as far as its address and its headers say.
struct Question {
    state: WebState,
    visit: Visit,
    headers: HeaderMap,
    query: Pairs,
    /// 1, 2 or 3.
    version: u8,
    /// How we were reached, such as `https://punctual.example.org`.
    site: String,
    /// What stands before `/v3/`.
    mount: &'static str,
}

impl Question {
    fn of(state: WebState, parts: Parts, version: u8, mount: &'static str) -> Option<Self> {
        let visit = parts.extensions.get::<Visit>().cloned()?;
        let site = super::origin::site(&state, &parts.headers, &parts.uri);
        let query = Pairs::parse(parts.uri.query());
        Some(Self { state, visit, headers: parts.headers, query, version, site, mount })
    }

    fn is(&self, method: &Method) -> bool {
        self.visit.method == *method
    }

    /// The address of something of the API.
    fn url(&self, of: &str) -> String {
        format!("{}{}/v{}/{of}", self.site, self.mount, self.version)
    }
}

async fn take(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(asked) = path::asked(parts.uri.path()) else { return answer::missing() };
    let endpoint = match asked.wanted {
        Wanted::Nothing => return answer::missing(),
        Wanted::WithSlash => return answer::with_slash(&parts.uri),
        Wanted::Endpoint(endpoint) => endpoint,
    };
    let Some(question) = Question::of(state, parts, asked.version, asked.mount) else {
        return Refusal::from(ApiError::internal()).answer();
    };
    let Some(methods) = endpoint.methods() else { return probe::take(&question, &endpoint).await };
    let answer = if question.is(&Method::OPTIONS) {
        answer::empty(StatusCode::NO_CONTENT)
    } else if !methods.contains(&question.visit.method.as_str()) {
        answer::empty(StatusCode::METHOD_NOT_ALLOWED)
    } else {
        match Box::pin(serve(&question, endpoint, body)).await {
            Ok(answer) => answer,
            // The page for what is not there is Healthchecks' framework's own, and bears no other headers.
            Err(Refusal::Missing) => return answer::missing(),
            Err(refusal) => refusal.answer(),
        }
    };
    answer::open_to_browsers(answer, methods)
}

async fn serve(question: &Question, endpoint: Endpoint, body: axum::body::Body) -> Result<Response, Refusal> {
    let sent = if question.is(&Method::POST) { enter::sent(body).await? } else { enter::Sent::default() };
    let reads = question.is(&Method::GET) && endpoint.is_for_readers();
    let client = if reads { enter::reader(question).await? } else { enter::writer(question, &sent).await? };
    match endpoint {
        Endpoint::Checks if question.is(&Method::POST) => write::create(question, &client, sent).await,
        Endpoint::Checks => find::list(question, &client).await,
        Endpoint::Check(id) if question.is(&Method::POST) => {
            write::update(question, &client, &id, sent).await
        }
        Endpoint::Check(id) if question.is(&Method::DELETE) => actions::delete(question, &client, &id).await,
        Endpoint::Check(id) => {
            find::show(question, &client, &find::by_id(question, &client, &id).await?).await
        }
        Endpoint::CheckByKey(key) => {
            find::show(question, &client, &find::by_key(question, &client, &key).await?).await
        }
        Endpoint::Pause(id) => actions::pause(question, &client, &id).await,
        Endpoint::Resume(id) => actions::resume(question, &client, &id).await,
        Endpoint::Pings(id) => pings::list(question, &client, &id).await,
        Endpoint::Body(id, number) => pings::body(question, &client, &id, number).await,
        Endpoint::Flips(id) => {
            let check = find::by_id(question, &client, &id).await?;
            flips::list(question, &client, &check).await
        }
        Endpoint::FlipsByKey(key) => {
            let check = find::by_key(question, &client, &key).await?;
            flips::list(question, &client, &check).await
        }
        Endpoint::Channels => channels::list(question, &client).await,
        Endpoint::Badges => badges::list(question, &client).await,
        Endpoint::Status | Endpoint::Metrics => Err(Refusal::Missing),
    }
}
