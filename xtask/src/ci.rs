//! x
use anyhow::Result;
pub(crate) async fn ci() -> Result<bool> {
    Ok(true)
}
pub(crate) async fn test() -> Result<bool> {
    Ok(true)
}
