//! `GET /members`: the instances on the store that are taken for alive, all of them: there are few.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::MemberBody;

/// Show who shares the work
///
/// The instances on this store that the one which answers takes for alive, in the order in which they came, and what each does.
/// They are of all projects: an admin key of the project `default` is needed.
#[utoipa::path(
    get, path = "/members", tag = "Operations", operation_id = "list_members",
    responses((status = 200, description = "Instances, the oldest first.", body = [MemberBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<MemberBody>>, ApiError> {
    let seats = call.app().members(&call.caller)?;
    Ok(Json(seats.into_iter().map(MemberBody::from).collect()))
}
