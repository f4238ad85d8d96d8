//! A server as a process: started on its processors, awaited, looked at from outside, ended.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::clock::{clock, processor_time};
use crate::cpu::Processors;

/// How long a server has to say where it listens, and to stop.
const PATIENCE: Duration = Duration::from_mins(2);
/// Where a server's complaints go, in its directory.
const ERRORS: &str = "errors.log";
/// What every server prints before its address.
const LISTENS: &str = "listens on http://";

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    room: PathBuf,
}

impl Server {
    /// Starts a server with nothing of our environment and waits until it listens. What it complains of goes to a file
    /// in the directory.
    pub(crate) fn start(processors: &Processors, room: &Path, mut command: Command) -> Result<Self> {
        let program = command.get_program().to_owned();
        let log = std::fs::File::options().create(true).append(true).open(room.join(ERRORS))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = processors.spawn_server(&mut command)?;
        let said = addresses(&mut child)?;
        let mut server = Self { address: SocketAddr::from(([0; 4], 0)), child, room: room.to_owned() };
        let Ok(address) = said.recv_timeout(PATIENCE) else {
            bail!("{} does not listen: {}", program.display(), server.complaints());
        };
        server.address = address;
        Ok(server)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How long it has been on a processor.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        processor_time(self.pid()).context("cannot read what the server cost")
    }

    /// The end of what it complained of.
    pub(crate) fn complaints(&self) -> String {
        complaints(&self.room)
    }

    /// Asks it to stop, and waits for its end.
    pub(crate) fn stop(mut self) -> Result<()> {
        kill(Pid::from_raw(self.pid() as i32), Signal::SIGTERM).context("cannot stop the server")?;
        let begun = clock();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                bail!("the server does not stop: {}", self.complaints());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of what the servers of a directory complained of.
pub(crate) fn complaints(room: &Path) -> String {
    let text = std::fs::read_to_string(room.join(ERRORS)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// The address that it prints. Reads on to the end, so that it can go on printing.
fn addresses(child: &mut Child) -> Result<Receiver<SocketAddr>> {
    let output = BufReader::new(child.stdout.take().context("a server without output")?);
    let (found, addresses) = channel();
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if let Some(address) = address(&line) {
                // Whoever waited may have lost patience.
                let _ = found.send(address);
            }
        }
    });
    Ok(addresses)
}

fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(LISTENS)?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_what_a_server_prints() {
        let expected = Some(SocketAddr::from(([127, 0, 0, 1], 4711)));
        assert_eq!(address("punctual listens on http://127.0.0.1:4711 (data in x)"), expected);
        assert_eq!(address("listens on http://127.0.0.1:4711"), expected);
        assert_eq!(address("The first key is in x"), None);
    }
}
