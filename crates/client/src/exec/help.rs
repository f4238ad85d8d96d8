//! What the help of `punctual exec`, and the manual page, say beyond its flags. `docs/exec.md` says it at length.

/// Sections, each under a line of one or two words that ends with a colon.
pub(super) const FURTHER_HELP: &str = r"The command gets standard input, output, signals and environment untouched. Reporting never makes it
fail and never holds it up for more than 2 seconds: what cannot be delivered is spooled and sent
later, with its original time.

Exit status:
  the command's own, and 128+n when signal n killed it
  124  --max-runtime ended it with SIGTERM; 137 if it took SIGKILL
  125  the lock could not be used, and nothing was started
  126  the command could not be executed; 127: it was not found
  0    the run was skipped, as another one holds the lock; see --skipped-exit-code

Environment:
  The command finds PUNCTUAL_SCHEDULER_ID, PUNCTUAL_RUN_ID, PUNCTUAL_TRY (1 for the first),
  PUNCTUAL_URL and, where it was given, PUNCTUAL_PING_URL.

Examples:
  In a crontab, which says when; so does the flag, to the server:
    PUNCTUAL_URL=https://punctual.example.org
    0 2 * * *  punctual exec nightly --schedule '0 2 * * *' --service shop --job nightly -- backup

  Never two at once, no longer than an hour, with three more tries, and heard only if it fails:
    */15 * * * *  punctual exec sync --lock --max-runtime 1h --retries 3 --quiet -- sync-stock

  In the service of a systemd timer:
    [Service]
    Type=oneshot
    EnvironmentFile=/etc/punctual/job.env
    ExecStart=/usr/bin/punctual exec nightly --schedule 'Mon..Fri 02:00' -- /usr/local/bin/backup

  Several commands under one watch are a script for the shell:
    punctual exec nightly -- sh -c 'fetch && load'";
