//! What a ping means: what its address asks for, unless what the scheduler's people set says otherwise. The order in
//! which words are looked for is Healthchecks': failure, success, start.

use crate::config::Config;
use crate::ping::Filters;

/// What a job says without a status of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A run began.
    Start,
    /// A run ended well.
    Success,
    /// A run ended badly.
    Fail,
    /// Something to remember.
    Log,
    /// It was not to count.
    Ignored,
}

/// How a ping came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried<'a> {
    /// By a request with this body.
    Http {
        /// Whether it was a POST.
        is_post: bool,
        /// Of which the first bytes count.
        body: &'a [u8],
    },
    /// By a mail.
    Mail {
        /// Its subject.
        subject: &'a str,
        /// Its text.
        text: &'a str,
    },
}

impl Config {
    /// What a ping means that asks for `asked`.
    pub fn meaning(&self, asked: Signal, carried: Carried<'_>) -> Signal {
        if self.post_only && matches!(carried, Carried::Http { is_post: false, .. }) {
            return Signal::Ignored;
        }
        let Some(filters) = &self.filters else { return asked };
        match carried {
            Carried::Http { body, .. } if filters.http_body => {
                filters.judge(&[&String::from_utf8_lossy(body)])
            }
            Carried::Mail { subject, text } if filters.subject && filters.body => {
                filters.judge(&[subject, text])
            }
            Carried::Mail { subject, .. } if filters.subject => filters.judge(&[subject]),
            Carried::Mail { text, .. } if filters.body => filters.judge(&[text]),
            _ => asked,
        }
    }
}

impl Filters {
    fn judge(&self, texts: &[&str]) -> Signal {
        let says = |words: &str| {
            let mut words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.any(|word| texts.iter().any(|text| text.contains(word)))
        };
        if says(&self.failure) {
            Signal::Fail
        } else if says(&self.success) {
            Signal::Success
        } else if says(&self.start) {
            Signal::Start
        } else if self.default_fail {
            Signal::Fail
        } else {
            Signal::Ignored
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(body: &str) -> Carried<'_> {
        Carried::Http { is_post: true, body: body.as_bytes() }
    }

    fn filtering(change: impl FnOnce(&mut Filters)) -> Config {
        let mut filters = Filters {
            start: "begin".to_owned(),
            success: "ok, done".to_owned(),
            failure: "error".to_owned(),
            ..Filters::default()
        };
        change(&mut filters);
        Config { filters: Some(Box::new(filters)), ..Config::default() }
    }

    #[test]
    fn a_ping_means_what_its_address_says_where_nothing_is_set() {
        for asked in [Signal::Start, Signal::Success, Signal::Fail, Signal::Log] {
            assert_eq!(Config::default().meaning(asked, posted("error")), asked);
        }
    }

    #[test]
    fn only_posts_count_where_that_is_set_and_before_any_word() {
        let config = Config { post_only: true, ..filtering(|it| it.http_body = true) };
        let got = Carried::Http { is_post: false, body: b"error" };
        assert_eq!(config.meaning(Signal::Success, got), Signal::Ignored);
        assert_eq!(config.meaning(Signal::Success, posted("error")), Signal::Fail);
        let mail = Carried::Mail { subject: "", text: "" };
        assert_eq!(config.meaning(Signal::Success, mail), Signal::Success);
    }

    #[test]
    fn words_of_the_body_override_the_address_failure_first() {
        let config = filtering(|it| it.http_body = true);
        for (body, meaning) in [
            ("begin ok error", Signal::Fail),
            ("begin done", Signal::Success),
            ("begin", Signal::Start),
            ("Error", Signal::Ignored),
            ("", Signal::Ignored),
        ] {
            assert_eq!(config.meaning(Signal::Log, posted(body)), meaning, "{body}");
        }
        let strict = filtering(|it| (it.http_body, it.default_fail) = (true, true));
        assert_eq!(strict.meaning(Signal::Success, posted("nothing")), Signal::Fail);
    }

    #[test]
    fn mails_are_judged_by_subject_or_text_as_set() {
        let mail = Carried::Mail { subject: "backup ok", text: "an error" };
        let with = |subject, body| filtering(|it| (it.subject, it.body) = (subject, body));
        assert_eq!(with(true, false).meaning(Signal::Success, mail), Signal::Success);
        assert_eq!(with(false, true).meaning(Signal::Success, mail), Signal::Fail);
        assert_eq!(with(true, true).meaning(Signal::Success, mail), Signal::Fail);
        assert_eq!(with(false, false).meaning(Signal::Start, mail), Signal::Start);
    }
}
