//! Ids for what has none: read from a command, the same each time, and no two alike.
//!
//! Only words that are plainly names go into an id. What follows an option, and what holds other characters, may be a
//! password or an address: a command's secrets must not become something that everybody can read.

use std::collections::BTreeSet;

use super::shell::words;
use crate::key::short_hash;

/// Longest name made of a command, in characters.
const NAME_CHARS_MAX: usize = 48;
/// Most words of a command in its name.
const NAME_WORDS_MAX: usize = 3;
/// Longest word that is taken for a name.
const WORD_CHARS_MAX: usize = 32;
/// Commands that prepare something; what they prepare for comes after them.
const PREPARING: [&str; 10] = ["cd", "test", "[", "sleep", "export", "umask", "set", ".", "source", ":"];

/// A name for a command, of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`: its program, and plain words after it.
pub(crate) fn name_of(command: &str) -> String {
    let steps = command.split(['&', '|', ';']).map(str::trim).filter(|step| !step.is_empty());
    let mut names = steps.map(step_name);
    let first = names.clone().next().unwrap_or_default();
    let telling = names.find(|name| !name.is_empty()).map(|name| name.join("-"));
    let name = tidy(&telling.unwrap_or_else(|| first.join("-")));
    if name.is_empty() { "job".to_owned() } else { name }
}

/// The telling words of one step; none of one that only prepares.
fn step_name(step: &str) -> Vec<String> {
    let step = step.trim_start_matches(['(', '{', '!', ' ']);
    let mut words = words(step).into_iter().skip_while(|word| is_assignment(word));
    let Some(program) = words.next().filter(|program| !PREPARING.contains(&program.as_str())) else {
        return Vec::new();
    };
    let mut name = vec![last_part(&program).to_owned()];
    let mut after_option = false;
    for word in words.take_while(|word| !word.contains(['>', '<', '`', '$'])) {
        let (is_option, follows) = (word.starts_with('-'), after_option);
        after_option = is_option && !word.contains('=');
        if name.len() <= NAME_WORDS_MAX && !is_option && is_telling(&word, follows) {
            name.push(last_part(&word).to_owned());
        }
    }
    name
}

/// A path tells what it leads to; another word only where it is no option's value.
fn is_telling(word: &str, follows_an_option: bool) -> bool {
    let is_plain =
        word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:".contains(c)) && !word.contains("//");
    let is_short = last_part(word).len() <= WORD_CHARS_MAX;
    is_plain && is_short && (word.starts_with('/') || !follows_an_option)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

fn last_part(word: &str) -> &str {
    let word = word.trim_end_matches('/');
    word.rsplit('/').next().unwrap_or(word)
}

/// Any text as part of an id: other characters become one `-`.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidy = String::new();
    for c in text.chars() {
        let kept = if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        if !(kept == '-' && tidy.ends_with('-')) {
            tidy.push(kept);
        }
    }
    tidy.truncate(NAME_CHARS_MAX);
    tidy.trim_matches(['-', '.']).to_owned()
}

/// The ids that are taken.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// An id that is somebody's already.
    pub(crate) fn keep(&mut self, id: &str) {
        self.0.insert(id.to_owned());
    }

    /// The id that is wanted; where it is taken, with digits that stand for what it is of.
    pub(crate) fn fresh(&mut self, wanted: &str, of: &str) -> String {
        let marked = || format!("{wanted}-{}", short_hash("punctual import ", of, 2));
        let counted = (2..).map(|count| format!("{}-{count}", marked()));
        let mut candidates = [wanted.to_owned(), marked()].into_iter().chain(counted);
        // Ends: there are more numbers than ids are taken.
        let id = candidates.find(|id| !self.0.contains(id)).unwrap_or_else(marked);
        self.0.insert(id.clone());
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_program_and_plain_words_after_it() {
        for (command, name) in [
            ("/usr/local/bin/backup --all", "backup"),
            ("php artisan schedule:run >> /dev/null 2>&1", "php-artisan-schedule-run"),
            ("cd /srv/app && ./bin/report daily | mail -s x ops", "report-daily"),
            (
                "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }",
                "run-parts-cron.daily",
            ),
            ("[ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean", "sessionclean"),
            ("LANG=C nice -n 10 tidy-up", "nice-tidy-up"),
            ("cd /srv", "job"),
            ("\u{e9}\u{e9}", "job"),
            ("", "job"),
        ] {
            assert_eq!(name_of(command), name, "{command}");
        }
    }

    #[test]
    fn secrets_of_a_command_do_not_become_its_name() {
        for command in [
            "mysqldump -u root -p s3cret-word",
            "mysqldump --password s3cret-word",
            "mysqldump --password=s3cret-word -ps3cret-word",
            "curl https://user:s3cret-word@host.example/ping",
            "TOKEN=s3cret-word mysqldump",
            "dump $(cat s3cret-word)",
        ] {
            assert!(!name_of(command).contains("s3cret"), "{command}: {}", name_of(command));
        }
    }

    #[test]
    fn of_two_wishes_for_one_id_the_second_gets_digits_that_stay_the_same() {
        let ids = || {
            let mut names = Names::default();
            names.keep("kept");
            [("a", "x"), ("a", "y"), ("a", "y"), ("kept", "z")].map(|(wanted, of)| names.fresh(wanted, of))
        };
        let [first, second, third, fourth] = ids();
        assert_eq!(first, "a");
        assert!(second.starts_with("a-") && second.len() == 6, "{second}");
        assert_eq!(third, format!("{second}-2"));
        assert!(fourth.starts_with("kept-"), "{fourth}");
        assert_eq!(ids(), [first, second, third, fourth]);
    }
}
