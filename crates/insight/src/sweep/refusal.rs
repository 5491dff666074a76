//! Why a definition is left to the code that runs live.

/// What of a definition columns cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefusal {
    /// It is not judged at each activity.
    #[error("it is judged at set times: columns are judged at each activity")]
    JudgedAtTimes,
    /// Scoring ends after a date.
    #[error("scoring ends some days after a date of the lead, which columns do not keep")]
    Ends,
    /// A floor that acts at midnight.
    #[error("the floor of `{0}` acts at midnight: columns know floors that act at once")]
    NightlyFloor(String),
    /// A component that stops.
    #[error("`{0}` stops earning above a total, which needs every point before")]
    StopsAboveTotal(String),
    /// A rule over silence or change.
    #[error("the rule `{0}` counts silences or changes: columns keep activities and fields")]
    LooksAt(String),
    /// A rule that takes everything away.
    #[error("the rule `{0}` empties its component, which columns do not follow")]
    Empties(String),
    /// A name that no column has.
    #[error("`{within}` asks for `{name}`, which columns do not keep")]
    Name {
        /// The rule, or another part of the definition.
        within: String,
        /// What it asks for.
        name: String,
    },
    /// A field that is asked for as two kinds of things.
    #[error("`{0}` is compared as two kinds of values: a column has one")]
    TwoKinds(String),
    /// A condition over points that is not a list of comparisons.
    #[error("the condition over points is more than comparisons that must all hold")]
    Condition,
    /// Points beyond all measure.
    #[error("a rule gives more than a million points, which columns do not keep")]
    Points,
    /// The threshold that is tried is none of the definition's.
    #[error("the threshold that is tried is over `{0}`, which is no component and not `total`")]
    Lever(String),
}
