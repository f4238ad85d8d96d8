//! What the address of a ping asks for. Pure. Which addresses there are, and what the others are answered, is as
//! Healthchecks has it.

use axum::http::StatusCode;
use axum::response::{Html, Response};
use domain::{PingId, Signal};

use super::super::{Pairs, as_it_is, line};
use super::ping_id;

/// A ping's address, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) target: Target,
    pub(super) action: Action,
    /// The run, where one is named; an error where its name is none.
    pub(super) rid: Option<Result<PingId, ()>>,
}

/// Whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Who has that address.
    Id(PingId),
    /// Who has that slug in the project of that ping key.
    Slug {
        /// The key.
        ping_key: String,
        /// The slug.
        slug: String,
    },
}

impl Target {
    /// What only those know who may ping.
    pub(super) fn secret(&self) -> &str {
        match self {
            Self::Id(id) => id.as_str(),
            Self::Slug { ping_key, .. } => ping_key,
        }
    }
}

/// What it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Success,
    Start,
    Fail,
    Log,
    /// The command ended with this.
    Exit(u8),
    /// The command ended with what no command ends with.
    NoExit,
}

impl Action {
    pub(super) const fn signal(self) -> Signal {
        match self {
            Self::Success | Self::Exit(0) => Signal::Success,
            Self::Start => Signal::Start,
            Self::Fail | Self::Exit(_) | Self::NoExit => Signal::Fail,
            Self::Log => Signal::Log,
        }
    }

    pub(super) fn exit_code(self) -> Option<i64> {
        if let Self::Exit(code) = self { Some(i64::from(code)) } else { None }
    }
}

/// An address that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No address of this form leads anywhere.
    NoSuchPage,
    /// A slug has no capitals.
    CapitalSlug {
        /// The key before it.
        ping_key: String,
        /// The slug.
        slug: String,
    },
}

impl Refusal {
    pub(super) fn answer(&self) -> Response {
        match self {
            Self::NoSuchPage => as_it_is((
                StatusCode::NOT_FOUND,
                Html(
                    "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n",
                ),
            )),
            Self::CapitalSlug { .. } => line(StatusCode::BAD_REQUEST, "invalid url format"),
        }
    }
}

/// Reads a path that begins with `/ping/`, and what its query says of the run.
pub(super) fn wanted(path: &str, query: &Pairs) -> Result<Wanted, Refusal> {
    let rest = path.strip_prefix("/ping/").ok_or(Refusal::NoSuchPage)?;
    let parts: Vec<&str> = rest.splitn(5, '/').collect();
    let rid = query.get("rid").map(|rid| PingId::parse(rid).filter(|_| rid.len() == 36).ok_or(()));
    let read = |target, action| Wanted { target, action, rid };
    match parts.as_slice() {
        [id] | [id, ""] => ping_id(id).map(|id| read(Target::Id(id), Action::Success)),
        [first, second] => match ping_id(first) {
            Some(id) => match action(second) {
                Some(action) => Some(read(Target::Id(id), action)),
                None => Some(read(slug(first, second)?, Action::Success)),
            },
            None => Some(read(slug(first, second)?, Action::Success)),
        },
        [key, name, last] => match action(last) {
            Some(action) => Some(read(slug(key, name)?, action)),
            None => None,
        },
        _ => None,
    }
    .ok_or(Refusal::NoSuchPage)
}

/// The action of a path's last part.
fn action(text: &str) -> Option<Action> {
    match text {
        "start" => Some(Action::Start),
        "fail" => Some(Action::Fail),
        "log" => Some(Action::Log),
        _ if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some(text.parse().map_or(Action::NoExit, Action::Exit))
        }
        _ => None,
    }
}

fn slug(ping_key: &str, slug: &str) -> Result<Target, Refusal> {
    let good = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !good(ping_key) || !good(slug) {
        return Err(Refusal::NoSuchPage);
    }
    let is_capital = slug.bytes().any(|letter| letter.is_ascii_uppercase());
    let (ping_key, slug) = (ping_key.to_owned(), slug.to_owned());
    if is_capital {
        return Err(Refusal::CapitalSlug { ping_key, slug });
    }
    Ok(Target::Slug { ping_key, slug })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

    fn read(path: &str) -> Result<(String, Action), Refusal> {
        let wanted = wanted(&path.replace("ID", ID), &Pairs::default())?;
        let name = match wanted.target {
            Target::Id(id) => id.to_string(),
            Target::Slug { slug, .. } => slug,
        };
        Ok((name, wanted.action))
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        for (path, name, action) in [
            ("/ping/ID", ID, Action::Success),
            ("/ping/ID/", ID, Action::Success),
            ("/ping/ID/start", ID, Action::Start),
            ("/ping/ID/fail", ID, Action::Fail),
            ("/ping/ID/log", ID, Action::Log),
            ("/ping/ID/0", ID, Action::Exit(0)),
            ("/ping/ID/255", ID, Action::Exit(255)),
            ("/ping/ID/256", ID, Action::NoExit),
            ("/ping/ID/99999999999999999999", ID, Action::NoExit),
            ("/ping/ID/backup", "backup", Action::Success),
            ("/ping/key/db-1_x", "db-1_x", Action::Success),
            ("/ping/key/backup/start", "backup", Action::Start),
            ("/ping/key/backup/7", "backup", Action::Exit(7)),
            ("/ping/key/fail", "fail", Action::Success),
        ] {
            assert_eq!(read(path), Ok((name.to_owned(), action)), "{path}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_as_healthchecks_does() {
        let capitals = ID.to_uppercase();
        let backup = || Refusal::CapitalSlug { ping_key: "key".to_owned(), slug: "Backup".to_owned() };
        for (path, refusal) in [
            ("/ping/", Refusal::NoSuchPage),
            ("/ping/nightly", Refusal::NoSuchPage),
            (&format!("/ping/{capitals}"), Refusal::NoSuchPage),
            (&format!("/ping/{}", ID.replace('-', "")), Refusal::NoSuchPage),
            ("/ping/ID/fail/", Refusal::NoSuchPage),
            ("/ping/key/backup/", Refusal::NoSuchPage),
            ("/ping/key/backup/done", Refusal::NoSuchPage),
            ("/ping/key/backup/start/x", Refusal::NoSuchPage),
            ("/ping/key/b%61ckup", Refusal::NoSuchPage),
            ("/ping/key/Backup", backup()),
            ("/ping/key/Backup/fail", backup()),
        ] {
            assert_eq!(read(path), Err(refusal), "{path}");
        }
        assert_eq!(read(&format!("/ping/{capitals}/start")), Ok(("start".to_owned(), Action::Success)));
    }

    #[test]
    fn a_run_is_named_by_a_uuid_with_dashes_and_by_nothing_else() {
        let rid = |query: &str| wanted(&format!("/ping/{ID}"), &Pairs::parse(Some(query))).expect("read").rid;
        assert_eq!(rid("x=1"), None);
        assert_eq!(rid(&format!("rid={}", ID.to_uppercase())), Some(Ok(PingId::parse(ID).expect("an id"))));
        for bad in ["rid=", "rid=7", "rid", &format!("rid={}", ID.replace('-', ""))] {
            assert_eq!(rid(bad), Some(Err(())), "{bad}");
        }
    }
}
