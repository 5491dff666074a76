//! Interim.
/// Interim.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub id: String,
    pub zone: Option<jiff::tz::TimeZone>,
}
