//! The shape of a webhook's request: its method, its headers, and the body that goes with them.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WebhookConfig;
use super::template::Template;
use crate::channel::{ConfigError, usable};
use crate::links::Links;

/// Most headers of one's own.
const HEADERS_MAX: usize = 20;
/// Most bytes of a header's value.
const HEADER_BYTES_MAX: usize = 2048;
const JSON: &str = "application/json; charset=utf-8";

/// Headers that say how a message travels or that it is ours: they are not for others to write.
const RESERVED: [&str; 10] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// How a request is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// The usual one.
    #[default]
    Post,
    /// For receivers that keep what is put there.
    Put,
}

impl Method {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_post(&self) -> bool {
        *self == Self::Post
    }
}

/// What a request is made of besides its message.
#[derive(Debug)]
pub(super) struct Shape {
    method: Method,
    headers: HeaderMap,
    template: Option<Template>,
}

impl Shape {
    /// Checks the configuration, and tries the template on a notice of each kind.
    pub(super) fn new(config: &WebhookConfig, links: Option<&Links>) -> Result<Self, ConfigError> {
        let content_type = config.content_type.as_deref().map_or(JSON, str::trim);
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !is_media_type(&media) {
            return Err(ConfigError::field("content_type", &"must be a media type such as application/json"));
        }
        let is_json = media == "application/json" || media.ends_with("+json");
        if config.template.is_none() && !is_json {
            return Err(ConfigError::field(
                "content_type",
                &"must be one of json where there is no template",
            ));
        }
        let template = config.template.as_deref().map(|source| Template::parse(source, is_json, links));
        let template = template.transpose().map_err(|problem| ConfigError::field("template", &problem))?;
        let mut headers = own(config)?;
        let content_type = HeaderValue::from_str(content_type)
            .map_err(|_| ConfigError::field("content_type", &"must be printable ASCII"))?;
        headers.insert(CONTENT_TYPE, content_type);
        Ok(Self { method: config.method, headers, template })
    }

    pub(super) fn method(&self) -> reqwest::Method {
        match self.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        }
    }

    pub(super) fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    /// The body for a payload, or why there is none.
    pub(super) fn body(&self, payload: &Value) -> Result<Vec<u8>, String> {
        match &self.template {
            Some(template) => template.render(payload).map_err(|problem| format!("the template {problem}")),
            None => serde_json::to_vec(payload).map_err(|_| "the message is no json".to_owned()),
        }
    }
}

fn is_media_type(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, sub)| word(kind) && word(sub))
}

fn own(config: &WebhookConfig) -> Result<HeaderMap, ConfigError> {
    let problem = |what: String| ConfigError::field("headers", &what);
    if config.headers.len() > HEADERS_MAX {
        return Err(problem(format!("must be at most {HEADERS_MAX}")));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &config.headers {
        let shown = domain::time::shorten(&crate::text::one_line(name), 60);
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| problem(format!("must have names of letters, digits and '-': '{shown}' is none")))?;
        if RESERVED.contains(&name.as_str()) || name.as_str().starts_with("webhook-") {
            return Err(problem(format!("must not hold {name}, which is written here")));
        }
        let text = usable("headers", value)?;
        let value = HeaderValue::from_str(text).ok().filter(|_| text.len() <= HEADER_BYTES_MAX);
        let mut value = value.ok_or_else(|| {
            problem(format!("must have values of at most {HEADER_BYTES_MAX} printable bytes: {name} has not"))
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shaped(fields: &Value) -> Result<Shape, String> {
        let mut config = json!({ "url": "https://h.example/", "secret": "sixteen bytes or more" });
        for (name, value) in fields.as_object().expect("fields") {
            config[name] = value.clone();
        }
        let config: WebhookConfig = serde_json::from_value(config).map_err(|error| error.to_string())?;
        Shape::new(&config, None).map_err(|problem| problem.to_string())
    }

    #[test]
    fn headers_of_ones_own_go_along_and_ours_stay_ours() {
        let fields =
            json!({ "method": "PUT", "headers": { "X-Team": "ops", "authorization": "Bearer t0p" } });
        let shape = shaped(&fields).expect("serves");
        assert_eq!(
            (shape.method(), &shape.headers()["x-team"]),
            (reqwest::Method::PUT, &"ops".parse().unwrap())
        );
        assert!(!format!("{shape:?}").contains("t0p"));
        for name in ["Host", "Content-Length", "webhook-signature", "content-type"] {
            let refused = shaped(&json!({ "headers": { name: "x" } })).expect_err(name);
            assert!(refused.ends_with("which is written here"), "{refused}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        for (fields, problem) in [
            (
                json!({ "headers": { "two words": "x" } }),
                "headers must have names of letters, digits and '-': 'two words' is none",
            ),
            (
                json!({ "headers": { "x": "a\nb: c" } }),
                "headers must have values of at most 2048 printable bytes: x has not",
            ),
            (json!({ "headers": { "x": "********" } }), "headers is the mask '********' and no secret"),
            (json!({ "content_type": "json" }), "content_type must be a media type such as application/json"),
            (
                json!({ "content_type": "text/plain" }),
                "content_type must be one of json where there is no template",
            ),
            (json!({ "method": "GET" }), "unknown variant `GET`, expected `POST` or `PUT`"),
        ] {
            assert_eq!(shaped(&fields).expect_err("refused"), problem);
        }
    }
}
