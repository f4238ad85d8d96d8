//! Routing rules: which alerts go where. About the whole project, so an administrator writes them; a key that is limited
//! to services sees those that may concern one of them.

use domain::command::Problem;
use domain::id::RuleId;
use domain::{Rejection, Rule, Selector};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::outlook::Outlook;
use crate::ports::{Channel, DefinitionKind, Role};
use crate::saved::{Draft, Saved, Shelf};

const RULES: Shelf = Shelf { kind: DefinitionKind::Rule, noun: "rule" };

impl Caller {
    /// Whether what is selected may be of a service that it reaches.
    pub(crate) fn is_concerned(&self, selector: &Selector) -> bool {
        self.services.is_empty()
            || selector.services.is_empty()
            || selector.services.iter().any(|service| self.reaches(service))
    }
}

impl App {
    /// The project's rules, in the order in which they are looked at.
    pub async fn rules(&self, caller: &Caller) -> AppResult<Vec<Saved<Rule>>> {
        let mut rules = self.all_saved::<Rule>(caller, RULES).await?;
        rules.retain(|rule| caller.is_concerned(&rule.body.selector));
        rules.sort_by_key(|rule| rule.body.position);
        Ok(rules)
    }

    /// One rule.
    pub async fn rule(&self, caller: &Caller, id: &str) -> AppResult<Saved<Rule>> {
        let rule = self.one_saved::<Rule>(caller, RULES, id).await?;
        if caller.is_concerned(&rule.body.selector) {
            return Ok(rule);
        }
        Err(AppError::NotFound { what: RULES.noun, id: id.to_owned() })
    }

    /// Makes a rule. Its channels must be there.
    pub async fn create_rule(&self, caller: &Caller, draft: Draft<Rule>) -> AppResult<Saved<Rule>> {
        caller.must_be(Role::Admin)?;
        self.channels_are_there(caller, &draft.body).await?;
        let id = RuleId::mint(self.id_bits());
        let rule = self.save_new(caller, RULES, id.as_str(), draft).await?;
        self.heed_setup().await;
        Ok(rule)
    }

    /// Puts another rule in the place of one, if that has still the version that was seen.
    pub async fn replace_rule(
        &self,
        caller: &Caller,
        id: &str,
        draft: Draft<Rule>,
        only_if: Option<u64>,
    ) -> AppResult<Saved<Rule>> {
        caller.must_be(Role::Admin)?;
        self.channels_are_there(caller, &draft.body).await?;
        let rule = self.replace_saved(caller, RULES, (id, only_if), draft, &|_| Ok(())).await?;
        self.heed_setup().await;
        Ok(rule)
    }

    /// What another rule in the place of one would come to. Its channels may come to be before it does.
    pub async fn foresee_rule(
        &self,
        caller: &Caller,
        id: &str,
        draft: Draft<Rule>,
        only_if: Option<u64>,
    ) -> AppResult<Outlook<Saved<Rule>>> {
        caller.must_be(Role::Admin)?;
        self.foresee_saved(caller, RULES, (id, only_if), draft, &|_| Ok(())).await
    }

    /// Deletes a rule, if it has still the version that was seen.
    pub async fn delete_rule(&self, caller: &Caller, id: &str, only_if: Option<u64>) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        self.delete_saved::<Rule>(caller, RULES, (id, only_if), &|_| Ok(())).await?;
        self.heed_setup().await;
        Ok(())
    }

    /// A rule that names what is not there would send its alerts to nobody it means.
    async fn channels_are_there(&self, caller: &Caller, rule: &Rule) -> AppResult<()> {
        let there = self.ports.channels.channels(&caller.project).await?;
        match unknown(&rule.channels, &there).first() {
            None => Ok(()),
            Some(name) => {
                let problem =
                    format!("must name channels that are there: '{name}' is not, {}", known(&there));
                Err(Rejection::Invalid(vec![Problem::new("channels", problem)]).into())
            }
        }
    }
}

/// Names that no channel has.
pub(crate) fn unknown<'a>(names: &'a [String], there: &[Channel]) -> Vec<&'a str> {
    let is_unknown = |name: &&String| !there.iter().any(|channel| channel.is_called(name));
    names.iter().filter(is_unknown).map(String::as_str).collect()
}

fn known(there: &[Channel]) -> String {
    if there.is_empty() {
        return "and there is none at all".to_owned();
    }
    let names: Vec<&str> = there.iter().map(|channel| channel.name.as_str()).collect();
    domain::time::shorten(&format!("there are {}", names.join(", ")), 500)
}
