//! What an import asks the host: its name, its user, its zone, and where our program is.
//!
//! The zone of the host is read here for once: it is cron's and systemd's, and goes to the server by its name.

use std::path::{Path, PathBuf};

use nix::unistd::{User, geteuid, gethostname};

use crate::cli::output::Failure;

const TIMEZONE_BYTES_MAX: u64 = 256;

/// The name of the host, without its domain.
pub(super) fn name() -> String {
    let name = gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

/// The name of the user who runs us; the number where it has none.
pub(super) fn user() -> String {
    let id = geteuid();
    User::from_uid(id).ok().flatten().map_or_else(|| id.to_string(), |user| user.name)
}

/// The zone of the host: where `/etc/localtime` leads, else what `/etc/timezone` says, else UTC, as for everybody.
pub(super) fn zone() -> String {
    let link = std::fs::read_link("/etc/localtime").ok();
    let linked = link.as_deref().and_then(zone_of_link);
    linked.or_else(|| zone_of_file(Path::new("/etc/timezone"))).unwrap_or_else(|| "UTC".to_owned())
}

fn zone_of_link(link: &Path) -> Option<String> {
    let (_, zone) = link.to_str()?.split_once("zoneinfo/")?;
    Some(zone.trim_start_matches("posix/").to_owned())
}

fn zone_of_file(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(TIMEZONE_BYTES_MAX).read_to_string(&mut text).ok()?;
    let zone = text.trim();
    (!zone.is_empty()).then(|| zone.to_owned())
}

/// The path by which our program can be run from anywhere: jobs have a short search path.
pub(super) fn program(given: Option<&str>) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let path = called().or_else(|| std::env::current_exe().ok());
    let text = path.and_then(|path| path.to_str().map(str::to_owned));
    text.ok_or_else(|| Failure::Unclear("where this program lies is unclear: give --program PATH".to_owned()))
}

/// As we were called, looked up where the shell did: a link that an update leads elsewhere is better than its end.
fn called() -> Option<PathBuf> {
    let name = PathBuf::from(std::env::args_os().next()?);
    if name.components().count() > 1 {
        return std::path::absolute(name).ok();
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_absolute() && path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_what_comes_after_the_folder_of_zones() {
        let zone = |link: &str| zone_of_link(Path::new(link));
        assert_eq!(zone("/usr/share/zoneinfo/Europe/Riga").as_deref(), Some("Europe/Riga"));
        assert_eq!(zone("../usr/share/zoneinfo/posix/UTC").as_deref(), Some("UTC"));
        assert_eq!(zone("/etc/elsewhere"), None);
    }
}
