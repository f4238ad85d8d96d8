//! Everything that speaks HTTP: routes, wire types, errors, OpenAPI.
