//! Whose a request is: the public key in a header, in the query or in the envelope's DSN, and the project's number.
//!
//! Whether a key is known is looked up elsewhere.

use domain::time::shorten;

use super::query::parameter;

/// Most characters of a key; those of SDKs' own servers have 32.
const KEY_CHARS_MAX: usize = 128;

/// What a DSN names as its user: letters, digits and `_`, since SDKs refuse anything else.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(String);

impl PublicKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_key = (1..=KEY_CHARS_MAX).contains(&text.len()) && text.chars().all(good);
        is_key.then(|| Self(text.to_owned())).ok_or(AuthError::BadKey)
    }

    /// The key as text. It is a secret: it lets anyone report.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows nothing of the key.
impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicKey(…)")
    }
}

/// Why nobody can be made out. Says nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There is no key.
    #[error("no key: it must be in X-Sentry-Auth, in the query as sentry_key, or in the envelope's dsn")]
    Missing,
    /// There is something else in its place.
    #[error("the key must be 1 to {KEY_CHARS_MAX} of A-Z, a-z, 0-9 and '_'")]
    BadKey,
    /// What should be a DSN is none.
    #[error("the dsn must be http(s)://<key>@<host>/<project number>")]
    BadDsn,
    /// The path and the DSN name two projects.
    #[error("the dsn names project {0}, and the path another")]
    OtherProject(u64),
    /// The path names no number.
    #[error("the project must be a number, was '{0}'")]
    BadProject(String),
}

/// Where an SDK is told to send to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    /// The user.
    pub key: PublicKey,
    /// The last segment of the path.
    pub project: u64,
}

impl Dsn {
    /// Reads `http(s)://<key>[:<secret>]@<host>[:<port>][/<path>]/<project>`; the secret is a thing of the past.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        let rest = text.trim().strip_prefix("https://").or_else(|| text.trim().strip_prefix("http://"));
        let (user, place) = rest.and_then(|rest| rest.split_once('@')).ok_or(AuthError::BadDsn)?;
        let key = user.split(':').next().unwrap_or_default();
        let place = place.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let (_, project) = place.rsplit_once('/').ok_or(AuthError::BadDsn)?;
        Ok(Self { key: PublicKey::parse(key)?, project: project_number(project)? })
    }

    /// The DSN of a server that is reached at `http(s)://<host>[/<path>]`. `None` where the key is none that SDKs take.
    pub fn write(server: &str, key: &str, project: u32) -> Option<String> {
        let key = PublicKey::parse(key).ok()?;
        let (scheme, place) = server.trim_end_matches('/').split_once("://")?;
        Some(format!("{scheme}://{}@{place}/{project}", key.as_str()))
    }
}

/// Reads a project's number, as it stands in a path.
pub fn project_number(text: &str) -> Result<u64, AuthError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    number.ok_or_else(|| AuthError::BadProject(shorten(text, 40)))
}

/// The key of a request to a project: in its header, else in its query, else in the envelope's DSN, which must name the
/// same project.
pub fn public_key(
    header: Option<&str>,
    query: &str,
    dsn: Option<&str>,
    project: u64,
) -> Result<PublicKey, AuthError> {
    if let Some(key) = header.and_then(in_header).or_else(|| parameter(query, "sentry_key")) {
        return PublicKey::parse(&key);
    }
    let dsn = Dsn::parse(dsn.ok_or(AuthError::Missing)?)?;
    if dsn.project == project { Ok(dsn.key) } else { Err(AuthError::OtherProject(dsn.project)) }
}

/// The key of `Sentry sentry_key=…, sentry_version=7, …`, in any order; spaces do for commas.
fn in_header(header: &str) -> Option<String> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("sentry") {
        return None;
    }
    let pairs = rest.split([',', ' ']).filter_map(|pair| pair.split_once('='));
    let mut keys = pairs.filter(|(name, _)| *name == "sentry_key");
    keys.next().map(|(_, key)| key.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Ab3_4567890";

    #[test]
    fn a_key_is_found_wherever_an_sdk_puts_it() {
        let dsn = format!("https://{KEY}@watch.example:8443/under/a/path/42");
        for (header, query, dsn) in [
            (
                Some("Sentry sentry_key=Ab3_4567890, sentry_version=7, sentry_client=sentry.python/2"),
                "",
                None,
            ),
            (Some("sentry sentry_version=7,sentry_client=a b,sentry_key=Ab3_4567890"), "", None),
            (Some("Bearer nothing"), "sentry_version=7&sentry_key=Ab3_4567890&sentry_client=x%2F1", None),
            (None, "sentry%5Fkey=Ab3_456789%30", None),
            (Some("Sentry sentry_version=7"), "sentry_key=", Some(dsn.as_str())),
            (None, "", Some("http://Ab3_4567890:old-secret@127.0.0.1/42/")),
            (Some("Sentry sentry_key=Ab3_4567890"), "sentry_key=other", Some("http://other@h/42")),
        ] {
            let found = public_key(header, query, dsn, 42);
            assert_eq!(found.as_ref().map(PublicKey::as_str), Ok(KEY), "{header:?} {query} {dsn:?}");
        }
    }

    #[test]
    fn a_request_without_a_good_key_says_what_is_missing() {
        for (header, query, dsn, problem) in [
            (None, "", None, AuthError::Missing),
            (Some("Basic sentry_key=abc"), "key=abc", None, AuthError::Missing),
            (Some("Sentry sentry_key=a-b"), "", None, AuthError::BadKey),
            (Some("Sentry sentry_key="), "", None, AuthError::BadKey),
            (None, "sentry_key=a%20b", None, AuthError::BadKey),
            (None, "", Some("http://abc@h/7"), AuthError::OtherProject(7)),
            (None, "", Some("http://abc@h/default"), AuthError::BadProject("default".to_owned())),
            (None, "", Some("http://abc@h"), AuthError::BadDsn),
            (None, "", Some("http://h/42"), AuthError::BadDsn),
            (None, "", Some("ftp://abc@h/42"), AuthError::BadDsn),
            (None, "", Some("http://:s@h/42"), AuthError::BadKey),
        ] {
            assert_eq!(public_key(header, query, dsn, 42), Err(problem), "{header:?} {query} {dsn:?}");
        }
        assert_eq!(PublicKey::parse(&"k".repeat(KEY_CHARS_MAX + 1)), Err(AuthError::BadKey));
    }

    #[test]
    fn a_dsn_that_is_written_is_one_that_is_read() {
        let written = Dsn::write("https://watch.example:8443/under/", KEY, 42).expect("a DSN");
        assert_eq!(written, "https://Ab3_4567890@watch.example:8443/under/42");
        let read = Dsn::parse(&written).expect("a DSN");
        assert_eq!((read.key.as_str(), read.project), (KEY, 42));
        assert_eq!(Dsn::write("https://watch.example", "a-b", 42), None, "SDKs refuse a key with a dash");
    }

    #[test]
    fn a_project_is_a_number_and_nothing_else() {
        assert_eq!(project_number("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(project_number("007"), Ok(7));
        for text in ["", "+1", "-1", "1.0", "١", "18446744073709551616", "default"] {
            assert_eq!(project_number(text), Err(AuthError::BadProject(text.to_owned())));
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", PublicKey::parse(KEY)), "Ok(PublicKey(…))");
    }
}
