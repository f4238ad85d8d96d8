//! What PagerDuty's refusals mean: `{"status": "invalid event", "message": …, "errors": [ … ]}`.

use app::ports::DeliveryError;

use crate::http::Refusal;

/// What a refusal means where its status does not say all: a key that is not known lets nothing through, ever.
pub(super) fn meaning(refusal: &Refusal, routing_key: &str) -> Option<DeliveryError> {
    match refusal.status() {
        400 => Some(invalid(refusal, routing_key)),
        401 | 403 => Some(DeliveryError::broken(refusal.reason(Some("the routing key is not valid")))),
        404 | 410 => Some(DeliveryError::broken(refusal.reason(Some("check api_url and region")))),
        _ => None,
    }
}

fn invalid(refusal: &Refusal, routing_key: &str) -> DeliveryError {
    let body = refusal.json();
    let errors = body["errors"].as_array().into_iter().flatten();
    let said: Vec<_> =
        [&body["message"]].into_iter().chain(errors).take(5).filter_map(|text| text.as_str()).collect();
    let said = said.join(", ");
    let lower = said.to_lowercase();
    if ["routing_key", "routing key", "integration key"].iter().any(|word| lower.contains(word)) {
        return DeliveryError::broken("pagerduty does not know the routing key: check it, and the region");
    }
    match Refusal::quote(&said, &[routing_key]) {
        Some(said) => DeliveryError::permanent(format!("pagerduty refuses the event: {said}")),
        None => DeliveryError::permanent(refusal.reason(None)),
    }
}
