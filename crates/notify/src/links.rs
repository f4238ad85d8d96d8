//! Where people find more: the pages of this installation, when its public address is known.

use app::AckKey;
use domain::{Alert, AlertKind, ProjectId, SchedulerKey};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::target::{BadTarget, Target};

/// Everything but RFC 3986's unreserved characters, so that no receiver's markup is in an address.
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Builds addresses below the public base address.
#[derive(Clone, Debug)]
pub struct Links {
    base: String,
    signer: Option<AckKey>,
}

impl Links {
    /// Takes the public base address, `https://punctual.example.org` say; password, query and fragment are refused
    /// or dropped, for links are shown to everyone.
    pub fn new(base: &str) -> Result<Self, BadTarget> {
        let target = Target::parse(base)?;
        let url = target.url();
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(BadTarget::Malformed);
        }
        let path = url.path().trim_end_matches('/').replace('|', "%7C");
        Ok(Self { base: format!("{}{path}", url.origin().ascii_serialization()), signer: None })
    }

    /// The same, with addresses to acknowledge incidents by.
    #[must_use]
    pub fn signing(self, key: AckKey) -> Self {
        Self { signer: Some(key), ..self }
    }

    /// The page where whoever is told of an alert can say that they look after it: `…/acknowledge/{token}`. The same at
    /// every attempt; `None` where it is over or nothing signs.
    pub fn acknowledge(&self, alert: &Alert) -> Option<String> {
        let over = matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped);
        let signer = self.signer.as_ref().filter(|_| !over)?;
        let token = signer.sign(&alert.incident, alert.at + app::ack::VALID_FOR);
        Some(format!("{}/acknowledge/{token}", self.base))
    }

    /// The page of a board: `…/portal/boards/{id}`.
    pub fn board(&self, project: &ProjectId, board: &str) -> String {
        self.page(&format!("boards/{}", utf8_percent_encode(board, SEGMENT)), project)
    }

    /// The page of a scheduler: `…/portal/schedulers/{id}`.
    pub fn scheduler(&self, key: &SchedulerKey) -> String {
        self.page(&format!("schedulers/{}", utf8_percent_encode(key.id.as_str(), SEGMENT)), &key.project)
    }

    /// A page of the portal, with `?project=` where it is not the default one.
    fn page(&self, path: &str, project: &ProjectId) -> String {
        let page = format!("{}/portal/{path}", self.base);
        if *project == ProjectId::default_project() {
            return page;
        }
        format!("{page}?project={}", utf8_percent_encode(project.as_str(), SEGMENT))
    }
}

#[cfg(test)]
mod tests {
    use domain::SchedulerId;

    use super::*;

    fn page(base: &str, project: &str, id: &str) -> String {
        let key = SchedulerKey { project: ProjectId::trusted(project), id: SchedulerId::trusted(id) };
        Links::new(base).expect("reads").scheduler(&key)
    }

    #[test]
    fn a_scheduler_has_one_address_whatever_its_id_holds() {
        assert_eq!(
            page("https://p.example.org/", "default", "a"),
            "https://p.example.org/portal/schedulers/a"
        );
        assert_eq!(
            page("https://p.example.org/punctual", "blue", "team/nightly|<x>"),
            "https://p.example.org/punctual/portal/schedulers/team%2Fnightly%7C%3Cx%3E?project=blue"
        );
    }

    #[test]
    fn a_public_address_with_a_password_is_refused() {
        assert!(Links::new("https://me:pass@p.example.org").is_err());
    }
}
