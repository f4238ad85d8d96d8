//! Which servers there are, and how each is started: the product as it comes, but with a key, without limits, and with a
//! short time after a start in which nothing is judged. That time would else reach into the next part, whose deadlines
//! were then rightly blamed on nobody.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Run;
use crate::hook::Hook;
use crate::server::Server;
use crate::workload::{KEY, SCHEDULERS};

impl Run {
    /// A directory of its own for a server.
    pub(super) fn room(&self, name: &str) -> Result<PathBuf> {
        let room = self.folder.path().join(name);
        std::fs::create_dir_all(&room).with_context(|| format!("cannot make {}", room.display()))?;
        Ok(room)
    }

    /// The no-op server.
    pub(super) fn noop(&self) -> Result<Server> {
        let mut command = Command::new(self.program("bench")?);
        command.arg("serve-noop");
        Server::start(&self.processors, &self.room("noop")?, command)
    }

    /// The server that only writes.
    pub(super) fn bare(&self) -> Result<Server> {
        let room = self.room("bare")?;
        let mut command = Command::new(self.program("bench")?);
        command.arg("serve-bare").arg("--dir").arg(&room).args(["--schedulers", &SCHEDULERS.to_string()]);
        Server::start(&self.processors, &room, command)
    }

    /// The product on a data directory.
    pub(super) fn punctual(&self, room: &Path) -> Result<Server> {
        Server::start(&self.processors, room, self.serve(room)?)
    }

    /// The same, which sends its alerts to a receiver.
    pub(super) fn punctual_telling(&self, room: &Path, hook: &Hook) -> Result<Server> {
        self.punctual_set(room, hook, &[])
    }

    /// The same with these settings.
    pub(super) fn punctual_set(&self, room: &Path, hook: &Hook, settings: &[(&str, &str)]) -> Result<Server> {
        let config = room.join("punctual.toml");
        let channel = format!(
            "[channels.bench]\nkind = \"webhook\"\nurl = \"http://{}/\"\nsecret = \"a-secret-for-the-benchmark\"\n",
            hook.address
        );
        std::fs::write(&config, channel).context("cannot write a configuration")?;
        let mut command = self.serve(room)?;
        command.arg("--config").arg(config);
        command.env("PUNCTUAL_ALLOW_PRIVATE_TARGETS", "true").envs(settings.iter().copied());
        Server::start(&self.processors, room, command)
    }

    fn serve(&self, room: &Path) -> Result<Command> {
        let mut command = Command::new(self.program("punctual")?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(room);
        command.env_clear().env("API_KEYS", KEY).env("PUNCTUAL_RATE_LIMIT", "off");
        command.env("PUNCTUAL_STARTUP_QUIET", "1s");
        Ok(command)
    }

    fn program(&self, name: &str) -> Result<PathBuf> {
        let program = self.programs.join(name);
        if !program.is_file() {
            bail!("{} is not there: start this with `cargo xtask bench`, which builds it", program.display());
        }
        Ok(program)
    }
}
