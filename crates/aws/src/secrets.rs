//! Secrets from Secrets Manager, and what is said where one cannot be had.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;

use crate::{Settings, load};

/// Names a secret, and perhaps one field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretName {
    /// The name or the ARN of the secret.
    pub id: String,
    /// The field, where the secret is a JSON object.
    pub field: Option<String>,
}

impl SecretName {
    /// `NAME` or `NAME#field`. Names and ARNs hold no `#`.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, field) = match text.split_once('#') {
            None => (text, None),
            Some((_, "")) => return None,
            Some((id, field)) => (id, Some(field.to_owned())),
        };
        (!id.trim().is_empty()).then(|| Self { id: id.trim().to_owned(), field })
    }
}

/// Why a secret cannot be had. Says what to do, and never what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret {id} cannot be had: {cause}")]
pub struct NoSecret {
    id: String,
    cause: String,
}

/// The secret as it is now.
pub async fn secret(settings: &Settings, name: &SecretName) -> Result<String, NoSecret> {
    let none = |cause: String| NoSecret { id: name.id.clone(), cause };
    let client = Client::new(&load(settings).await);
    let answer = client.get_secret_value().secret_id(&name.id).send().await;
    let answer = answer.map_err(|error| none(cause(error.code(), &error)))?;
    let text = answer.secret_string.ok_or_else(|| none("it is binary, and a text is wanted".to_owned()))?;
    match &name.field {
        None => Ok(text),
        Some(field) => read_field(&text, field).map_err(none),
    }
}

/// A field of a JSON object.
fn read_field(text: &str, field: &str) -> Result<String, String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| format!("it is no JSON, and its field {field} is wanted"))?;
    match value.get(field) {
        Some(serde_json::Value::String(text)) => Ok(text.clone()),
        Some(serde_json::Value::Null) | None => Err(format!("it has no field {field}")),
        Some(other) => Ok(other.to_string()),
    }
}

fn cause(code: Option<&str>, error: &dyn std::error::Error) -> String {
    match code {
        Some("ResourceNotFoundException") => {
            "there is none of that name: look at the name, the region and the account".to_owned()
        }
        Some("AccessDeniedException") => {
            "access is denied: give this role secretsmanager:GetSecretValue for it, and kms:Decrypt for its key".to_owned()
        }
        Some("ExpiredTokenException" | "ExpiredToken") => "the credentials have expired: renew them".to_owned(),
        Some("UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidSignatureException") => {
            "the credentials are not accepted: look at the access key, the region and this machine's clock".to_owned()
        }
        Some("InvalidRequestException") => "it is about to be deleted: restore it, or name another".to_owned(),
        Some(code) => format!("Secrets Manager says {code}"),
        None => in_full(error),
    }
}

/// An error with everything behind it, at most 300 characters.
fn in_full(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = chain.map(ToString::to_string).collect();
    let text: String = texts.join(": ").chars().take(300).collect();
    format!("{text}; it needs a region (AWS_REGION), credentials, and a way to the service")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_by_name_or_arn_and_perhaps_a_field() {
        let name = |id: &str, field: Option<&str>| {
            Some(SecretName { id: id.to_owned(), field: field.map(str::to_owned) })
        };
        assert_eq!(SecretName::parse("prod/punctual"), name("prod/punctual", None));
        assert_eq!(SecretName::parse("prod/punctual#slack"), name("prod/punctual", Some("slack")));
        let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:punctual-AbCdEf";
        assert_eq!(SecretName::parse(&format!("{arn}#a#b")), name(arn, Some("a#b")));
        for odd in ["", " ", "#field", "name#"] {
            assert_eq!(SecretName::parse(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_field_of_a_secret_is_read_as_text() {
        let text = r#"{"token":"xoxb-1","port":25,"gone":null}"#;
        assert_eq!(read_field(text, "token"), Ok("xoxb-1".to_owned()));
        assert_eq!(read_field(text, "port"), Ok("25".to_owned()));
        for (text, field, said) in
            [(text, "gone", "no field gone"), (text, "other", "no field other"), ("xoxb-1", "a", "no JSON")]
        {
            let error = read_field(text, field).expect_err("it cannot be read");
            assert!(error.contains(said) && !error.contains("xoxb"), "{error}");
        }
    }
}
