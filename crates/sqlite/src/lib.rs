//! The embedded store: every port of `app` on one SQLite file.
