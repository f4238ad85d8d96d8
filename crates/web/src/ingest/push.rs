//! What the dialects share that push to an address: who is meant by it, how much it may say, and that what comes for
//! nobody is counted. What they answer is their own.
//!
//! A token is one of a scheduler's aliases, or its ping id with dashes or without.

use app::AppResult;
use app::Caller;
use app::ingest::{Address, Found, Message, Place, Vain};
use app::ports::Role;
use domain::{PingId, ProjectId};

use crate::auth::bearing;
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::state::WebState;

/// One push on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Push<'a> {
    pub(crate) state: &'a WebState,
    pub(crate) visit: &'a Visit,
    /// Whose language it is in.
    pub(crate) dialect: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Pushed {
    Heard,
    /// Nobody has that address, or nobody any more.
    Nobody,
    /// It came too often, or from an address that has guessed too often.
    Held(ApiError),
}

/// What a path's part means as a token.
pub(crate) fn token(text: &str) -> Address {
    Address::Token(PingId::parse(text).map_or_else(|| text.to_owned(), |id| id.to_string()))
}

impl Push<'_> {
    /// Takes a message for whoever has a token. One that nobody has is counted.
    pub(crate) async fn to_token(
        self,
        text: &str,
        read: &(dyn Fn(&Place) -> Message + Sync),
    ) -> AppResult<Pushed> {
        let found = match self.find(text).await? {
            Ok(found) => found,
            Err(held) => return Ok(Pushed::Held(held)),
        };
        let Found::One(place) = found else {
            self.unknown(text);
            return Ok(Pushed::Nobody);
        };
        self.to_place(place, read).await
    }

    /// Who has a token, unless too many were tried that nobody has.
    pub(crate) async fn find(self, text: &str) -> AppResult<Result<Found, ApiError>> {
        if let Err(held) = self.admit(text) {
            return Ok(Err(held));
        }
        let found = self.state.app().place(token(text)).await?;
        match &found {
            Found::One(_) => self.state.attempts().succeeded(text),
            Found::None | Found::Several => {
                let now = self.state.app().ports().clock.monotonic();
                self.state.attempts().failed(self.visit.address, now);
            }
        }
        Ok(Ok(found))
    }

    /// Refuses an address that has guessed too often, unless this is what has worked.
    pub(crate) fn admit(self, secret: &str) -> Result<(), ApiError> {
        let now = self.state.app().ports().clock.monotonic();
        self.state.attempts().admit(self.visit.address, secret, now)
    }

    /// Takes a message for a place that was found.
    pub(crate) async fn to_place(
        self,
        place: Place,
        read: &(dyn Fn(&Place) -> Message + Sync),
    ) -> AppResult<Pushed> {
        if let Err(held) = self.state.limits().admit_scheduler(&place.key) {
            let sample = "it is told of too often: messages were refused with 429";
            self.vain(Some(&place.key.project), "rate_limited", place.key.id.as_str(), sample);
            return Ok(Pushed::Held(held));
        }
        let heard = self.state.app().hear(place, read).await?;
        Ok(heard.map_or(Pushed::Nobody, |_| Pushed::Heard))
    }

    /// Who sends under a key: whoever has a project's ping key, or an API key that may report.
    pub(crate) async fn sender(self, key: &str) -> Result<Option<Caller>, ApiError> {
        self.admit(key)?;
        if let Some(project) = self.state.app().project_of_ping_key(key).await? {
            self.state.attempts().succeeded(key);
            return Ok(Some(Caller::at_an_address(project.id, self.dialect)));
        }
        let caller = bearing(self.state, self.visit, key).await?;
        Ok(caller.filter(|caller| caller.role >= Role::Reporter))
    }

    /// Counts a message for an address that leads nowhere.
    pub(crate) fn unknown(self, text: &str) {
        let sample = "a message came for a token that no scheduler has: give a scheduler that alias, or send to its ping id";
        self.vain(None, "unknown_address", &Vain::token(text), sample);
    }

    /// Counts what was sent in vain.
    pub(crate) fn vain(self, project: Option<&ProjectId>, problem: &str, subject: &str, sample: &str) {
        let dialect = self.dialect;
        self.state.app().note_vain(Vain { project, dialect, problem, subject, sample });
    }
}
