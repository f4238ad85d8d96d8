//! What the service or the way to it says when it says no, and what that means.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use super::write::malformed;
use crate::fault::Fault;

/// What a failed attempt means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing was done, and trying again helps: throttled, or another transaction was at it.
    Later(String),
    /// Nobody knows whether it was done.
    Unknown(String),
    /// Nothing was done, and trying again at once does not help.
    Fault(Fault),
}

/// Turns the errors of an operation into what they mean.
pub(super) fn of<E, R>(error: &SdkError<E, R>) -> Refusal
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let said = service.err();
            by_code(said.code().unwrap_or_default(), said.message().unwrap_or_default())
        }
        SdkError::ConstructionFailure(_) => Refusal::Fault(unmade(&in_full(error))),
        SdkError::DispatchFailure(_) => on_the_way(in_full(error)),
        _ => Refusal::Unknown("no answer came in time".to_owned()),
    }
}

/// The same for a transaction, which says of each of its writes what was wrong with it.
pub(super) fn of_transaction<R: std::fmt::Debug + 'static>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Refusal {
    let cancelled = error.as_service_error().and_then(|said| match said {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => Some(cancelled),
        _ => None,
    });
    let Some(cancelled) = cancelled else { return of(error) };
    let codes: Vec<&str> = cancelled.cancellation_reasons().iter().filter_map(|it| it.code()).collect();
    by_reasons(&codes, cancelled.message().unwrap_or_default())
}

/// What the reasons of a cancelled transaction mean together: a condition that does not hold decides, for it will not
/// hold the next time either.
pub(super) fn by_reasons(codes: &[&str], message: &str) -> Refusal {
    const PASSING: [&str; 4] =
        ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"];
    if codes.contains(&"ConditionalCheckFailed") {
        return Refusal::Fault(Fault::Conflict);
    }
    if codes.iter().any(|code| PASSING.contains(code)) {
        return Refusal::Later(format!("a transaction was cancelled: {}", codes.join(", ")));
    }
    Refusal::Fault(malformed(message))
}

/// What an error's code means.
pub(super) fn by_code(code: &str, message: &str) -> Refusal {
    match code {
        "ConditionalCheckFailedException" => Refusal::Fault(Fault::Conflict),
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "TransactionConflictException"
        | "ReplicatedWriteConflictException"
        | "TransactionInProgressException" => Refusal::Later(format!("DynamoDB says {code}")),
        "ResourceNotFoundException" => away(
            "a table or an index is missing: run `punctual migrate`, and look at the table prefix, the region and the account",
        ),
        "AccessDeniedException" | "AccessDenied" => away(&format!(
            "access is denied ({message}): give this role the rights of the policy in docs/deploy/aws.md"
        )),
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            away("the credentials have expired: renew them, or let the role's own be used")
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => away(
            "the credentials are not accepted: look at the access key, the region and this machine's clock",
        ),
        "ValidationException" | "SerializationException" => Refusal::Fault(malformed(message)),
        _ => Refusal::Unknown(format!("DynamoDB says {code}: {message}")),
    }
}

fn away(cause: &str) -> Refusal {
    Refusal::Fault(Fault::Away(cause.to_owned()))
}

/// What failed between here and there. While a connection was being made, no byte of the request had left.
fn on_the_way(cause: String) -> Refusal {
    if cause.contains("credential") {
        Refusal::Fault(unmade(&cause))
    } else if ["tcp connect", "dns error", "Connection refused"].iter().any(|mark| cause.contains(mark)) {
        Refusal::Later(format!("DynamoDB cannot be reached: {cause}"))
    } else {
        Refusal::Unknown(cause)
    }
}

/// A request that was never put together: mostly for want of credentials or a region.
fn unmade(cause: &str) -> Fault {
    Fault::Away(format!(
        "no request could be made: {cause}; set the region (AWS_REGION) and give credentials by the environment, a profile or the role of the machine"
    ))
}

/// An error with everything behind it, at most 300 characters.
fn in_full(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = chain.map(ToString::to_string).collect();
    texts.join(": ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_does_not_hold_decides_over_what_passes() {
        let mixed = by_reasons(&["None", "TransactionConflict", "ConditionalCheckFailed"], "");
        assert_eq!(mixed, Refusal::Fault(Fault::Conflict));
        assert!(matches!(by_reasons(&["None", "TransactionConflict"], ""), Refusal::Later(_)));
        assert!(matches!(by_reasons(&["ValidationError"], "an item is too big"), Refusal::Fault(_)));
    }

    #[test]
    fn whoever_can_mend_it_is_told_what_to_do() {
        for (code, advice) in [
            ("ResourceNotFoundException", "punctual migrate"),
            ("ExpiredTokenException", "renew them"),
            ("UnrecognizedClientException", "look at the access key"),
            ("AccessDeniedException", "policy"),
        ] {
            match by_code(code, "") {
                Refusal::Fault(Fault::Away(cause)) => assert!(cause.contains(advice), "{cause}"),
                other => panic!("{code}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_was_never_sent_may_be_sent_again_and_what_was_cut_off_is_unknown() {
        assert!(matches!(on_the_way("x: tcp connect error: refused".to_owned()), Refusal::Later(_)));
        assert!(matches!(on_the_way("connection reset".to_owned()), Refusal::Unknown(_)));
        assert!(matches!(by_code("InternalServerError", ""), Refusal::Unknown(_)));
    }
}
