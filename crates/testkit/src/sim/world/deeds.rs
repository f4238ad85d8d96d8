//! What people and jobs ask of the server, reports apart: one call, and a look at what came of it.

use app::AppError;
use app::ports::StoreError;
use domain::{ConfigChange, Rejection, SchedulerId};

use super::process::{Process, somebody};
use super::subject::Answer;
use super::{Failure, Held, World};
use crate::sim::act::Act;
use crate::sim::frail::Other;
use crate::sim::model::Deed;

/// What the process did with a call.
pub(super) enum Called<T> {
    Answered(T),
    /// It died over it.
    Died,
    /// It was dead already.
    Dead,
}

pub(super) fn name(id: &str) -> SchedulerId {
    SchedulerId::trusted(id)
}

/// What an answer means.
pub(super) fn meaning<T>(answer: &Result<T, AppError>) -> Result<Answer, Failure> {
    Ok(match answer {
        Ok(_) => Answer::Taken,
        Err(AppError::NotRegistered(_)) => Answer::Refused("not found"),
        Err(AppError::Rejected(rejection)) => Answer::Refused(refusal(rejection)),
        Err(
            AppError::Busy | AppError::Store(StoreError::Unavailable { .. } | StoreError::Ambiguous { .. }),
        ) => Answer::Unknown,
        Err(error) => {
            return Err(Failure::new("a call is taken, refused or to be tried again", error.to_string()));
        }
    })
}

const fn refusal(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NotFound(_) => "not found",
        Rejection::Invalid(_) => "invalid",
        Rejection::InvalidStatusTransition(_) => "invalid status transition",
        Rejection::StaleScheduler { .. } => "stale scheduler",
        Rejection::VersionMismatch { .. } => "version mismatch",
        Rejection::NoIncident(_) => "no incident",
    }
}

impl World {
    /// Does something in the process, which may die over it.
    pub(super) async fn call<T>(&self, work: impl AsyncFnOnce(&Process) -> T) -> Called<T> {
        let Some(process) = &self.process else { return Called::Dead };
        match self.troubles.survived(Box::pin(work(process))).await {
            Some(answer) => Called::Answered(answer),
            None => Called::Died,
        }
    }

    /// What came of a call to one scheduler, and everything that follows from it.
    pub(super) async fn come_to<T>(
        &mut self,
        id: &str,
        called: Called<Result<T, AppError>>,
        deeds: Vec<Deed>,
    ) -> Result<Answer, Failure> {
        let happened = self.gone_wrong();
        let answer = match &called {
            Called::Dead => return Ok(Answer::Unknown),
            Called::Died => Answer::Unknown,
            Called::Answered(answer) => meaning(answer)?,
        };
        let deeds = self.with_others(&happened.others, deeds);
        match answer {
            Answer::Unknown => self.outages.begin(self.now()),
            _ => self.outages.end(self.now()),
        }
        let shown = answer.clone();
        if shown != Answer::Taken {
            self.note(|| format!("        {shown:?}"));
        }
        if let Some(doing) = happened.death {
            self.bury(doing).await?;
        }
        self.follow(id, &deeds, &answer).await?;
        Ok(answer)
    }

    /// What other processes did came first.
    pub(super) fn with_others(
        &mut self,
        others: &[(domain::SchedulerKey, Other)],
        mut deeds: Vec<Deed>,
    ) -> Vec<Deed> {
        for (key, other) in others {
            let now = self.now();
            match other {
                Other::Beats => {
                    self.coverage.saw("another process", "beats");
                    deeds.insert(0, Deed::Beat { run: None, received: now });
                }
                Other::Deletes => {
                    self.coverage.saw("another process", "deletes");
                    let id = key.id.to_string();
                    self.bury_subject(&id);
                    self.subject(&id).just_deleted = true;
                }
            }
        }
        deeds
    }

    pub(super) async fn deed(&mut self, id: &str, act: &Act) -> Held {
        match act {
            Act::Register(change) => self.register(id, (**change).clone()).await,
            Act::Patch { change, stale } => self.patch(id, (**change).clone(), *stale).await,
            Act::Beat { run } => self.beat(id, run.clone()).await,
            Act::Delete => self.delete(id).await,
            _ => self.manage(id, act).await,
        }
    }

    pub(super) fn meanwhile(&mut self, id: &str, other: Other) {
        let key = self.subject(id).key.clone();
        self.troubles.meanwhile(key, other);
    }

    async fn register(&mut self, id: &str, change: ConfigChange) -> Held {
        let given = change.clone();
        let called = self
            .call(async |process: &Process| process.app.register(&somebody(), name(id), given).await)
            .await;
        let deed = Deed::Configure { change: Box::new(change), outdated: false };
        self.come_to(id, called, vec![deed]).await.map(drop)
    }

    async fn patch(&mut self, id: &str, change: ConfigChange, outdated: bool) -> Held {
        let read = self.subject(id).known.state.config_version;
        let only_if = Some(if outdated { read + 1000 } else { read });
        let is_born = self.subject(id).known.is_born();
        let given = change.clone();
        let called = self
            .call(async |process: &Process| process.app.patch(&somebody(), name(id), given, only_if).await)
            .await;
        let deed = Deed::Configure { change: Box::new(change), outdated };
        // A name without a life is not brought to one by a patch.
        let deed = if is_born { deed } else { Deed::Resume };
        self.come_to(id, called, vec![deed]).await.map(drop)
    }

    async fn beat(&mut self, id: &str, run: Option<String>) -> Held {
        let received = self.now();
        let named = run.clone().map(domain::RunId::trusted);
        let called = self
            .call(async |process: &Process| {
                process.app.heartbeat(&somebody(), name(id), named, received).await
            })
            .await;
        self.come_to(id, called, vec![Deed::Beat { run, received }]).await.map(drop)
    }

    async fn manage(&mut self, id: &str, act: &Act) -> Held {
        let until = match act {
            Act::Pause(Some(length)) if length.as_millis() > 0 => Some(self.now() + *length),
            Act::Pause(Some(_)) => Some(self.now()),
            _ => None,
        };
        let act = act.clone();
        let deed = match &act {
            Act::Pause(_) => Deed::Pause { until },
            Act::Resume => Deed::Resume,
            Act::Acknowledge => Deed::Acknowledge,
            _ => Deed::Withdraw,
        };
        let called = self
            .call(async |process: &Process| {
                let (app, caller) = (&process.app, somebody());
                match act {
                    Act::Pause(_) => app.pause(&caller, name(id), until).await,
                    Act::Resume => app.resume(&caller, name(id)).await,
                    Act::Acknowledge => app.acknowledge(&caller, name(id), true).await,
                    _ => app.acknowledge(&caller, name(id), false).await,
                }
            })
            .await;
        self.come_to(id, called, vec![deed]).await.map(drop)
    }

    async fn delete(&mut self, id: &str) -> Held {
        let was_born = self.subject(id).known.is_born();
        let key = self.subject(id).key.clone();
        self.troubles.beats_no_more(&key);
        let called =
            self.call(async |process: &Process| process.app.delete(&somebody(), name(id)).await).await;
        let happened = self.gone_wrong();
        if !happened.others.is_empty() {
            self.with_others(&happened.others, Vec::new());
        }
        let answer = match &called {
            Called::Dead => return Ok(()),
            Called::Died => Answer::Unknown,
            Called::Answered(answer) => meaning(answer)?,
        };
        if let Some(doing) = happened.death {
            self.bury(doing).await?;
        }
        let key = self.subject(id).key.clone();
        let gone = !self.load(&key).await?.scheduler.is_born();
        if answer == Answer::Taken && !gone {
            return Err(Failure::new("a deleted scheduler leaves nothing", id));
        }
        if matches!(answer, Answer::Refused(_)) && was_born && happened.others.is_empty() && !gone {
            return Err(Failure::new("what exists can be deleted", id));
        }
        if gone && self.subject(id).known.is_born() {
            self.bury_subject(id);
        }
        self.leaves_nothing(id).await
    }
}
