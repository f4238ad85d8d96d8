//! What Slack's error codes mean: whether trying again can help, and what to do where it cannot.

use app::ports::DeliveryError;
use domain::Duration;

/// Errors of the token or the place: nothing arrives until someone mends that, which is said where it is one thing.
const BROKEN: &[(&str, &str)] = &[
    ("access_denied", ""),
    ("account_inactive", "the token's user or workspace is gone"),
    ("channel_not_found", "no such channel, or the app is not in it"),
    ("ekm_access_denied", "administrators have suspended posting"),
    ("enterprise_is_restricted", ""),
    ("invalid_auth", "the token is not valid"),
    ("is_archived", "the channel is archived"),
    ("missing_scope", "the app needs the scope chat:write"),
    ("no_permission", "the app may not post"),
    ("not_allowed_token_type", "use a bot's token"),
    ("not_authed", "the token is missing"),
    ("not_in_channel", "invite the app to the channel"),
    ("restricted_action", "the workspace does not let the app post here"),
    ("restricted_action_non_threadable_channel", ""),
    ("restricted_action_read_only_channel", "the channel is read-only"),
    ("restricted_action_thread_only_channel", "the channel takes threads only"),
    ("team_access_not_granted", "the app is not allowed in this workspace"),
    ("team_not_found", ""),
    ("token_expired", "the token has expired"),
    ("token_revoked", "the token was revoked"),
    ("two_factor_setup_required", ""),
];

/// Errors of one message.
const PERMANENT: &[(&str, &str)] = &[
    ("as_user_not_supported", ""),
    ("cannot_reply_to_message", ""),
    ("deprecated_endpoint", ""),
    ("invalid_arg_name", ""),
    ("invalid_arguments", ""),
    ("invalid_array_arg", ""),
    ("invalid_attachments", ""),
    ("invalid_blocks", ""),
    ("invalid_blocks_format", ""),
    ("invalid_charset", ""),
    ("invalid_form_data", ""),
    ("invalid_json", ""),
    ("invalid_post_type", ""),
    ("json_not_object", ""),
    ("method_deprecated", ""),
    ("missing_post_type", ""),
    ("msg_blocks_too_long", ""),
    ("msg_too_long", ""),
    ("no_text", ""),
    ("restricted_action_thread_locked", ""),
    ("too_many_attachments", ""),
];

/// Errors that pass: Slack is overloaded, broken, or moving the workspace.
const TRANSIENT: &[&str] = &[
    "accesslimited",
    "external_channel_migrating",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "org_login_required",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
];

/// What a refused call means. A code that is in neither list counts as passing: to try in vain for a day costs
/// little, to drop an alert for a word we do not know costs an alert.
pub(super) fn meaning(code: &str, retry_after: Option<Duration>) -> DeliveryError {
    if let Some(reason) = known(BROKEN, code) {
        return DeliveryError::broken(reason);
    }
    if let Some(reason) = known(PERMANENT, code) {
        return DeliveryError::permanent(reason);
    }
    let reason = match TRANSIENT.iter().find(|known| **known == code) {
        Some(code) => format!("slack cannot now: {code}"),
        None if is_code(code) => format!("slack refuses with a code we do not know: {code}"),
        None => "slack refuses and does not say why".to_owned(),
    };
    DeliveryError::Transient { reason, retry_after }
}

fn known(codes: &[(&str, &str)], code: &str) -> Option<String> {
    let (code, advice) = codes.iter().find(|(known, _)| *known == code)?;
    let advice = if advice.is_empty() { String::new() } else { format!(": {advice}") };
    Some(format!("slack refuses with {code}{advice}"))
}

pub(crate) fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_told_from_what_ails_the_whole_channel_and_says_what_to_do() {
        assert_eq!(
            meaning("not_in_channel", None),
            DeliveryError::broken("slack refuses with not_in_channel: invite the app to the channel")
        );
        assert_eq!(
            meaning("invalid_blocks", None),
            DeliveryError::permanent("slack refuses with invalid_blocks")
        );
    }

    #[test]
    fn what_passes_is_transient_and_waits_as_long_as_slack_says() {
        let wait = Some(Duration::from_seconds(30));
        let error = meaning("ratelimited", wait);
        let reason = "slack cannot now: ratelimited".to_owned();
        assert_eq!(error, DeliveryError::Transient { reason, retry_after: wait });
    }

    #[test]
    fn an_unknown_code_is_tried_again_and_quoted_only_if_it_is_a_code() {
        let said = |code| meaning(code, None).to_string();
        assert!(matches!(meaning("brand_new", None), DeliveryError::Transient { .. }));
        assert_eq!(said("brand_new"), "slack refuses with a code we do not know: brand_new");
        assert_eq!(said("xoxb-LEAK"), "slack refuses and does not say why");
        assert_eq!(said(""), "slack refuses and does not say why");
    }

    #[test]
    fn no_code_is_in_both_lists() {
        assert!(PERMANENT.iter().all(|(code, _)| is_code(code) && !TRANSIENT.contains(code)));
    }
}
