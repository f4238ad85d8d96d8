//! Routing rules on the wire.

use app::{Draft, Outlook, Saved};
use domain::{Cause, Rule, Severity};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::{CHANNEL_CHARS_MAX, CHANNELS_MAX, named};
use super::scheduler::words;
use super::selector::selector;
use super::value::{integer_within, line, lines, shown, truth, word};
use super::{Fields, Flaws, Nulls, SelectorBody, Wire, documents};

const POSITION_MAX: i64 = 10_000;
/// Where nothing is said: there is room before and after.
const POSITION: u32 = 100;

/// A rule to be made, or put in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleSent(Draft<Rule>);

impl RuleSent {
    pub(crate) fn draft(self) -> Draft<Rule> {
        self.0
    }
}

impl Wire for RuleSent {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a routing rule", Nulls::Absent, value).map_err(named)?;
        let name = fields.required("name", |value| line(value, app::saved::NAME_CHARS_MAX));
        let place = |value: &Value| {
            let place = integer_within(value, 0, POSITION_MAX)?;
            u32::try_from(place).map_err(|bad| bad.to_string())
        };
        let position = fields.optional("position", place);
        let selector = fields.nested("selector", selector);
        let causes = fields.optional("causes", causes);
        let severity = fields
            .optional("severity", |value| word(value, &Severity::ALL.map(Severity::as_str), Severity::parse));
        let channels = fields.required("channels", |value| lines(value, CHANNELS_MAX, CHANNEL_CHARS_MAX));
        let last = fields.optional("last", truth);
        fields.finish()?;
        let body = Rule {
            selector: if let domain::Patch::Set(selector) = selector {
                selector
            } else {
                domain::Selector::default()
            },
            causes: causes.unwrap_or_default(),
            severity,
            channels: channels.unwrap_or_default(),
            last: last.unwrap_or_default(),
            position: position.unwrap_or(POSITION),
        };
        Ok(Self(Draft { name: name.unwrap_or_default(), body }))
    }
}

/// Causes, each once.
fn causes(value: &Value) -> Result<Vec<Cause>, String> {
    let known = Cause::ALL.map(Cause::as_str);
    let items =
        value.as_array().ok_or_else(|| format!("must be an array of causes, was {}", shown(value)))?;
    if items.len() > known.len() {
        return Err(format!("must be at most {}, were {}", known.len(), items.len()));
    }
    let read = |item| word(item, &known, |text| Cause::ALL.into_iter().find(|it| it.as_str() == text));
    let causes = items.iter().map(read).collect::<Result<domain::CauseSet, String>>();
    causes.map(Vec::from).map_err(|problem| format!("has one that {problem}"))
}

/// A routing rule: alerts of some kind go to some channels.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule)]
pub struct RuleBody {
    /// Its id.
    #[schema(example = "rule_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// What people call it.
    #[schema(example = "billing to its team")]
    pub name: String,
    /// Its place: rules are looked at from the least on, and those of one place by name.
    pub position: u32,
    /// Of which schedulers.
    pub selector: SelectorBody,
    /// Of which causes: `missed`, `overrun`, `stale`, `failing`; any where absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<&'static str>,
    /// Of at least this severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<documents::Severity>)]
    pub severity: Option<&'static str>,
    /// Names or ids of the channels that hear of it; nobody does, on purpose, where it is empty.
    pub channels: Vec<String>,
    /// Whether rules after this one are not looked at where it applies.
    pub last: bool,
    /// 1 when it is made, one more with each change.
    pub version: u64,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was changed last.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// In the answer to a dry run: whether it would be other than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
}

impl From<Saved<Rule>> for RuleBody {
    fn from(saved: Saved<Rule>) -> Self {
        let rule = saved.body;
        Self {
            id: saved.id,
            name: saved.name,
            position: rule.position,
            selector: rule.selector.into(),
            causes: words(rule.causes.into_iter().collect()),
            severity: rule.severity.map(Severity::as_str),
            channels: rule.channels,
            last: rule.last,
            version: saved.version,
            created_at: saved.created_at.to_string(),
            updated_at: saved.updated_at.to_string(),
            changed: None,
        }
    }
}

impl From<Outlook<Saved<Rule>>> for RuleBody {
    fn from(outlook: Outlook<Saved<Rule>>) -> Self {
        Self { changed: Some(outlook.changed), ..Self::from(outlook.then) }
    }
}
