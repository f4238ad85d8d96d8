//! The job's side: reporting, the spool, and running a command under watch.
