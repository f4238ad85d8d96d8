//! Which role each route needs at least, and which rate limit counts it. This table is what the gate reads, what the
//! documentation shows and what the tests walk: a route that is not in it is refused.
//!
//! Paths are relative to the prefix; those of `OUTSIDE` stand beside it and need no key, except `/metrics`, whose
//! guard is [`crate::MetricsPolicy`]. Keys that are limited to services are checked by the use cases.

use app::ports::Role;

pub use crate::limits::Class;

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The method; `HEAD` goes with `GET`.
    pub method: &'static str,
    /// The path after the prefix.
    pub path: &'static str,
    /// The least role.
    pub least: Role,
    /// What counts it.
    pub class: Class,
}

const fn rule(method: &'static str, path: &'static str, least: Role) -> Rule {
    Rule { method, path, least, class: Class::Management }
}

const fn ingest(method: &'static str, path: &'static str) -> Rule {
    Rule { method, path, least: Role::Reporter, class: Class::Ingest }
}

/// Every route of the API.
pub const RULES: &[Rule] = &[
    rule("GET", "/schedulers", Role::Viewer),
    rule("POST", "/schedulers", Role::Reporter),
    rule("POST", "/schedulers/register", Role::Reporter),
    rule("GET", "/schedulers/{id}", Role::Viewer),
    rule("PATCH", "/schedulers/{id}", Role::ServiceOwner),
    rule("DELETE", "/schedulers/{id}", Role::ServiceOwner),
    ingest("PUT", "/schedulers/{id}/status"),
    ingest("POST", "/schedulers/{id}/status"),
    ingest("POST", "/schedulers/{id}/heartbeat"),
    rule("GET", "/schedulers/{id}/history", Role::Viewer),
    rule("GET", PLAIN, Role::Viewer),
    rule("GET", "/schedulers/{id}/runs", Role::Viewer),
    rule("GET", "/schedulers/{id}/events", Role::Viewer),
    rule("PUT", "/schedulers/{id}/pause", Role::ServiceOwner),
    rule("DELETE", "/schedulers/{id}/pause", Role::ServiceOwner),
    ingest("POST", "/reports"),
    ingest("POST", "/heartbeats"),
    rule("POST", "/schedules/preview", Role::Viewer),
    rule("GET", "/ingest-problems", Role::ServiceOwner),
    rule("GET", "/channels", Role::Viewer),
    rule("POST", "/channels", Role::Admin),
    rule("GET", "/channels/{id}", Role::Viewer),
    rule("PUT", "/channels/{id}", Role::Admin),
    rule("DELETE", "/channels/{id}", Role::Admin),
    rule("POST", "/channels/{id}/test", Role::Admin),
    rule("POST", "/channels/{id}/enable", Role::Admin),
    rule("GET", "/boards", Role::Viewer),
    rule("POST", "/boards", Role::Admin),
    rule("GET", "/boards/{id}", Role::Viewer),
    rule("PUT", "/boards/{id}", Role::Admin),
    rule("DELETE", "/boards/{id}", Role::Admin),
    rule("GET", "/boards/{id}/page", Role::Viewer),
    rule("POST", "/boards/{id}/post", Role::Admin),
    rule("GET", "/incidents", Role::Viewer),
    rule("GET", "/incidents/{id}", Role::Viewer),
    rule("PUT", "/incidents/{id}/acknowledgement", Role::ServiceOwner),
    rule("DELETE", "/incidents/{id}/acknowledgement", Role::ServiceOwner),
    rule("GET", "/schedulers/{id}/route", Role::Viewer),
    rule("GET", "/rules", Role::Viewer),
    rule("POST", "/rules", Role::Admin),
    rule("GET", "/rules/{id}", Role::Viewer),
    rule("PUT", "/rules/{id}", Role::Admin),
    rule("DELETE", "/rules/{id}", Role::Admin),
    rule("GET", "/maintenance", Role::Viewer),
    rule("POST", "/maintenance", Role::ServiceOwner),
    rule("GET", "/maintenance/{id}", Role::Viewer),
    rule("PUT", "/maintenance/{id}", Role::ServiceOwner),
    rule("DELETE", "/maintenance/{id}", Role::ServiceOwner),
    rule("POST", "/api-keys", Role::Admin),
    rule("GET", "/api-keys", Role::Admin),
    rule("POST", "/api-keys/{id}/rotate", Role::Admin),
    rule("DELETE", "/api-keys/{id}", Role::Admin),
    rule("GET", "/projects", Role::Admin),
    rule("PUT", "/projects/{id}", Role::Admin),
    rule("GET", "/audit", Role::Admin),
    rule("GET", "/members", Role::Admin),
    rule("GET", "/deliveries", Role::Admin),
    rule("POST", "/deliveries/{id}/retry", Role::Admin),
];

/// The route that answers plain text: what a job printed.
pub const PLAIN: &str = "/schedulers/{id}/output/{version}";

/// Routes that stand beside the prefix.
pub const OUTSIDE: &[(&str, &str)] = &[
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs"),
];

/// The methods of a path, as `Allow` has them.
pub fn methods(path: &str) -> String {
    const ALL: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    ALL.into_iter().filter(|method| find(method, path).is_some()).collect::<Vec<_>>().join(",")
}

/// The rule of a route.
pub fn find(method: &str, path: &str) -> Option<&'static Rule> {
    let method = if method == "HEAD" { "GET" } else { method };
    // A scheduler may be called `register`: what is not a registration is about that scheduler.
    let path = if path == "/schedulers/register" && method != "POST" { "/schedulers/{id}" } else { path };
    RULES.iter().find(|rule| rule.method == method && rule.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_shows_every_route_and_its_least_role() {
        let page = include_str!("../../../docs/security.md");
        for rule in RULES {
            let row = format!("| {} | `{}` | {} |", rule.method, rule.path, rule.least.as_str());
            assert!(page.contains(&row), "docs/security.md lacks {row}");
        }
        let rows = page.lines().filter(|line| line.contains("| `/")).count();
        assert_eq!(rows, RULES.len(), "docs/security.md shows routes that are not there");
    }
}
