//! Every setting there is, in one table: its name in the file, its names in the environment, and what it is for. The
//! documentation and `config check` are held to this table by tests.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the configuration file, dotted.
    pub(crate) name: &'static str,
    /// Its names in the environment; the first that is set speaks.
    pub(crate) env: &'static [&'static str],
    /// What holds where nobody says anything, for people.
    pub(crate) default: &'static str,
    /// Whether its value is never shown. A secret may be given as `file:PATH` or
    /// `aws-secretsmanager:NAME[#field]`.
    pub(crate) secret: bool,
    /// What it is for.
    pub(crate) help: &'static str,
}

const fn plain(
    name: &'static str,
    env: &'static [&'static str],
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting { name, env, default, secret: false, help }
}

const fn secret(name: &'static str, env: &'static [&'static str], help: &'static str) -> Setting {
    Setting { name, env, default: "none", secret: true, help }
}

/// All of them, in the order in which they are explained.
pub(crate) const SETTINGS: &[Setting] = &[
    plain(
        "data_dir",
        &["PUNCTUAL_DATA_DIR"],
        "punctual-data",
        "the directory that holds the store; made with mode 0700 where absent",
    ),
    plain(
        "secret_key_file",
        &["PUNCTUAL_SECRET_KEY_FILE"],
        "punctual.secret in the data directory",
        "the file that holds the key of this installation, made where absent: it signs the links of messages and seals the secrets of channels",
    ),
    secret(
        "secret_key",
        &["PUNCTUAL_SECRET_KEY"],
        "that key itself, 64 hexadecimal digits, in the place of its file: for several instances, which all need the same",
    ),
    plain(
        "store",
        &["PUNCTUAL_STORE"],
        "sqlite",
        "where everything is kept: sqlite, one file in the data directory; or dynamodb, tables for a fleet",
    ),
    plain(
        "dynamodb.table_prefix",
        &["PUNCTUAL_DYNAMODB_TABLE_PREFIX", "DYNAMODB_TABLE_PREFIX"],
        "punctual-",
        "what the names of the tables begin with",
    ),
    plain(
        "dynamodb.table_schedulers",
        &["PUNCTUAL_DYNAMODB_TABLE_SCHEDULERS", "DYNAMODB_TABLE_SCHEDULERS"],
        "the prefix and schedulers",
        "the name of the table of schedulers",
    ),
    plain(
        "dynamodb.table_history",
        &["PUNCTUAL_DYNAMODB_TABLE_HISTORY", "DYNAMODB_TABLE_HISTORY"],
        "the prefix and history",
        "the name of the table of what has happened",
    ),
    plain(
        "dynamodb.table_outbox",
        &["PUNCTUAL_DYNAMODB_TABLE_OUTBOX", "DYNAMODB_TABLE_OUTBOX"],
        "the prefix and outbox",
        "the name of the table of messages on their way",
    ),
    plain(
        "dynamodb.table_registry",
        &["PUNCTUAL_DYNAMODB_TABLE_REGISTRY", "DYNAMODB_TABLE_REGISTRY"],
        "the prefix and registry",
        "the name of the table of everything else",
    ),
    plain(
        "dynamodb.endpoint",
        &["PUNCTUAL_DYNAMODB_ENDPOINT", "DYNAMODB_ENDPOINT"],
        "Amazon's",
        "where DynamoDB is: a stand-in or a private endpoint",
    ),
    plain(
        "aws.region",
        &["PUNCTUAL_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"],
        "the profile's",
        "the region of Amazon's services; credentials come from the environment, a profile or the machine's role",
    ),
    plain(
        "secrets_refresh",
        &["PUNCTUAL_SECRETS_REFRESH"],
        "60s",
        "how often secrets in files and in Secrets Manager are read again, 1s to 1h",
    ),
    plain(
        "listen",
        &["PUNCTUAL_LISTEN"],
        "127.0.0.1:3000",
        "the address to listen on; port 0 takes a free one",
    ),
    plain("port", &["PORT"], "none", "the port to listen on at every address, where no address is given"),
    plain(
        "metrics_listen",
        &["PUNCTUAL_METRICS_LISTEN"],
        "none",
        "an address of its own for /metrics, open without a key",
    ),
    plain("api_prefix", &["PUNCTUAL_API_PREFIX", "API_PREFIX"], "/api/v1", "the path before every call"),
    plain(
        "api_key_header",
        &["PUNCTUAL_API_KEY_HEADER", "API_KEY_HEADER"],
        "x-api-key",
        "the header that brings a key",
    ),
    secret(
        "api_keys",
        &["PUNCTUAL_API_KEYS", "API_KEYS"],
        "keys with full access to the project default, separated by commas; never stored",
    ),
    plain(
        "public_url",
        &["PUNCTUAL_PUBLIC_URL"],
        "none",
        "the address by which people reach this server, for links in messages",
    ),
    plain(
        "heartbeat_timeout_minutes",
        &["HEARTBEAT_TIMEOUT_MINUTES"],
        "none",
        "how long an open run may be silent, in minutes, for schedulers that set no heartbeat_timeout",
    ),
    plain(
        "startup_quiet",
        &["PUNCTUAL_STARTUP_QUIET"],
        "60s",
        "how long after a start or an outage jobs have the time to be heard again before silence counts",
    ),
    plain("history_days", &["PUNCTUAL_HISTORY_DAYS"], "30", "how many days of history are kept, 1 to 3650"),
    plain(
        "history_routine_max",
        &["PUNCTUAL_HISTORY_ROUTINE_MAX"],
        "10000",
        "how many routine successes of one scheduler are kept at most",
    ),
    plain(
        "storm_threshold",
        &["PUNCTUAL_STORM_THRESHOLD"],
        "20",
        "how many alerts of a project go out singly in a minute; the rest is told in one message a channel",
    ),
    plain(
        "evaluator_lag_max",
        &["PUNCTUAL_EVALUATOR_LAG_MAX"],
        "60s",
        "how late deadlines may be noticed before the default channels are told of it, 1s to 1h",
    ),
    secret(
        "watchdog_url",
        &["PUNCTUAL_WATCHDOG_URL"],
        "an address that is asked for as long as this process evaluates and delivers as it should",
    ),
    plain(
        "watchdog_every",
        &["PUNCTUAL_WATCHDOG_EVERY"],
        "60s",
        "how often watchdog_url is asked for, 1s to 1h",
    ),
    plain("rate_limit", &["PUNCTUAL_RATE_LIMIT"], "on", "whether calls are limited: on or off"),
    plain(
        "rate_limit_ttl",
        &["RATE_LIMIT_TTL"],
        "none",
        "with rate_limit_max: the window in seconds in which a key may make that many calls",
    ),
    plain(
        "rate_limit_max",
        &["RATE_LIMIT_MAX"],
        "none",
        "with rate_limit_ttl: how many calls a key may make",
    ),
    plain(
        "trusted_proxies",
        &["PUNCTUAL_TRUSTED_PROXIES"],
        "none",
        "networks whose X-Forwarded-For is believed, separated by commas",
    ),
    plain(
        "cors_origins",
        &["PUNCTUAL_CORS_ORIGINS"],
        "none",
        "origins that may call from a browser, separated by commas",
    ),
    plain(
        "require_https",
        &["PUNCTUAL_REQUIRE_HTTPS"],
        "false",
        "whether browsers are told to use HTTPS only (HSTS)",
    ),
    plain("tls_cert", &["PUNCTUAL_TLS_CERT"], "none", "a PEM file with the certificate chain; turns TLS on"),
    plain("tls_key", &["PUNCTUAL_TLS_KEY"], "none", "a PEM file with the private key"),
    plain(
        "mail_pings.listen",
        &["PUNCTUAL_MAIL_PINGS_LISTEN"],
        "none",
        "the address at which mails are taken as pings (SMTP), such as 0.0.0.0:2525; none takes none",
    ),
    plain(
        "mail_pings.domain",
        &["PUNCTUAL_MAIL_PINGS_DOMAIN"],
        "none",
        "the domain of the addresses that hear mails, such as ping.example.org",
    ),
    plain(
        "mail_pings.tls_cert",
        &["PUNCTUAL_MAIL_PINGS_TLS_CERT"],
        "tls_cert",
        "a PEM file with the certificate chain for STARTTLS",
    ),
    plain(
        "mail_pings.tls_key",
        &["PUNCTUAL_MAIL_PINGS_TLS_KEY"],
        "tls_key",
        "a PEM file with the private key for STARTTLS",
    ),
    plain(
        "allow_private_targets",
        &["PUNCTUAL_ALLOW_PRIVATE_TARGETS"],
        "false",
        "whether messages may go to private addresses: true, false, or networks separated by commas",
    ),
    plain(
        "slack_enabled",
        &["SLACK_ENABLED"],
        "true where a token is set",
        "whether the channel `slack` is made",
    ),
    secret("slack_bot_token", &["SLACK_BOT_TOKEN"], "the bot's token (xoxb-…) with the scope chat:write"),
    plain("slack_channel_id", &["SLACK_CHANNEL_ID"], "none", "the Slack channel that alerts go to"),
    plain(
        "alert_mention_user_id",
        &["ALERT_MENTION_USER_ID"],
        "none",
        "the Slack user to mention where a scheduler names none",
    ),
    plain(
        "slack_api_url",
        &["PUNCTUAL_SLACK_API_URL"],
        "https://slack.com/api",
        "where Slack's methods are called",
    ),
    plain(
        "slack_start_hour",
        &["SLACK_START_HOUR"],
        "0 where a board is made",
        "the hour at which the board `default` is posted, 0 to 23; any of these four makes that board",
    ),
    plain(
        "slack_end_hour",
        &["SLACK_END_HOUR"],
        "6 where a board is made",
        "the hour at which the board `default` is closed, 0 to 24; the next day where not after the start",
    ),
    plain(
        "slack_timezone",
        &["SLACK_TIMEZONE"],
        "Asia/Jakarta where a board is made",
        "whose wall clock those hours speak of",
    ),
    plain(
        "slack_update_interval_minutes",
        &["SLACK_UPDATE_INTERVAL_MINUTES"],
        "60 where a board is made",
        "how often the board `default` is edited, in minutes, 5 to 1440",
    ),
    plain(
        "ping_body_limit",
        &["PUNCTUAL_PING_BODY_LIMIT"],
        "100000",
        "how many bytes of a ping's body are kept, 0 to 100000; what is longer is taken all the same, and cut",
    ),
    plain(
        "request_timeout",
        &["PUNCTUAL_REQUEST_TIMEOUT"],
        "30s",
        "how long a call may take, from its first byte on; who is slower is cut",
    ),
    plain(
        "idle_timeout",
        &["PUNCTUAL_IDLE_TIMEOUT"],
        "60s",
        "how long a connection may say nothing between calls",
    ),
    plain(
        "connections_max",
        &["PUNCTUAL_CONNECTIONS_MAX"],
        "10000",
        "how many connections are served at once; more wait for a place",
    ),
    plain(
        "shutdown_timeout",
        &["PUNCTUAL_SHUTDOWN_TIMEOUT"],
        "30s",
        "how long a first signal waits for calls in progress before it cuts them",
    ),
    plain(
        "roles",
        &["PUNCTUAL_ROLES"],
        "all",
        "which roles this process runs: api, evaluator, dispatcher, boards, janitor, separated by commas",
    ),
    plain(
        "shards",
        &["PUNCTUAL_SHARDS"],
        "16",
        "in how many shards schedulers are divided among the instances on one store, 1 to 64; all instances say the same",
    ),
    plain(
        "lease",
        &["PUNCTUAL_LEASE"],
        "10s",
        "how long an instance may show no sign of life before the others take its work over, 2s to 5m; all instances say the same",
    ),
    plain(
        "log",
        &["PUNCTUAL_LOG", "RUST_LOG"],
        "info",
        "what is logged: error, warn, info, debug, trace, or a filter by module",
    ),
    plain("log_format", &["PUNCTUAL_LOG_FORMAT"], "text", "how it is logged: text or json"),
    plain(
        "otlp_endpoint",
        &["PUNCTUAL_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
        "none",
        "where traces are sent by OTLP over HTTP",
    ),
];

/// The setting of that name.
pub(crate) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
