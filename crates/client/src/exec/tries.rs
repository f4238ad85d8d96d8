//! The tries of one run: the command is started, and started again where it fails and that is asked for.
//!
//! All of them are one run: one id, one start, one outcome. Who asks us to end asks for no further try. A command that
//! could not be started, or whose time is over, is not tried again.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use super::args::{ExecArgs, Reported};
use super::child::{Child, Launch, NotStarted};
use super::ending::How;
use super::limit::{self, Guard, TimeLimit, Verdict};
use super::signals::Signals;
use super::streams::{Plan, Quiet, Streams};
use crate::{cli, clock};

pub(super) struct Tries<'a> {
    args: &'a ExecArgs,
    run_id: &'a str,
    signals: Signals,
    output: Plan,
    limit: Option<TimeLimit>,
    started: Instant,
    number: u32,
}

/// A try that runs.
pub(super) struct Try {
    child: Child,
    streams: Streams,
    guard: Option<Guard>,
}

/// The end of a run.
pub(super) struct Ended {
    pub how: How,
    pub at: Instant,
    pub ran: Duration,
    /// How many tries there were; none if the command was not even to be started.
    pub tries: u32,
    /// The end of what the last try printed, where that is to be known.
    pub output: Option<String>,
    /// What of its output is not yet passed on.
    pub streams: Option<Streams>,
    /// What was held back of all tries.
    pub held: Option<Quiet>,
    /// Which try it was, where there could be several.
    pub remark: Option<String>,
}

impl<'a> Tries<'a> {
    pub(super) fn prepare(args: &'a ExecArgs, run_id: &'a str, signals: Signals) -> Self {
        let tail_chars = (args.output.reported() != Reported::Never).then_some(args.output.tail_chars);
        let held_bytes = args.output.quiet.then_some(args.output.output_bytes);
        let started = clock::instant();
        let limit = TimeLimit::of(&args.running, started);
        Self { args, run_id, signals, output: Plan::new(tail_chars, held_bytes), limit, started, number: 0 }
    }

    /// Starts the next try.
    pub(super) fn start(&mut self) -> Result<Try, NotStarted> {
        self.number += 1;
        let (streams, stdio) = Streams::arrange(&self.output);
        let number = self.number.to_string();
        let launch = Launch {
            command: &self.args.command,
            stdio: &stdio,
            variables: &self.variables(&number),
            mask: self.signals.mask_before(),
            own_group: self.limit.is_some() && limit::wants_a_group(),
        };
        let child = launch.start(self.signals.alive())?;
        // Our copies of the pipes' writing ends must go, or their end would never be seen.
        drop(stdio);
        self.signals.forward();
        self.pass_on_what_came_between();
        let guard = self.limit.map(|limit| Guard::watch(limit, self.signals.alive().clone()));
        if matches!(guard, Some(None)) {
            cli::say("punctual: --max-runtime is not heeded: there can be no thread for it");
        }
        Ok(Try { child, streams, guard: guard.flatten() })
    }

    /// Who asked for an end when the last try had ended and this one had not begun, asked this one.
    fn pass_on_what_came_between(&self) {
        if let Some(signal) = self.signals.stop().asked_by().filter(|_| self.number > 1) {
            self.signals.alive().signal(signal);
        }
    }

    fn variables<'b>(&'b self, number: &'b str) -> Vec<(&'static str, &'b OsStr)> {
        let mut variables = vec![
            ("PUNCTUAL_SCHEDULER_ID", OsStr::new(&self.args.scheduler_id)),
            ("PUNCTUAL_RUN_ID", OsStr::new(self.run_id)),
            ("PUNCTUAL_TRY", OsStr::new(number)),
        ];
        variables.extend(self.args.server.address().map(|url| ("PUNCTUAL_URL", OsStr::new(url))));
        variables.extend(self.args.ping_url.as_deref().map(|url| ("PUNCTUAL_PING_URL", url)));
        variables
    }

    /// Waits for the end of the first try, and of all that follow from it.
    pub(super) fn see_through(&mut self, first: Result<Try, NotStarted>) -> Ended {
        let mut current = first;
        loop {
            let mut ended = match current {
                Ok(attempt) => self.wait_for(attempt),
                Err(problem) => self.ended(How::NotStarted(problem), None),
            };
            if !self.pause_after(&mut ended) {
                return ended;
            }
            current = self.start();
        }
    }

    fn wait_for(&self, attempt: Try) -> Ended {
        let Try { child, mut streams, guard } = attempt;
        let end = child.wait();
        let limit = self.limit.zip(guard.map(Guard::command_ended));
        let how = match limit {
            None | Some((_, Verdict::Nothing)) => How::Ended(end),
            Some((TimeLimit { length: limit, .. }, Verdict::Terminated)) => {
                How::TooLong { limit, killed_after: None, end }
            }
            Some((TimeLimit { length: limit, kill_after, .. }, Verdict::Killed)) => {
                How::TooLong { limit, killed_after: Some(kill_after), end }
            }
        };
        let mut ended = self.ended(how, None);
        ended.output = streams.finish();
        ended.streams = Some(streams);
        ended
    }

    fn ended(&self, how: How, because: Option<&str>) -> Ended {
        let at = clock::instant();
        let ran = at.saturating_duration_since(self.started);
        let remark = self.remark(because);
        let held = self.output.held.clone();
        Ended { how, at, ran, tries: self.number, output: None, streams: None, held, remark }
    }

    fn remark(&self, no_more_because: Option<&str>) -> Option<String> {
        let (number, most) = (self.number, self.args.running.retries + 1);
        match no_more_because {
            _ if most == 1 => None,
            Some(why) => Some(format!("try {number} of {most}, no more: {why}")),
            None if number == most => Some(format!("the last of {most} tries")),
            None => Some(format!("try {number} of {most}")),
        }
    }

    /// Waits before another try; `false` if there shall be none.
    fn pause_after(&self, ended: &mut Ended) -> bool {
        let again = matches!(ended.how, How::Ended(_)) && !ended.how.is_success();
        if !again || self.number > self.args.running.retries {
            return false;
        }
        let pause = self.args.running.pause_before(self.number + 1);
        if self.limit.is_some_and(|limit| clock::instant() + pause >= limit.ends) {
            ended.remark = self.remark(Some("--max-runtime leaves no time"));
            return false;
        }
        if self.signals.stop().asked_by().is_none() {
            self.announce(ended, pause);
        }
        match self.signals.stop().wait_until(clock::instant() + pause) {
            Some(signal) => {
                let at = clock::instant();
                (ended.at, ended.ran) = (at, at.saturating_duration_since(self.started));
                ended.remark = self.remark(Some(&format!("{signal} came")));
                false
            }
            None => true,
        }
    }

    /// Passes on what the failed try printed, and says what comes.
    fn announce(&self, ended: &mut Ended, pause: Duration) {
        if let Some(streams) = ended.streams.take() {
            streams.write_out(false);
        }
        if !self.args.output.quiet {
            let (next, most) = (self.number + 1, self.args.running.retries + 1);
            let pause = cli::length(pause.as_secs());
            cli::say(&format!("punctual: {}; try {next} of {most} in {pause}", ended.how));
        }
    }
}

impl Ended {
    /// A run that came to nothing before its first try.
    pub(super) fn without_a_try(how: How, at: Instant) -> Self {
        let ran = Duration::ZERO;
        Self { how, at, ran, tries: 0, output: None, streams: None, held: None, remark: None }
    }
}
