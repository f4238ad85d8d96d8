//! The key by which Gatus names an endpoint: its group and its name, joined by `_`, in small letters, with dashes for
//! what would be in the way in an address.

use domain::SchedulerId;
use domain::config::Config;

/// Whether a key means a scheduler: by its slug, by its id, or by its service and job.
pub(super) fn names(key: &str, id: &SchedulerId, config: &Config) -> bool {
    key == config.slug(id) || key == plain(id.as_str()) || key == of(&config.service_name, &config.job_name)
}

/// The key of an endpoint of that group and name.
fn of(group: &str, name: &str) -> String {
    format!("{}_{}", plain(group), plain(name))
}

fn plain(part: &str) -> String {
    let part = part.trim().to_lowercase();
    part.chars().map(|c| if " /_,.#+&".contains(c) { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_group_and_name_as_gatus_makes_it() {
        for (group, name, key) in [
            ("core", "Nightly Backup", "core_nightly-backup"),
            ("", "a/b_c,d.e#f+g&h", "_a-b-c-d-e-f-g-h"),
            (" Core ", "x", "core_x"),
        ] {
            assert_eq!(of(group, name), key);
        }
    }
}
