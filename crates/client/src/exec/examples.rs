//! Examples of `punctual exec`, for its help and for the manual page. `docs/exec.md` shows them at length.

/// As they are shown: a line each, the explanation before it.
pub(super) const EXAMPLES: &str = r"Examples:
In a crontab; the line says when, and the server is told the same:
  PUNCTUAL_URL=https://punctual.example.org
  0 2 * * *  punctual exec nightly --schedule '0 2 * * *' --service shop --job backup --quiet -- /usr/local/bin/backup --all

Never two at once, no longer than an hour, and three more tries where it fails:
  */15 * * * *  punctual exec sync --lock --max-runtime 1h --retries 3 --retry-delay 30s -- /usr/local/bin/sync

In a systemd unit; a timer starts it:
  [Service]
  Type=oneshot
  EnvironmentFile=/etc/punctual/job.env
  ExecStart=/usr/bin/punctual exec nightly --schedule 'Mon..Fri 02:00' --grace 30m -- /usr/local/bin/backup --all

Several commands under one watch are a script for the shell:
  punctual exec nightly -- sh -c 'fetch && load'";
