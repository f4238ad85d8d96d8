//! What the management APIs of other products share: who asks, the schedulers that they list, and a name for one that is
//! made under a title. Their keys are our API keys, and what a role may is decided where it always is.

use std::num::NonZeroU32;

use app::ingest::Vain;
use app::ports::{Filter, ListQuery, Sort};
use app::{AppResult, Caller, SchedulerView};
use domain::ping::slugify;
use domain::{ConfigChange, SchedulerId};

use crate::auth::bearing;
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::limits::Class;
use crate::state::WebState;

/// Most schedulers that are looked at for a list: its pages are numbered, and cut from what is made anew each time.
const LOOKED_AT_MAX: usize = 20_000;
const LOOKED_AT_ONCE: usize = 1000;
/// How often a name is tried with a number behind it.
const NAMES_MAX: usize = 100;
/// The service of what is made by a key that is limited to none.
pub(crate) const SERVICE_DEFAULT: &str = "default";

/// One call of a management API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manage<'a> {
    pub(crate) state: &'a WebState,
    pub(crate) visit: &'a Visit,
    /// Whose language it is in.
    pub(crate) dialect: &'a str,
}

impl Manage<'_> {
    /// Who bears a key, if anybody does; a key that nobody has is counted. Refuses who asks too much.
    pub(crate) async fn caller(self, key: &str) -> Result<Option<Caller>, ApiError> {
        let Some(caller) = bearing(self.state, self.visit, key).await? else {
            let sample = "a management call bears a key that is none here: give its client one of this server's API keys";
            let subject = Vain::token(key);
            self.vain(None, "wrong_api_key", &subject, sample);
            return Ok(None);
        };
        tracing::Span::current().record("actor", caller.actor.as_str());
        self.state.limits().admit(&caller, Class::Management, NonZeroU32::MIN)?;
        Ok(Some(caller))
    }

    /// Every scheduler that a filter lets through, by id.
    pub(crate) async fn every(self, caller: &Caller, filter: Filter) -> AppResult<Vec<SchedulerView>> {
        let now = self.state.app().now();
        let mut asked = ListQuery { filter, sort: Sort::Id, limit: LOOKED_AT_ONCE, cursor: None, now };
        let mut found = Vec::new();
        for _ in 0..LOOKED_AT_MAX / LOOKED_AT_ONCE {
            let page = self.state.app().schedulers(caller, asked.clone()).await?;
            found.extend(page.items);
            asked.cursor = page.next;
            if asked.cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Makes a scheduler under a title, with a number behind its id where that is taken; `None` where all are. It belongs
    /// to the first service that the key is limited to.
    pub(crate) async fn make(
        self,
        caller: &Caller,
        title: &str,
        change: ConfigChange,
    ) -> AppResult<Option<SchedulerView>> {
        let slug = slugify(title);
        let slug = if slug.is_empty() { self.dialect } else { slug.as_str() };
        let service = caller.services.first().map_or(SERVICE_DEFAULT, String::as_str);
        let change = ConfigChange { service_name: Some(service.to_owned()), ..change };
        for number in 1..=NAMES_MAX {
            let id = if number == 1 { slug.to_owned() } else { format!("{slug}-{number}") };
            let id = SchedulerId::trusted(id);
            if self.state.app().create_only(caller, id.clone(), change.clone()).await? {
                return self.state.app().scheduler(caller, id).await.map(Some);
            }
        }
        Ok(None)
    }

    /// Counts what was sent in vain.
    pub(crate) fn vain(
        self,
        project: Option<&domain::ProjectId>,
        problem: &str,
        subject: &str,
        sample: &str,
    ) {
        let dialect = self.dialect;
        self.state.app().note_vain(Vain { project, dialect, problem, subject, sample });
    }
}
