//! Use cases, ports and roles: what Punctual does, in words that name no technology.
