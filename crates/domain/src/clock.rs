//! Interim.
/// Interim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZeroTime {
    Met,
    NotMet,
    Ignored,
}
