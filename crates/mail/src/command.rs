//! What a client says: one line, one command.

use crate::path::path;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// HELO, or EHLO where it wants to hear what we can do.
    Hello {
        /// EHLO.
        is_extended: bool,
    },
    /// MAIL: a mail begins.
    Mail {
        /// Who sends it; nobody where it is empty.
        from: String,
        /// How many bytes it will have, where the client says so.
        size: Option<u64>,
    },
    /// RCPT: one whom it is for.
    Rcpt {
        /// The address.
        to: String,
    },
    /// DATA: now it comes.
    Data,
    /// RSET: forget the mail.
    Reset,
    /// NOOP.
    Noop,
    /// VRFY: does that address exist?
    Verify,
    /// HELP.
    Help,
    /// STARTTLS: from here on in secret.
    StartTls,
    /// QUIT.
    Quit,
}

/// Why a line is no command that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A verb that we do not know.
    Unknown,
    /// A verb with what does not belong to it.
    Syntax(&'static str),
    /// A parameter that we did not offer.
    Parameter,
}

impl Command {
    /// Reads a line, without its end.
    pub fn parse(line: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(line).ok().filter(|text| text.bytes().all(is_plain));
        let text = text.ok_or(Fault::Syntax("commands are of printable characters of ASCII"))?.trim_end();
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => hello(rest, true),
            "HELO" => hello(rest, false),
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "DATA" => alone(rest, Self::Data),
            "RSET" => alone(rest, Self::Reset),
            "QUIT" => alone(rest, Self::Quit),
            "STARTTLS" => alone(rest, Self::StartTls),
            "NOOP" => Ok(Self::Noop),
            "VRFY" => Ok(Self::Verify),
            "HELP" => Ok(Self::Help),
            _ => Err(Fault::Unknown),
        }
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t')
}

fn hello(name: &str, is_extended: bool) -> Result<Command, Fault> {
    if name.is_empty() {
        return Err(Fault::Syntax("say who you are: EHLO host.example.org"));
    }
    Ok(Command::Hello { is_extended })
}

fn alone(rest: &str, command: Command) -> Result<Command, Fault> {
    if rest.is_empty() { Ok(command) } else { Err(Fault::Syntax("this command stands alone")) }
}

fn mail(rest: &str) -> Result<Command, Fault> {
    let wanted = Fault::Syntax("write MAIL FROM:<address>");
    let (from, parameters) = after(rest, "FROM:").and_then(path).ok_or(wanted)?;
    let mut size = None;
    for parameter in parameters.split_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" => size = Some(value.parse().map_err(|_| Fault::Syntax("SIZE is a number"))?),
            "BODY" if ["7BIT", "8BITMIME"].iter().any(|known| value.eq_ignore_ascii_case(known)) => {}
            _ => return Err(Fault::Parameter),
        }
    }
    Ok(Command::Mail { from: from.to_owned(), size })
}

fn rcpt(rest: &str) -> Result<Command, Fault> {
    let wanted = Fault::Syntax("write RCPT TO:<address>");
    let (to, parameters) = after(rest, "TO:").and_then(path).ok_or(wanted)?;
    match (to, parameters) {
        ("", _) => Err(wanted),
        (_, "") => Ok(Command::Rcpt { to: to.to_owned() }),
        _ => Err(Fault::Parameter),
    }
}

/// What follows a word, whose letters may be of either size.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(from: &str, size: Option<u64>) -> Command {
        Command::Mail { from: from.to_owned(), size }
    }

    #[test]
    fn commands_are_read_in_letters_of_either_size() {
        for (line, command) in [
            ("EHLO mx.example.org", Command::Hello { is_extended: true }),
            ("helo x", Command::Hello { is_extended: false }),
            ("MAIL FROM:<a@b>", mail("a@b", None)),
            ("mail from: <> size=12 body=8bitmime", mail("", Some(12))),
            ("RCPT TO:<a@b>", Command::Rcpt { to: "a@b".to_owned() }),
            ("data", Command::Data),
            ("RSET ", Command::Reset),
            ("NOOP whatever", Command::Noop),
            ("VRFY a", Command::Verify),
            ("STARTTLS", Command::StartTls),
            ("Quit", Command::Quit),
        ] {
            assert_eq!(Command::parse(line.as_bytes()), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_is_no_command_is_told_apart_by_what_is_wrong() {
        for line in ["", " ", "GET / HTTP/1.1", "AUTH PLAIN", "BDAT 3 LAST", "EXPN a"] {
            assert_eq!(Command::parse(line.as_bytes()), Err(Fault::Unknown), "{line}");
        }
        for line in [
            "EHLO",
            "MAIL",
            "MAIL TO:<a@b>",
            "MAIL FROM:<a@b",
            "MAIL FROM:<a> SIZE=x",
            "RCPT TO:<>",
            "DATA now",
        ] {
            assert!(matches!(Command::parse(line.as_bytes()), Err(Fault::Syntax(_))), "{line}");
        }
        for line in ["MAIL FROM:<a> SMTPUTF8", "MAIL FROM:<a> BODY=BINARYMIME", "RCPT TO:<a@b> NOTIFY=NEVER"]
        {
            assert_eq!(Command::parse(line.as_bytes()), Err(Fault::Parameter), "{line}");
        }
        for line in [&b"NOOP \0"[..], b"\xff", "MAIL FROM:<é@b>".as_bytes(), b"DATA\r"] {
            assert!(matches!(Command::parse(line), Err(Fault::Syntax(_))), "{line:?}");
        }
    }
}
