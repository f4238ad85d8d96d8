//! The served document, asked which answers it knows.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use web::Prefix;

/// The served document.
#[derive(Debug)]
pub struct Contract(Map<String, Value>);

static SERVED: LazyLock<Contract> = LazyLock::new(|| {
    let document = web::openapi_json(&Prefix::default());
    Contract::read(&document)
});

impl Contract {
    /// What the server says of itself.
    pub fn served() -> &'static Self {
        &SERVED
    }

    /// A document.
    pub fn read(document: &str) -> Self {
        let document: Value = serde_json::from_str(document).expect("the document is JSON");
        Self(document["paths"].as_object().cloned().expect("the document has paths"))
    }

    /// Whether the answer to an operation is in the document. What is no operation has no answer but a refusal that
    /// every path can give.
    pub fn knows(&self, method: &str, path: &str, status: u16) -> bool {
        if method == "OPTIONS" {
            return matches!(status, 200 | 204 | 400 | 404);
        }
        let method = match method {
            "HEAD" => "get".to_owned(),
            // `Get` is a method of its own, and none of ours.
            other if other.bytes().any(|byte| byte.is_ascii_lowercase()) => String::new(),
            other => other.to_ascii_lowercase(),
        };
        let mut operations = self.described(path).filter_map(|item| item.get(&method)).peekable();
        if operations.peek().is_none() {
            return matches!(status, 400 | 404 | 405) || is_page(path);
        }
        operations.any(|operation| operation["responses"].get(status.to_string()).is_some())
    }

    /// Whether a path is one of the document.
    pub fn describes(&self, path: &str) -> bool {
        self.described(path).next().is_some()
    }

    /// The paths of the document that a path may mean; a fixed one and one with a name in it may both fit.
    fn described<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(|(template, _)| fits(template, path)).map(|(_, item)| item)
    }
}

/// Pages for people stand beside the document.
fn is_page(path: &str) -> bool {
    path.starts_with("/portal/") || path.starts_with("/api/docs/")
}

fn fits(template: &str, path: &str) -> bool {
    let same = |(named, given): (&str, &str)| (named.starts_with('{') && !given.is_empty()) || named == given;
    let (named, given) = (template.split('/'), path.split('/'));
    named.clone().count() == given.clone().count() && named.zip(given).all(same)
}
