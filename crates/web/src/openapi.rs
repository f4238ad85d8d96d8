//! The description of the API, in full: what the routes say of themselves, and what is true of every one of them.

use utoipa::openapi::content::Content;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::chassis::{Detail, ErrorBody};
use crate::roles_table::{self, Rule};
use crate::settings::Prefix;

/// What every route behind the gate may answer besides.
const GUARDED: [(&str, &str); 7] = [
    ("400", "Malformed or invalid; `details` lists every problem."),
    ("401", "No key, or none that works."),
    ("403", "The key's role is too small, or it is limited to other services."),
    ("406", "The caller does not take JSON."),
    ("429", "Too much was asked for; see `Retry-After`."),
    ("500", "Something went wrong on our side; the log knows it by `requestId`."),
    ("503", "The store is away; see `Retry-After`."),
];
/// What every route that takes a body may answer besides.
const WITH_BODY: [(&str, &str); 2] =
    [("413", "The body has more than 1 MiB."), ("415", "The body is not `application/json`.")];

const TAGS: [(&str, &str); 11] = [
    ("Schedulers", "What is watched."),
    ("Reports", "What jobs say."),
    ("History", "What has happened."),
    ("Incidents", "What is wrong, and who looks after it."),
    ("Routing", "Who hears of what."),
    ("Maintenance", "When nobody is told."),
    ("Channels", "Where alerts go."),
    ("Boards", "Status tables that are posted and edited."),
    ("Deliveries", "Alerts on their way."),
    ("Keys and projects", "Who may ask, and who changed what."),
    ("Operations", "For those who run the server."),
];

/// The description of the routes, those of the API standing behind the prefix.
pub(crate) fn describe(outside: OpenApi, api: OpenApi, prefix: &Prefix) -> OpenApi {
    let mut whole = OpenApiBuilder::new().info(info()).build();
    whole.merge(outside);
    let mut api = api;
    for (path, item) in &mut api.paths.paths {
        operations(item).for_each(|(method, operation)| guard(operation, roles_table::find(method, path)));
    }
    let paths = std::mem::take(&mut api.paths.paths);
    api.paths.paths =
        paths.into_iter().map(|(path, item)| (format!("{}{path}", prefix.as_str()), item)).collect();
    whole.merge(api);
    if let Some(metrics) = whole.paths.paths.get_mut("/metrics") {
        operations(metrics).for_each(|(_, operation)| operation.security = Some(keys()));
    }
    let components = ComponentsBuilder::from(whole.components.take().unwrap_or_default())
        .schema(ErrorBody::name(), ErrorBody::schema())
        .schema(Detail::name(), Detail::schema())
        .security_scheme("key", key_scheme())
        .security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
    whole.components = Some(components.build());
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    whole.tags = Some(tags.to_vec());
    whole
}

fn info() -> utoipa::openapi::Info {
    let license = LicenseBuilder::new().name("Apache-2.0 OR MIT").build();
    InfoBuilder::new()
        .title("Punctual")
        .version("v1")
        .description(Some(
            "Watches scheduled jobs. Instants are answered as RFC 3339 in UTC with milliseconds; any ISO 8601 is taken. Numbers may come as \
             numeric strings. \
             Absent optional fields are left out of answers. Every answer carries `x-request-id`.",
        ))
        .license(Some(license))
        .build()
}

fn key_scheme() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-api-key")))
}

fn keys() -> Vec<SecurityRequirement> {
    let nothing: [&str; 0] = [];
    vec![SecurityRequirement::new("key", nothing), SecurityRequirement::new("bearer", nothing)]
}

fn operations(item: &mut utoipa::openapi::PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// What the gate adds: keys, the least role (as `x-least-role`), and what it may answer.
fn guard(operation: &mut Operation, rule: Option<&Rule>) {
    operation.security = Some(keys());
    if let Some(rule) = rule {
        operation.extensions = Some(Extensions::builder().add("x-least-role", rule.least.as_str()).build());
    }
    let with_body: &[(&str, &str)] = if operation.request_body.is_some() { &WITH_BODY } else { &[] };
    for (status, text) in GUARDED.iter().chain(with_body) {
        let entry = operation.responses.responses.entry((*status).to_owned());
        entry.or_insert_with(|| RefOr::T(refusal(text)));
    }
}

fn refusal(text: &str) -> utoipa::openapi::Response {
    let schema = RefOr::Ref(Ref::from_schema_name(ErrorBody::name()));
    ResponseBuilder::new().description(text).content("application/json", Content::new(Some(schema))).build()
}
