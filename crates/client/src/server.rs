//! The server's address, and the address of every call on it.
//!
//! Speaks to nobody: it only turns what the user typed into URLs. Ids travel percent-encoded, so that a `/` in one
//! is `%2F` and never another path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

const PREFIX: &str = "/api/v1";
/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where the API is: a base address that ends in `/api/v1`.
#[derive(Clone, Debug)]
pub(crate) struct Server(Url);

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadAddress {
    #[error("'{0}' is not a server address: {1}; give one such as https://punctual.example.org")]
    Malformed(String, String),
    #[error("'{0}' is no id that can be addressed: it must not be empty, '.' or '..'")]
    Id(String),
}

impl Server {
    /// Takes `http://host:3000`, with a path before or ending in `/api/v1`; query and fragment are dropped.
    pub(crate) fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let malformed = |why: &str| BadAddress::Malformed(shown(text), why.to_owned());
        let mut url = Url::parse(text).map_err(|problem| malformed(&problem.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(malformed("it must begin with http:// or https://"));
        }
        let path = url.path().trim_end_matches('/');
        let path = if path.ends_with(PREFIX) { path.to_owned() } else { format!("{path}{PREFIX}") };
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// Another product's: `http://host`, with a path before its API, whose own parts (`/api`, `/api/v3`) are dropped.
    pub(crate) fn elsewhere(text: &str) -> Result<Self, BadAddress> {
        let Self(mut url) = Self::parse(text)?;
        let path = url.path().trim_end_matches(PREFIX);
        let kept: Vec<&str> = path.split('/').take_while(|part| !matches!(*part, "api" | "v1")).collect();
        let path = kept.join("/");
        url.set_path(path.trim_end_matches('/'));
        Ok(Self(url))
    }

    /// The same, for somebody whose name there is a key and who needs no password.
    pub(crate) fn visited_by(mut self, name: &str) -> Self {
        // Fails only for addresses without a host, which `parse` refuses.
        let _ = self.0.set_username(name);
        let _ = self.0.set_password(None);
        self
    }

    /// An address under this one, by its path: for another product's, which may end in `/`.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// The address of a call: the segments are encoded, so each may hold any text but `.` and `..`.
    pub(crate) fn endpoint(&self, segments: &[&str]) -> Result<Url, BadAddress> {
        if let Some(bad) = segments.iter().find(|segment| matches!(**segment, "" | "." | "..")) {
            return Err(BadAddress::Id((*bad).to_owned()));
        }
        let mut url = self.0.clone();
        let mut path = self.0.path().to_owned();
        for segment in segments {
            path.push('/');
            path.extend(utf8_percent_encode(segment, SEGMENT));
        }
        url.set_path(&path);
        Ok(url)
    }

    /// The kind of things that an endpoint is about: the first segment that is not of the address itself.
    pub(crate) fn resource<'a>(&self, endpoint: &'a Url) -> &'a str {
        let beneath = endpoint.path().strip_prefix(self.0.path()).unwrap_or_default();
        beneath.trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    /// The address without name and password: what may be shown and stored, and what tells servers apart.
    pub(crate) fn identity(&self) -> String {
        let mut url = self.0.clone();
        // Both fail only for addresses without a host, which `parse` refuses.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.to_string()
    }

    /// The address as it was given, password and all: for our own processes only.
    pub(crate) fn address(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// What was typed, short enough for a line and without a password that may be in it.
fn shown(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let text = if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") };
    text.chars().filter(|character| !character.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> String {
        Server::parse(text).unwrap().identity()
    }

    #[test]
    fn the_prefix_is_added_unless_the_address_ends_in_it() {
        assert_eq!(base("http://127.0.0.1:3000"), "http://127.0.0.1:3000/api/v1");
        assert_eq!(base("http://host/"), "http://host/api/v1");
        assert_eq!(base("https://host/watch/"), "https://host/watch/api/v1");
        assert_eq!(base("https://host/watch/api/v1/"), "https://host/watch/api/v1");
        assert_eq!(base(" https://host/api/v1?x=1#y "), "https://host/api/v1");
    }

    #[test]
    fn an_id_travels_as_one_segment_whatever_is_in_it() {
        let server = Server::parse("http://host").unwrap();
        let url = server.endpoint(&["schedulers", "a/b c%2F?#é", "status"]).unwrap();
        assert_eq!(url.as_str(), "http://host/api/v1/schedulers/a%2Fb%20c%252F%3F%23%C3%A9/status");
    }

    #[test]
    fn dots_alone_are_refused_since_they_would_be_another_path() {
        let server = Server::parse("http://host").unwrap();
        assert!(server.endpoint(&["schedulers", ".."]).is_err());
        assert!(server.endpoint(&["schedulers", ""]).is_err());
    }

    #[test]
    fn another_products_address_is_taken_without_the_path_of_its_api() {
        let base = |text: &str| Server::elsewhere(text).unwrap().at("/api/v3/checks/").to_string();
        assert_eq!(base("https://host"), "https://host/api/v3/checks/");
        assert_eq!(base("https://host/hc/"), "https://host/hc/api/v3/checks/");
        assert_eq!(base("https://host/hc/api/v3/checks/"), "https://host/hc/api/v3/checks/");
        assert_eq!(base("https://host/api/v1"), "https://host/api/v3/checks/");
        assert_eq!(base("https://host/v1/"), "https://host/api/v3/checks/");
        let visited = Server::elsewhere("https://host").unwrap().visited_by("the/key");
        assert_eq!(visited.at("/x").as_str(), "https://the%2Fkey@host/x");
        assert_eq!(visited.identity(), "https://host/");
    }

    #[test]
    fn an_address_that_is_none_is_refused_with_an_example_and_without_its_password() {
        for text in ["", "localhost:3000", "ftp://host", "http://"] {
            let problem = Server::parse(text).unwrap_err().to_string();
            assert!(problem.contains("https://punctual.example.org"), "{problem}");
        }
        let problem = Server::parse("gopher://user:secret@host").unwrap_err().to_string();
        assert!(!problem.contains("secret"), "{problem}");
    }

    #[test]
    fn the_password_in_an_address_is_no_part_of_its_identity() {
        assert_eq!(base("http://user:secret@host"), "http://host/api/v1");
    }
}
