//! What can go wrong in a use-case, with a message that is safe to show to the caller.

use entrenous_model::Barred;
use entrenous_store::StoreError;

/// Result of a use-case.
pub type Result<T> = std::result::Result<T, DomainError>;

/// Why a use-case refused or failed. `Display` is safe to show; private causes are for the log only.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// It does not exist, or the caller may not know that it does (404, the same bytes for both).
    #[error("Record not found")]
    NotFound,
    /// The caller is known and may not do this (403).
    #[error("{0}")]
    Forbidden(String),
    /// The input is wrong; the text says what to change (422).
    #[error("Validation failed: {0}")]
    Invalid(String),
    /// It clashes with what is there (409).
    #[error("{0}")]
    Conflict(String),
    /// Wrong name or password, or a token that is not valid (401). Never says which.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Too many tries (429), with seconds to wait.
    #[error("Too many requests; try again in {0} seconds")]
    TooMany(u64),
    /// An activity that was received before: no second effect. The inbox answers 202.
    #[error("already received")]
    AlreadyReceived,
    /// A peer's activity that is refused, with a stable reason code for the audit trail (403).
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The peer or service asked did not answer or answered nonsense (502 in the API).
    #[error("{0}")]
    Remote(String),
    /// The database is not there or full; the cause is private (503 or 507).
    #[error("The service is temporarily unavailable")]
    Store(#[source] StoreError),
    /// A defect or a broken environment; the text is private, for the log.
    #[error("Internal error")]
    Internal(String),
}

impl From<StoreError> for DomainError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Barred> for DomainError {
    fn from(barred: Barred) -> Self {
        Self::Refused(barred.code())
    }
}

impl DomainError {
    /// Shorthand for [`DomainError::Invalid`].
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    /// Shorthand for [`DomainError::Internal`].
    pub fn internal(text: impl std::fmt::Display) -> Self {
        Self::Internal(text.to_string())
    }

    /// True if the database cannot grow (507 in the API): reads still work.
    #[must_use]
    pub const fn is_out_of_space(&self) -> bool {
        matches!(self, Self::Store(StoreError::Full(_)))
    }
}
