//! What we say: a code of three digits, a code of its class (RFC 3463), and words for people. Nothing that came from outside
//! is said back.

use std::fmt;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// One line.
    pub(crate) fn new(code: u16, text: &str) -> Self {
        Self::of(code, vec![text.to_owned()])
    }

    /// Several lines.
    pub(crate) const fn of(code: u16, lines: Vec<String>) -> Self {
        Self { code, lines }
    }

    /// That it is done.
    pub(crate) fn done() -> Self {
        Self::new(250, "2.0.0 OK")
    }

    /// That this is not the moment for it.
    pub(crate) fn out_of_order(text: &str) -> Self {
        Self::new(503, &format!("5.5.1 {text}"))
    }

    /// That we could not look or write, and what the sender's server does then: it comes again.
    pub(crate) fn later() -> Self {
        Self::new(451, "4.3.0 cannot take it now, try again later")
    }

    /// That nobody has this address.
    pub(crate) fn nobody() -> Self {
        Self::new(550, "5.1.1 no scheduler has this address")
    }

    /// That a mail is too long.
    pub(crate) fn too_long() -> Self {
        Self::new(552, "5.3.4 the mail is too long: at most 10 MiB")
    }

    /// That the conversation is over, whatever the client thinks.
    pub(crate) fn farewell(text: &str) -> Self {
        Self::new(421, text)
    }

    /// Whether it says that a client did something that makes no sense.
    pub(crate) const fn is_fault(&self) -> bool {
        matches!(self.code, 500..=504 | 554 | 555)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.lines.len().saturating_sub(1);
        for (place, line) in self.lines.iter().enumerate() {
            let mark = if place == last { ' ' } else { '-' };
            write!(f, "{}{mark}{line}\r\n", self.code)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_but_the_last_say_that_more_comes() {
        let reply = Reply::of(250, vec!["one".to_owned(), "two".to_owned()]);
        assert_eq!(reply.to_string(), "250-one\r\n250 two\r\n");
        assert_eq!(Reply::done().to_string(), "250 2.0.0 OK\r\n");
    }
}
