//! Channels: how an alert reaches Slack or a webhook.
