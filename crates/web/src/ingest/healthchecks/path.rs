//! What an address of the management API asks for. Pure. An address that only lacks the slash at its end leads to the
//! one that has it, as Healthchecks' framework does it: clients rest on that.

use domain::PingId;

/// The versions, as their addresses name them.
pub(super) const VERSIONS: [&str; 3] = ["v1", "v2", "v3"];
/// What stands directly below a version.
pub(super) const NAMES: [&str; 5] = ["checks", "channels", "badges", "status", "metrics"];
/// Those that are our own API's where it has the same prefix.
pub(super) const IS_OURS: [&str; 1] = ["channels"];
/// Below which of our paths it is served.
const MOUNTS: [&str; 2] = ["/healthchecks/api", "/api"];

/// A path below a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) mount: &'static str,
    /// 1, 2 or 3.
    pub(super) version: u8,
    pub(super) wanted: Wanted,
}

/// What it leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Endpoint(Endpoint),
    /// The same path with a slash at its end.
    WithSlash,
    Nothing,
}

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Checks,
    Check(PingId),
    /// By the name that only says which check it is.
    CheckByKey(String),
    Pause(PingId),
    Resume(PingId),
    Pings(PingId),
    Body(PingId, u64),
    Flips(PingId),
    FlipsByKey(String),
    Channels,
    Badges,
    Status,
    Metrics,
}

impl Endpoint {
    /// The methods it takes, besides OPTIONS; `None` where it takes any.
    pub(super) const fn methods(&self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Checks => &["GET", "POST"],
            Self::Check(_) => &["POST", "DELETE", "GET"],
            Self::Pause(_) | Self::Resume(_) => &["POST"],
            Self::CheckByKey(_)
            | Self::Pings(_)
            | Self::Body(..)
            | Self::Flips(_)
            | Self::FlipsByKey(_)
            | Self::Channels
            | Self::Badges => &["GET"],
            Self::Status | Self::Metrics => return None,
        })
    }

    /// Whether a key that may only read is enough to look at it.
    pub(super) const fn is_for_readers(&self) -> bool {
        matches!(
            self,
            Self::Checks
                | Self::Check(_)
                | Self::CheckByKey(_)
                | Self::Flips(_)
                | Self::FlipsByKey(_)
                | Self::Badges
        )
    }
}

/// Reads a path; `None` where it is below none of our versions.
pub(super) fn asked(path: &str) -> Option<Asked> {
    let (mount, rest) = MOUNTS.iter().find_map(|mount| Some((*mount, path.strip_prefix(mount)?)))?;
    let (version, rest) = rest.strip_prefix('/')?.split_once('/')?;
    let version = VERSIONS.iter().position(|known| *known == version)? as u8 + 1;
    Some(Asked { mount, version, wanted: wanted(rest) })
}

fn wanted(rest: &str) -> Wanted {
    match endpoint(rest) {
        Some(endpoint) => Wanted::Endpoint(endpoint),
        None if !rest.ends_with('/') && endpoint(&format!("{rest}/")).is_some() => Wanted::WithSlash,
        None => Wanted::Nothing,
    }
}

fn endpoint(rest: &str) -> Option<Endpoint> {
    let parts: Vec<&str> = rest.splitn(6, '/').collect();
    Some(match parts.as_slice() {
        ["checks", ""] => Endpoint::Checks,
        ["channels", ""] => Endpoint::Channels,
        ["badges", ""] => Endpoint::Badges,
        ["status", ""] => Endpoint::Status,
        ["metrics", ""] => Endpoint::Metrics,
        ["checks", name] => match id(name) {
            Some(id) => Endpoint::Check(id),
            None => Endpoint::CheckByKey(unique_key(name)?),
        },
        ["checks", name, "pause"] => Endpoint::Pause(id(name)?),
        ["checks", name, "resume"] => Endpoint::Resume(id(name)?),
        ["checks", name, "pings", ""] => Endpoint::Pings(id(name)?),
        ["checks", name, "pings", number, "body"] => Endpoint::Body(id(name)?, self::number(number)?),
        ["checks", name, "flips", ""] => match id(name) {
            Some(id) => Endpoint::Flips(id),
            None => Endpoint::FlipsByKey(unique_key(name)?),
        },
        _ => return None,
    })
}

/// A check's id in its one form: small letters, with dashes.
pub(super) fn id(text: &str) -> Option<PingId> {
    PingId::parse(text).filter(|id| id.as_str() == text)
}

fn unique_key(text: &str) -> Option<String> {
    let is_key = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_key.then(|| text.to_ascii_lowercase())
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // What is too big to be counted is the number of no ping.
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "f618072a-7bde-4eee-af63-71a77c5723bc";

    fn wanted(path: &str) -> Option<Wanted> {
        asked(path).map(|asked| asked.wanted)
    }

    #[test]
    fn addresses_lead_to_what_they_ask_for() {
        let id = || super::id(ID).expect("an id");
        for (path, endpoint) in [
            ("/checks/".to_owned(), Endpoint::Checks),
            (format!("/checks/{ID}"), Endpoint::Check(id())),
            (format!("/checks/{}", "a".repeat(40)), Endpoint::CheckByKey("a".repeat(40))),
            (format!("/checks/{ID}/pause"), Endpoint::Pause(id())),
            (format!("/checks/{ID}/resume"), Endpoint::Resume(id())),
            (format!("/checks/{ID}/pings/"), Endpoint::Pings(id())),
            (format!("/checks/{ID}/pings/12/body"), Endpoint::Body(id(), 12)),
            (format!("/checks/{ID}/flips/"), Endpoint::Flips(id())),
            (format!("/checks/{}/flips/", "b".repeat(40)), Endpoint::FlipsByKey("b".repeat(40))),
            ("/channels/".to_owned(), Endpoint::Channels),
            ("/badges/".to_owned(), Endpoint::Badges),
            ("/status/".to_owned(), Endpoint::Status),
            ("/metrics/".to_owned(), Endpoint::Metrics),
        ] {
            for (mount, version) in [("/api", 1), ("/healthchecks/api", 3)] {
                let asked = asked(&format!("{mount}/v{version}{path}"));
                let wanted = Wanted::Endpoint(endpoint.clone());
                assert_eq!(asked, Some(Asked { mount, version, wanted }), "{path}");
            }
        }
    }

    #[test]
    fn what_only_lacks_its_slash_is_told_to_have_it() {
        for rest in ["checks", "channels", "badges", "status", &format!("checks/{ID}/flips")] {
            assert_eq!(wanted(&format!("/api/v2/{rest}")), Some(Wanted::WithSlash), "{rest}");
        }
    }

    #[test]
    fn what_has_a_slash_too_many_or_another_form_leads_nowhere() {
        for rest in [
            format!("checks/{ID}/"),
            format!("checks/{}", ID.to_uppercase()),
            format!("checks/{}", ID.replace('-', "")),
            format!("checks/{ID}/pause/"),
            format!("checks/{ID}/pings/x/body"),
            format!("checks/{ID}/pings/1/body/"),
            "checks//".to_owned(),
            String::new(),
        ] {
            assert_eq!(wanted(&format!("/api/v3/{rest}")), Some(Wanted::Nothing), "{rest}");
        }
        assert_eq!(asked("/api/v4/checks/"), None);
        assert_eq!(asked("/apis/v3/checks/"), None);
    }
}
