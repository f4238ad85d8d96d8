//! The load generator: so many connections, each with one request on its way, all in one thread on one poll. It makes
//! no answer into a value and keeps no response, so that it costs far less than any server that it drives; how much it
//! costs is measured with every round.

mod line;
mod reply;
mod tally;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mio::event::Event;
use mio::{Events, Poll, Token};

use crate::clock::clock;
use line::Line;
pub(crate) use tally::Round;
use tally::Tally;

/// How long nothing may be answered at all.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many events are taken at once.
const EVENTS_MAX: usize = 1024;

/// What is asked, one request after another.
pub(crate) trait Requests {
    /// Writes the next request; false when there is none any more.
    fn next(&mut self, into: &mut Vec<u8>) -> bool;
}

/// How a server is driven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// How many requests are on their way at once.
    pub(crate) connections: usize,
    /// Whether each request has a connection of its own.
    pub(crate) anew: bool,
    /// How long requests are made before they count.
    pub(crate) warm_up: Duration,
    /// How long they count.
    pub(crate) length: Duration,
}

impl Load {
    /// For making ready: until there are no requests any more, on kept connections.
    pub(crate) const fn of_all(connections: usize) -> Self {
        let length = Duration::from_mins(30);
        Self { connections, anew: false, warm_up: Duration::ZERO, length }
    }
}

/// Drives a server for a round. Any answer that is no success ends it with what was answered.
pub(crate) fn drive(server: SocketAddr, load: &Load, requests: &mut dyn Requests) -> Result<Round> {
    let mut drive = Drive::new(server, load, requests)?;
    let mut events = Events::with_capacity(EVENTS_MAX);
    drive.open(load.connections)?;
    while drive.on_their_way > 0 {
        drive.look(&mut events)?;
        for event in &events {
            drive.advance(event)?;
        }
    }
    drive.tally.close(clock())
}

struct Drive<'a> {
    server: SocketAddr,
    requests: &'a mut dyn Requests,
    anew: bool,
    poll: Poll,
    lines: Vec<Line>,
    on_their_way: usize,
    tally: Tally,
}

impl<'a> Drive<'a> {
    fn new(server: SocketAddr, load: &Load, requests: &'a mut dyn Requests) -> Result<Self> {
        let poll = Poll::new().context("cannot poll")?;
        let tally = Tally::new(clock(), load.warm_up, load.length)?;
        Ok(Self { server, requests, anew: load.anew, poll, lines: Vec::new(), on_their_way: 0, tally })
    }

    fn open(&mut self, connections: usize) -> Result<()> {
        for place in 0..connections {
            let mut line = Line::open(self.server, self.poll.registry(), Token(place))?;
            if self.requests.next(line.outgoing()) {
                line.begin(clock());
                self.on_their_way += 1;
            }
            self.lines.push(line);
        }
        Ok(())
    }

    /// Waits for answers awake: one that sleeps has to be woken by the server, which costs the server more than all else
    /// that it does for an answer, and no server whose clients are elsewhere.
    fn look(&mut self, events: &mut Events) -> Result<()> {
        let begun = clock();
        loop {
            self.poll.poll(events, Some(Duration::ZERO)).context("cannot poll")?;
            let waited = clock().duration_since(begun);
            if !events.is_empty() {
                self.tally.looked(waited);
                return Ok(());
            }
            if waited > PATIENCE {
                bail!("nothing was answered for {PATIENCE:?}: the server hangs");
            }
            std::hint::spin_loop();
        }
    }

    fn advance(&mut self, event: &Event) -> Result<()> {
        let Some(line) = self.lines.get_mut(event.token().0).filter(|line| line.is_waiting()) else {
            return Ok(());
        };
        line.push()?;
        let Some(begun) = line.pull()? else { return Ok(()) };
        let now = clock();
        self.tally.answered(begun, now)?;
        if self.tally.is_over(now) {
            self.on_their_way -= 1;
            return Ok(());
        }
        self.ask(event.token(), now)
    }

    fn ask(&mut self, token: Token, now: Instant) -> Result<()> {
        let line = &mut self.lines[token.0];
        if self.anew {
            line.reopen(self.server, self.poll.registry(), token)?;
        }
        if !self.requests.next(line.outgoing()) {
            self.on_their_way -= 1;
            return Ok(());
        }
        line.begin(now);
        if self.anew { Ok(()) } else { line.push() }
    }
}
