//! Commands put under watch, and taken out again.
//!
//! A command is quoted as it is written in the crontab, not as the shell will see it: cron gives quotes no meaning, so
//! what it does with `\%` and `\\` it does inside them as well, and the inner shell gets the very text that the outer one
//! would have got. What stands behind a bare `%` stays behind the command, and so on its standard input.

use crate::exec::scheduler_of;
use crate::import::shell::{inside_quotes, out_of_quotes, quoted, words};

/// Longest command with its input, in bytes: Debian's cron heeds nothing of a crontab that holds a longer one.
const COMMAND_BYTES_MAX: usize = 998;
/// Shells whose quotes are those of POSIX.
const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"];

/// How a command is put under watch.
#[derive(Clone, Debug)]
pub struct Wrapping {
    program: String,
    options: Vec<String>,
}

/// A command that was put under watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwrapped {
    /// The scheduler it is a run of.
    pub id: String,
    /// The command as it was.
    pub command: Vec<u8>,
}

/// Whether a command is under watch already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    No,
    As(String),
    /// It runs `punctual exec`, with arguments that we cannot read.
    Unclear,
}

impl Wrapping {
    /// By this program, with these options of `exec`. Refuses what a crontab line cannot say.
    pub fn new(program: &str, options: &[String]) -> Result<Self, String> {
        let unfit = |word: &&String| word.contains('\\') || word.chars().any(char::is_control);
        let (program, options) = (program.to_owned(), options.to_vec());
        match std::iter::once(&program).chain(&options).find(unfit) {
            Some(word) => Err(format!("'{}' cannot stand in a crontab", word.escape_debug())),
            None => Ok(Self { program, options }),
        }
    }

    /// The command under watch, run by the same shell as before. `input` is what stands behind it.
    pub fn wrap(&self, command: &[u8], input: &[u8], id: &str, shell: &str) -> Result<Vec<u8>, String> {
        let name = shell.rsplit('/').next().unwrap_or(shell);
        if !SHELLS.contains(&name) || shell.contains('\\') {
            return Err(format!("is run by {shell}, whose quotes we do not know"));
        }
        let mut ours = vec![self.program.as_str(), "exec", id];
        ours.extend(self.options.iter().map(String::as_str));
        ours.extend(["--", shell, "-c"]);
        let ours: Vec<String> = ours.into_iter().map(quoted).collect();
        let mut wrapped = ours.join(" ").replace('%', "\\%").into_bytes();
        wrapped.extend_from_slice(b" '");
        wrapped.extend(inside_quotes(command));
        wrapped.push(b'\'');
        match wrapped.len() + input.len() {
            ..=COMMAND_BYTES_MAX => Ok(wrapped),
            long => Err(format!(
                "would have {long} bytes under watch, more than the {COMMAND_BYTES_MAX} that cron takes"
            )),
        }
    }
}

/// The command that [`Wrapping::wrap`] was given; `None` for anything it cannot have made.
pub fn unwrap(command: &[u8]) -> Option<Unwrapped> {
    let mark = b" -c '";
    let at = command.windows(mark.len()).position(|part| part == mark)?;
    let (ours, rest) = command.split_at(at + mark.len());
    let ours = words(&String::from_utf8(ours[..at].to_vec()).ok()?.replace("\\%", "%"));
    let [_, exec, arguments @ .., dashes, shell] = ours.as_slice() else { return None };
    let name = shell.rsplit('/').next().unwrap_or_default();
    if exec != "exec" || dashes != "--" || !SHELLS.contains(&name) {
        return None;
    }
    let id = arguments.first()?.clone();
    Some(Unwrapped { id, command: out_of_quotes(rest.strip_suffix(b"'")?)? })
}

/// Looks for our program in a command, by whatever path, and by the name that is given.
pub(crate) fn watch(command: &[u8], program: &str) -> Watch {
    let words = words(&String::from_utf8_lossy(command).replace("\\%", "%"));
    let is_ours = |word: &str| word == program || word.rsplit('/').next() == Some("punctual");
    match words.windows(2).position(|pair| is_ours(&pair[0]) && pair[1] == "exec") {
        None => Watch::No,
        Some(at) => scheduler_of(&words[at + 2..]).map_or(Watch::Unclear, Watch::As),
    }
}
