//! What people set for mails, and the bounds within which connections are held.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::SchedulerKey;

/// Whether one more message of a scheduler is admitted now.
pub type Admission = Arc<dyn Fn(&SchedulerKey) -> bool + Send + Sync>;
/// The certificates in force, asked for at each handshake: they may be renewed meanwhile.
pub type Certificates = Arc<dyn Fn() -> Arc<rustls::ServerConfig> + Send + Sync>;

/// What people set.
#[derive(Clone)]
pub struct Settings {
    /// The domain of the addresses.
    pub domain: MailDomain,
    /// What STARTTLS uses; it is not offered where there is none.
    pub certificates: Option<Certificates>,
    /// Who may be heard once more.
    pub admission: Admission,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_tls = self.certificates.is_some();
        write!(f, "Settings(domain: {}, tls: {has_tls})", self.domain)
    }
}

/// The domain of the addresses: names of letters, digits and `-`, with dots between them, in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDomain(String);

impl MailDomain {
    /// Reads a domain such as `ping.example.org`; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
            (1..=63).contains(&name.len())
                && name.chars().all(good)
                && !name.starts_with('-')
                && !name.ends_with('-')
        };
        let is_domain = text.len() <= 253 && text.split('.').all(is_name);
        is_domain.then(|| Self(text.to_ascii_lowercase()))
    }

    /// Whether a domain is this one; letters may be of either size.
    pub fn is(&self, domain: &str) -> bool {
        self.0.eq_ignore_ascii_case(domain)
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The bounds of connections.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many are held at once; more wait to be accepted.
    pub connections_max: u32,
    /// How many one address may have; more are sent away.
    pub per_address_max: u32,
    /// How many commands one connection may give.
    pub commands_max: u32,
    /// How many of them may make no sense.
    pub faults_max: u32,
    /// How many recipients may be refused in one connection.
    pub refusals_max: u32,
    /// How long a line may take, from its first byte or the answer before it.
    pub line_timeout: Duration,
    /// How long a client may be silent within a mail.
    pub silence_timeout: Duration,
    /// How long a whole mail may take.
    pub letter_timeout: Duration,
    /// How long it may take until the reports of a mail are written.
    pub filing_timeout: Duration,
    /// How long a TLS handshake may take, and an answer to be read.
    pub answer_timeout: Duration,
    /// How long connections have to finish what they are doing once it is told to stop.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: 500,
            per_address_max: 50,
            commands_max: 2000,
            faults_max: 10,
            refusals_max: 100,
            line_timeout: Duration::from_mins(2),
            silence_timeout: Duration::from_mins(1),
            letter_timeout: Duration::from_mins(5),
            filing_timeout: Duration::from_mins(2),
            answer_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(25),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_names_with_dots_between_them_in_letters_of_either_size() {
        let domain = MailDomain::parse("Ping.Example.org").expect("a domain");
        assert_eq!(domain.to_string(), "ping.example.org");
        assert!(domain.is("PING.example.ORG") && !domain.is("example.org"));
        for bad in ["", ".", "a..b", "-a.org", "a-.org", "a b.org", "a@b.org", "é.org", &"x".repeat(64)] {
            assert_eq!(MailDomain::parse(bad), None, "{bad}");
        }
    }
}
