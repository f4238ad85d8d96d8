//! Where the process's own words go: lines on standard error, and traces by OTLP where that is configured.
//!
//! Logs hold ids; never keys, tokens, error messages of jobs, metadata or e-mail addresses.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::Config;

/// What must be flushed before the process ends.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    traces: Option<SdkTracerProvider>,
}

impl Logs {
    /// Begins to log. Call it before an async runtime is entered: the exporter has a thread and a client of its own.
    pub(crate) fn begin(config: &Config) -> Result<Self> {
        let filter = EnvFilter::try_new(&config.log)
            .with_context(|| format!("setting log must be a filter such as info, was '{}'", config.log))?;
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false);
        let lines = if config.log_json { lines.json().boxed() } else { lines.boxed() };
        let traces = config.otlp_endpoint.as_deref().map(exporter).transpose()?;
        let spans = traces
            .as_ref()
            .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("punctual")));
        tracing_subscriber::registry().with(filter).with(lines).with(spans).try_init()?;
        Ok(Self { traces })
    }

    /// Sends what is still to be sent.
    pub(crate) fn end(self) {
        if let Some(Err(error)) = self.traces.map(|provider| provider.shutdown()) {
            crate::cli::tell(&format!("punctual: the last traces could not be sent: {error}"));
        }
    }
}

fn exporter(endpoint: &str) -> Result<SdkTracerProvider> {
    let address = format!("{}/v1/traces", endpoint.trim_end_matches('/').trim_end_matches("/v1/traces"));
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(address)
        .build()
        .context("setting otlp_endpoint cannot be used")?;
    let resource = Resource::builder().with_service_name("punctual").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}
