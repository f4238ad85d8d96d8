//! The queue between taking reports and applying them, on SQS.
#![warn(missing_docs)]
