//! Who runs where: the generator on the last processor that we may use, the servers on all the others. So neither takes
//! from the other what is measured. With one processor both share it, and the head of the report says so.

use std::process::{Child, Command};

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The processors, shared out.
#[derive(Debug)]
pub(crate) struct Processors {
    generator: Vec<usize>,
    servers: Vec<usize>,
}

impl Processors {
    /// Shares out the processors that this process may use, and pins it to its own.
    pub(crate) fn share_out() -> Result<Self> {
        let allowed = allowed().context("cannot read which processors may be used")?;
        let shared = Self::shared(&allowed);
        pin(&shared.generator)?;
        Ok(shared)
    }

    fn shared(allowed: &[usize]) -> Self {
        match allowed.split_last() {
            Some((last, others)) if !others.is_empty() => {
                Self { generator: vec![*last], servers: others.to_vec() }
            }
            _ => Self { generator: allowed.to_vec(), servers: allowed.to_vec() },
        }
    }

    /// Starts a server on its processors: a child inherits where its parent may run.
    pub(crate) fn spawn_server(&self, command: &mut Command) -> Result<Child> {
        pin(&self.servers)?;
        let spawned = command.spawn();
        pin(&self.generator)?;
        spawned.with_context(|| format!("cannot start {}", command.get_program().display()))
    }

    /// Does something on all of them, while no server runs that is measured.
    pub(crate) fn on_all<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let all: Vec<usize> = self.servers.iter().chain(&self.generator).copied().collect();
        pin(&all)?;
        let done = work();
        pin(&self.generator)?;
        done
    }

    /// How many processors a server has, which is how many workers its runtime makes.
    pub(crate) fn of_servers(&self) -> usize {
        self.servers.len()
    }

    /// For the head of the report.
    pub(crate) fn told(&self) -> String {
        if self.generator == self.servers {
            return format!(
                "generator and servers share processor {:?}: shares are lower than they should be",
                self.servers
            );
        }
        format!("generator on processor {:?}, servers on {:?}", self.generator, self.servers)
    }
}

fn allowed() -> Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    Ok((0..CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false)).collect())
}

fn pin(processors: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    processors.iter().try_for_each(|&cpu| set.set(cpu))?;
    sched_setaffinity(Pid::from_raw(0), &set)
        .with_context(|| format!("cannot pin to processors {processors:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_has_the_last_processor_to_itself() {
        let shared = Processors::shared(&[0, 2, 5]);
        assert_eq!((shared.generator, shared.servers), (vec![5], vec![0, 2]));
    }

    #[test]
    fn one_processor_is_shared_and_that_is_said() {
        let shared = Processors::shared(&[3]);
        assert_eq!((&shared.generator, &shared.servers), (&vec![3], &vec![3]));
        assert!(shared.told().contains("share processor"));
    }
}
