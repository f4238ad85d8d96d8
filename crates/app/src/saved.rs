//! What people set up, as the use cases of rules and maintenance windows keep it: named, versioned, bounded in number,
//! audited, and in force in this process at once.

use domain::command::Problem;
use domain::{Instant, Rejection};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::outlook::Outlook;
use crate::ports::{Definition, DefinitionKind, StoreError};
use crate::setup::read;

/// Longest name.
pub const NAME_CHARS_MAX: usize = 64;
/// Most of a kind in a project.
pub const SAVED_MAX: usize = 200;
/// How often a change is tried again that others came before.
const TRIES_MAX: usize = 5;

/// One thing that was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved<T> {
    /// Its id.
    pub id: String,
    /// What people call it; unique in its project and kind.
    pub name: String,
    /// 1 when it is made, one more with each change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
    /// What it says.
    pub body: T,
}

/// What shall be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<T> {
    /// What people call it, 1..=[`NAME_CHARS_MAX`] characters.
    pub name: String,
    /// What it says.
    pub body: T,
}

/// Whether the caller may see, or change, one that is there.
pub(crate) type May<'a, T> = &'a (dyn Fn(&T) -> AppResult<()> + Sync);

/// A kind of things that are set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf {
    pub(crate) kind: DefinitionKind,
    /// What people call one.
    pub(crate) noun: &'static str,
}

impl Shelf {
    fn unknown(self, id: &str) -> AppError {
        AppError::NotFound { what: self.noun, id: domain::time::shorten(id, 64) }
    }

    /// Whether a draft may have its name among those that are there, but for the one it replaces.
    fn fits(self, there: &[Definition], name: &str, replaces: Option<&str>) -> AppResult<()> {
        if let Err(bad) = domain::id::check_text(name, NAME_CHARS_MAX) {
            return Err(Rejection::Invalid(vec![Problem::new("name", bad.to_string())]).into());
        }
        let noun = self.noun;
        if there.iter().any(|it| it.name == name && Some(it.id.as_str()) != replaces) {
            return Err(AppError::Conflict(format!("there is a {noun} called '{name}' already")));
        }
        if replaces.is_none() && there.len() >= SAVED_MAX {
            return Err(AppError::Conflict(format!("a project has at most {SAVED_MAX} {noun}s: delete one")));
        }
        Ok(())
    }
}

impl App {
    /// All of a kind in the caller's project that can be read, by name.
    pub(crate) async fn all_saved<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        kept: Shelf,
    ) -> AppResult<Vec<Saved<T>>> {
        let all = self.ports.definitions.definitions(&caller.project, kept.kind).await?;
        Ok(all.iter().filter_map(saved).collect())
    }

    pub(crate) async fn one_saved<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        kept: Shelf,
        id: &str,
    ) -> AppResult<Saved<T>> {
        let found = self.ports.definitions.definition(&caller.project, kept.kind, id).await?;
        found.as_ref().and_then(saved).ok_or_else(|| kept.unknown(id))
    }

    /// Makes one; two makers of one name: one of them is refused.
    pub(crate) async fn save_new<T: Serialize + Sync>(
        &self,
        caller: &Caller,
        kept: Shelf,
        id: &str,
        draft: Draft<T>,
    ) -> AppResult<Saved<T>> {
        for _ in 0..TRIES_MAX {
            let there = self.ports.definitions.definitions(&caller.project, kept.kind).await?;
            kept.fits(&there, &draft.name, None)?;
            let now = self.now();
            if self.wrote(caller, kept, (id, 0, now, now), &draft, "create").await? {
                return Ok(draft.saved(id, 1, now, now));
            }
        }
        Err(AppError::Busy)
    }

    /// Puts another in the place of one, if that has still the version that was seen. Answers what was there as well.
    pub(crate) async fn replace_saved<T: Serialize + DeserializeOwned + Sync>(
        &self,
        caller: &Caller,
        kept: Shelf,
        (id, only_if): (&str, Option<u64>),
        draft: Draft<T>,
        may: May<'_, T>,
    ) -> AppResult<Saved<T>> {
        for _ in 0..TRIES_MAX {
            let there = self.ports.definitions.definitions(&caller.project, kept.kind).await?;
            let before = there.iter().find(|it| it.id == id).ok_or_else(|| kept.unknown(id))?;
            if let Some(body) = read::<T>(before) {
                may(&body)?;
            }
            is_as_seen(before, only_if)?;
            kept.fits(&there, &draft.name, Some(id))?;
            let (version, made, now) = (before.version, before.created_at, self.now());
            if self.wrote(caller, kept, (id, version, made, now), &draft, "replace").await? {
                return Ok(draft.saved(id, version + 1, made, now));
            }
        }
        Err(AppError::Busy)
    }

    /// What putting another in the place of one would come to. Nothing is written.
    pub(crate) async fn foresee_saved<T: DeserializeOwned + PartialEq>(
        &self,
        caller: &Caller,
        kept: Shelf,
        (id, only_if): (&str, Option<u64>),
        draft: Draft<T>,
        may: May<'_, T>,
    ) -> AppResult<Outlook<Saved<T>>> {
        let there = self.ports.definitions.definitions(&caller.project, kept.kind).await?;
        let before = there.iter().find(|it| it.id == id).ok_or_else(|| kept.unknown(id))?;
        let body = read::<T>(before);
        body.as_ref().map_or(Ok(()), may)?;
        is_as_seen(before, only_if)?;
        kept.fits(&there, &draft.name, Some(id))?;
        let changed = before.name != draft.name || body.as_ref() != Some(&draft.body);
        let then = draft.saved(id, before.version, before.created_at, before.updated_at);
        Ok(Outlook { then, changed })
    }

    /// Deletes one, if it has still the version that was seen.
    pub(crate) async fn delete_saved<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        kept: Shelf,
        (id, only_if): (&str, Option<u64>),
        may: May<'_, T>,
    ) -> AppResult<()> {
        let (store, project) = (&self.ports.definitions, &caller.project);
        for _ in 0..TRIES_MAX {
            let found = store.definition(project, kept.kind, id).await?;
            let before = found.ok_or_else(|| kept.unknown(id))?;
            if let Some(body) = read::<T>(&before) {
                may(&body)?;
            }
            is_as_seen(&before, only_if)?;
            let action = format!("{}.delete", kept.kind.as_str());
            let audit = caller.audit(self.now(), &action, id, before.name);
            match store.delete_definition(project, kept.kind, id, before.version, audit).await {
                Err(StoreError::Conflict) => {}
                deleted => return Ok(deleted?),
            }
        }
        Err(AppError::Busy)
    }

    /// What was set up holds in this process from now on, and in the others when they look next. The change itself is
    /// done: that it cannot be read back at once is no failure of it.
    pub(crate) async fn heed_setup(&self) {
        if let Err(error) = self.learn_setup().await {
            tracing::warn!(%error, "what was set up is written, and heeded a little later");
        }
        self.signals.evaluator.notify_one();
        self.signals.router.notify_one();
    }

    /// Whether it was written; not where somebody came before.
    async fn wrote<T: Serialize>(
        &self,
        caller: &Caller,
        kept: Shelf,
        (id, expected, created_at, updated_at): (&str, u64, Instant, Instant),
        draft: &Draft<T>,
        done: &str,
    ) -> AppResult<bool> {
        let body = serde_json::to_value(&draft.body).map_err(|error| {
            AppError::Store(StoreError::Corrupt {
                place: format!("{} {id}", kept.noun),
                cause: error.to_string(),
            })
        })?;
        let definition = Definition {
            project: caller.project.clone(),
            kind: kept.kind,
            id: id.to_owned(),
            name: draft.name.clone(),
            version: expected + 1,
            created_at,
            updated_at,
            body,
        };
        let action = format!("{}.{done}", kept.kind.as_str());
        let audit = caller.audit(updated_at, &action, id, draft.name.as_str());
        match self.ports.definitions.put_definition(definition, expected, audit).await {
            Err(StoreError::Conflict) => Ok(false),
            written => written.map(|()| true).map_err(AppError::from),
        }
    }
}

impl<T> Draft<T> {
    fn saved(self, id: &str, version: u64, created_at: Instant, updated_at: Instant) -> Saved<T> {
        Saved { id: id.to_owned(), name: self.name, version, created_at, updated_at, body: self.body }
    }
}

fn saved<T: DeserializeOwned>(definition: &Definition) -> Option<Saved<T>> {
    Some(Saved {
        id: definition.id.clone(),
        name: definition.name.clone(),
        version: definition.version,
        created_at: definition.created_at,
        updated_at: definition.updated_at,
        body: read(definition)?,
    })
}

fn is_as_seen(definition: &Definition, only_if: Option<u64>) -> AppResult<()> {
    let current = definition.version;
    match only_if.filter(|expected| *expected != current) {
        Some(expected) => Err(Rejection::VersionMismatch { expected, current }.into()),
        None => Ok(()),
    }
}
