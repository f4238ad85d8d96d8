//! What becomes of messages: how many wait, are held back or given up, how long they take, and which channels are off.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use app::ports::OutboxCounts;
use app::telemetry::LATENCY_BOUNDS;
use app::{App, Telemetry};
use domain::id::ChannelId;

use super::in_time;
use crate::ops::text::Page;

/// What only the store knows, as far as it answers in time.
pub(super) struct Stored {
    open: Option<u64>,
    counts: Option<OutboxCounts>,
    disabled: Option<BTreeMap<ChannelId, bool>>,
}

impl Stored {
    pub(super) async fn ask(app: &App) -> Self {
        let (open, counts, disabled) = tokio::join!(
            in_time(app.open_incidents()),
            in_time(app.outbox_counts()),
            in_time(app.channels_disabled())
        );
        Self { open, counts, disabled }
    }

    pub(super) fn write(&self, page: &mut Page) {
        const DISABLED: &str = "punctual_channel_disabled";
        if let Some(open) = self.open {
            page.single("punctual_incidents_open", "gauge", "Incidents that are open.", open as f64);
        }
        if let Some(counts) = &self.counts {
            waiting(page, counts);
        }
        let Some(disabled) = &self.disabled else { return };
        page.family(DISABLED, "gauge", "Whether a channel is switched off: 1 where it is.");
        for (channel, is_disabled) in disabled {
            page.sample(DISABLED, &[("channel", channel.as_str())], f64::from(u8::from(*is_disabled)));
        }
    }
}

fn waiting(page: &mut Page, counts: &OutboxCounts) {
    const DEAD: &str = "punctual_dead_letters_by_channel";
    for (name, help, count) in [
        ("punctual_notices_unrouted", "Notices that have no deliveries yet.", counts.unrouted),
        ("punctual_notices_held", "Notices that wait to be told together with others.", counts.held),
        ("punctual_deliveries_pending", "Deliveries that wait.", counts.pending),
        ("punctual_dead_letters", "Deliveries that were given up.", counts.dead),
    ] {
        page.single(name, "gauge", help, count as f64);
    }
    page.family(DEAD, "gauge", "Deliveries that were given up, by channel.");
    for (channel, count) in &counts.dead_by_channel {
        page.sample(DEAD, &[("channel", channel.as_str())], *count as f64);
    }
}

/// What this process has counted.
pub(super) fn counted(page: &mut Page, told: &Telemetry) {
    const DELIVERIES: &str = "punctual_deliveries_total";
    const PINGS: &str = "punctual_watchdog_pings_total";
    page.family(DELIVERIES, "counter", "Attempts to deliver, by channel and outcome.");
    for (channel, outcome, count) in told.deliveries() {
        page.sample(DELIVERIES, &[("channel", &channel), ("outcome", outcome)], count as f64);
    }
    latency(page, told);
    mails(page, told);
    let storms = told.storms.load(Ordering::Relaxed) as f64;
    let help = "Minutes of a project in which alerts were told together, for there were too many.";
    page.single("punctual_storms_total", "counter", help, storms);
    page.family(PINGS, "counter", "Turns of the watchdog, by outcome.");
    for (outcome, count) in told.watchdog_pings() {
        page.sample(PINGS, &[("outcome", outcome)], count as f64);
    }
}

fn mails(page: &mut Page, told: &Telemetry) {
    const MAILS: &str = "punctual_mail_pings_total";
    page.family(MAILS, "counter", "Mails as pings, recipient by recipient, by outcome.");
    for (outcome, counter) in
        [("taken", &told.mails_taken), ("refused", &told.mails_refused), ("put_off", &told.mails_put_off)]
    {
        page.sample(MAILS, &[("outcome", outcome)], counter.load(Ordering::Relaxed) as f64);
    }
}

fn latency(page: &mut Page, told: &Telemetry) {
    const NAME: &str = "punctual_delivery_duration_seconds";
    const BUCKET: &str = "punctual_delivery_duration_seconds_bucket";
    let help = "From the decision that someone must hear until the receiver has the message.";
    page.family(NAME, "histogram", help);
    let (count, sum_millis) = told.delivery_latency.whole();
    for (bound, below) in LATENCY_BOUNDS.iter().zip(told.delivery_latency.below()) {
        page.sample(BUCKET, &[("le", &(*bound as f64 / 1000.0).to_string())], below as f64);
    }
    page.sample(BUCKET, &[("le", "+Inf")], count as f64);
    page.sample("punctual_delivery_duration_seconds_sum", &[], sum_millis as f64 / 1000.0);
    page.sample("punctual_delivery_duration_seconds_count", &[], count as f64);
}
