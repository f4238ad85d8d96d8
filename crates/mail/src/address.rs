//! Whom a mail is for: `<ping uuid>@domain`, or `<ping key>+<slug>@domain`.

use domain::PingId;
use domain::ping::is_slug;

use crate::settings::MailDomain;

/// Longest ping key that is looked up.
const PING_KEY_MAX: usize = 64;

/// Whom a mail is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The scheduler of that ping address.
    Id(PingId),
    /// The scheduler of that slug.
    Slug {
        /// The key of its project.
        ping_key: String,
        /// The slug.
        slug: String,
    },
}

/// Why an address is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is of another domain, and we relay nothing.
    Elsewhere,
    /// It is neither of the two forms.
    Form,
}

impl Recipient {
    /// Reads an address.
    pub fn parse(address: &str, domain: &MailDomain) -> Result<Self, Unfit> {
        let (local, at) = address.rsplit_once('@').ok_or(Unfit::Form)?;
        if !domain.is(at) {
            return Err(Unfit::Elsewhere);
        }
        if let Some(id) = PingId::parse(local) {
            return Ok(Self::Id(id));
        }
        let (key, slug) = local.split_once('+').ok_or(Unfit::Form)?;
        let good = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_key = (1..=PING_KEY_MAX).contains(&key.len()) && key.chars().all(good);
        if is_key && is_slug(slug) {
            return Ok(Self::Slug { ping_key: key.to_owned(), slug: slug.to_owned() });
        }
        Err(Unfit::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_a_uuid_or_of_a_key_and_a_slug() {
        let domain = MailDomain::parse("ping.example.org").expect("a domain");
        let read = |address: &str| Recipient::parse(address, &domain);
        let uuid = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";
        let id = Recipient::Id(PingId::parse(uuid).expect("a UUID"));
        assert_eq!(read(&format!("{uuid}@ping.example.org")), Ok(id.clone()));
        assert_eq!(read(&format!("{}@PING.example.org", uuid.to_uppercase())), Ok(id));
        let slug = Recipient::Slug { ping_key: "Key_of-22".to_owned(), slug: "nightly-backup".to_owned() };
        assert_eq!(read("Key_of-22+nightly-backup@ping.example.org"), Ok(slug));
        for nobody in [
            "",
            "a",
            "postmaster@ping.example.org",
            "+slug@ping.example.org",
            "key+@ping.example.org",
            "key+Slug@ping.example.org",
            "k\"y+slug@ping.example.org",
            "@ping.example.org",
        ] {
            assert_eq!(read(nobody), Err(Unfit::Form), "{nobody}");
        }
        assert_eq!(read(&format!("{uuid}@example.org")), Err(Unfit::Elsewhere));
        assert_eq!(read(&format!("{uuid}@ping.example.org@elsewhere.org")), Err(Unfit::Elsewhere));
    }
}
