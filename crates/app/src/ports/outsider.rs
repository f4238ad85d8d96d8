//! Somebody outside who notices when we fall silent.

use async_trait::async_trait;

use super::{DeliveryError, Receipt};

/// Somebody outside who notices when we fall silent.
#[async_trait]
pub trait Outsider: Send + Sync {
    /// Lets them know that we are well. Ends within 10 s and follows no redirect.
    async fn hear(&self) -> Result<Receipt, DeliveryError>;
}
