//! Reading one line of a crontab.

use super::{Format, Job, Kind, Line};

/// What stands for five fields, in the crons of Linux; any other word is the server's to judge.
const FIELDS: usize = 5;

pub(super) fn read(line: &[u8], format: Format) -> Line<'_> {
    let text = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
    Line { kind: kind(text, format), ending: &line[text.len()..] }
}

fn kind(text: &[u8], format: Format) -> Kind<'_> {
    let content = skip_blanks(text);
    if content.is_empty() || content == b"\r" || content.starts_with(b"#") {
        return Kind::Plain(text);
    }
    if text.contains(&0) {
        return Kind::Odd { text, problem: "holds a zero byte" };
    }
    if let Some((name, value)) = setting(content) {
        return Kind::Setting { text, name, value };
    }
    match job(text, format) {
        Ok(job) => Kind::Job(job),
        Err(problem) => Kind::Odd { text, problem },
    }
}

/// `NAME = value`, spaces and quotes as you like.
fn setting(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = content.iter().position(|byte| is_blank(*byte) || *byte == b'=')?;
    let (name, rest) = content.split_at(end);
    let value = skip_blanks(rest).strip_prefix(b"=")?;
    (!name.is_empty()).then(|| (unquoted(name), unquoted(value.trim_ascii())))
}

fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [open @ (b'"' | b'\''), inside @ .., close] if open == close => inside,
        bare => bare,
    }
}

fn job(text: &[u8], format: Format) -> Result<Job<'_>, &'static str> {
    let content = skip_blanks(text);
    // Some crons take a dash before the schedule for "say nothing in the log".
    let content = content.strip_prefix(b"-").unwrap_or(content);
    let (schedule, mut rest) = schedule(content)?;
    if format == Format::System {
        let (user, after) = word(rest);
        if user.is_empty() || after.is_empty() {
            return Err("has no command after the user's name");
        }
        rest = skip_blanks(after);
    }
    let (command, input) = rest.split_at(end_of_command(rest));
    match command.first() {
        None => Err("has no command"),
        Some(b'-') => Err("has a command that begins with '-', which some crons take for an option"),
        Some(_) => Ok(Job { before: &text[..text.len() - rest.len()], schedule, command, input }),
    }
}

/// The schedule, and what follows it and its blanks.
fn schedule(content: &[u8]) -> Result<(String, &[u8]), &'static str> {
    let count = if content.starts_with(b"@") { 1 } else { FIELDS };
    let mut fields = Vec::with_capacity(count);
    let mut rest = content;
    for place in 0..count {
        let (field, after) = word(rest);
        if !(field.starts_with(b"@") || is_field(field, place)) {
            return Err("is no job, setting or comment that we can read");
        }
        fields.push(String::from_utf8_lossy(field).into_owned());
        rest = skip_blanks(after);
    }
    if rest.is_empty() { Err("has no command") } else { Ok((fields.join(" "), rest)) }
}

/// Whether it may be a field: names only where months and weekdays stand. Whether it means anything the server says.
fn is_field(field: &[u8], place: usize) -> bool {
    let others: &[u8] = match place {
        0 | 1 => b"*,/-~",
        2 => b"*,/-~?LW",
        _ => b"*,/-~?#",
    };
    let fits =
        |byte: &u8| byte.is_ascii_digit() || others.contains(byte) || place > 2 && byte.is_ascii_alphabetic();
    !field.is_empty() && field.iter().all(fits)
}

/// Where the first `%` stands that no backslash makes an ordinary one, else the end.
fn end_of_command(rest: &[u8]) -> usize {
    let mut is_escaped = false;
    for (index, byte) in rest.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'%' => return index,
            _ => {}
        }
    }
    rest.len()
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| is_blank(*byte)).unwrap_or(text.len()))
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    &text[text.iter().position(|byte| !is_blank(*byte)).unwrap_or(text.len())..]
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
