//! Which passwords are taken: long enough, and hard to guess even for who knows the person and the
//! firm. Nothing is asked about kinds of characters.

use std::collections::BTreeSet;

use domain::{ids::UserId, person::Person};
use store::{Reader, StoreError};
use zxcvbn::{Entropy, Score, feedback::Warning, matching::patterns::MatchPattern, zxcvbn};

/// The fewest characters of a password.
pub const CHARS_MIN: usize = 10;

/// The most bytes of a password; longer ones only cost work.
const BYTES_MAX: usize = 1024;

/// So many letters of a name are a word that somebody would guess; shorter ones stand in any text.
const OWN_WORD_CHARS_MIN: usize = 3;

/// What belongs to nobody and yet comes to mind here.
const OUR_NAME: &str = "lockstep";

/// Why a password is not taken, in the order in which the reasons are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// It is too short.
    #[error("the password is too short: use at least {CHARS_MIN} characters")]
    TooShort,
    /// It is too long.
    #[error("the password is too long: use at most 1,024 bytes")]
    TooLong,
    /// It would be among the first hundred million that somebody tries.
    #[error(
        "the password is easy to guess, because it is {0}: take a few words that have nothing to do \
         with each other or with you"
    )]
    Guessable(Weakness),
}

/// What makes a password easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// A name of the person, their address or the firm's name is most of it.
    #[error("made of your name, your address or the name of the firm")]
    OwnWords,
    /// Many people use it.
    #[error("among the passwords that most people use")]
    WellKnown,
    /// It differs little from one that many people use.
    #[error("close to a password that many people use")]
    NearWellKnown,
    /// It is a word of a dictionary or a name.
    #[error("hardly more than one word or name")]
    OneWord,
    /// Its keys lie side by side.
    #[error("a row of keys that lie side by side")]
    Keys,
    /// It says the same again.
    #[error("the same over and over")]
    Repeats,
    /// It counts on.
    #[error("a sequence such as abc or 6543")]
    Sequence,
    /// It is a day or a year.
    #[error("mostly a date or a year")]
    Date,
    /// It is too short for what it is made of.
    #[error("short and made of what is often used")]
    Short,
}

/// A password that is taken; there is no other way to one, so no work is spent on another.
pub(crate) struct NewPassword(String);

impl NewPassword {
    /// The password, unless somebody who knows `own`, what belongs to the person, soon guesses it.
    ///
    /// # Errors
    /// [`PasswordRefusal`].
    pub fn of(typed: &str, own: &BTreeSet<String>) -> Result<NewPassword, PasswordRefusal> {
        // The length comes first: what follows costs work.
        if typed.len() > BYTES_MAX {
            return Err(PasswordRefusal::TooLong);
        }
        if typed.chars().count() < CHARS_MIN {
            return Err(PasswordRefusal::TooShort);
        }
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let estimate = zxcvbn(typed, &own);
        if estimate.score() < Score::Three {
            return Err(PasswordRefusal::Guessable(weakness(&estimate, &own)));
        }
        Ok(NewPassword(typed.to_owned()))
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn weakness(estimate: &Entropy, own: &[&str]) -> Weakness {
    let is_own = |pattern: &MatchPattern| match pattern {
        MatchPattern::Dictionary(found) => own.contains(&found.matched_word.as_str()),
        _ => false,
    };
    if estimate.sequence().iter().any(|found| is_own(&found.pattern)) {
        return Weakness::OwnWords;
    }
    match estimate.feedback().and_then(|feedback| feedback.warning()) {
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword,
        ) => Weakness::WellKnown,
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => Weakness::NearWellKnown,
        Some(
            Warning::AWordByItselfIsEasyToGuess
            | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::OneWord,
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => Weakness::Keys,
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Weakness::Repeats,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Weakness::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            Weakness::Date
        }
        None => Weakness::Short,
    }
}

/// What somebody would try first who knows the person: their name and address and the firm's name,
/// whole and by word, in small letters.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn own_words(
    reader: &Reader<'_>,
    user: &UserId,
    named: Option<&Person>,
) -> Result<BTreeSet<String>, StoreError> {
    let mut known = reader.person_of(&format!("user/{user}"))?.unwrap_or_default();
    if let Some(named) = named {
        known.overlay(named);
    }
    let firm = reader.setting("firm.name")?;
    let told = [known.name, known.email, firm, Some(OUR_NAME.to_owned())];
    Ok(told.iter().flatten().flat_map(|text| guesses(text)).collect())
}

/// A text whole, without its spaces, and by word.
fn guesses(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
    let joined: String = text.split_whitespace().collect();
    let local = text.split('@').next().unwrap_or_default().to_owned();
    let all = words.chain([joined, local, text.clone()]);
    all.filter(|word| word.chars().count() >= OWN_WORD_CHARS_MIN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(typed: &str) -> Result<String, PasswordRefusal> {
        let told = ["Nora Quist", "n.quist@millrace.example", "Millrace Instruments", OUR_NAME];
        let own = told.iter().flat_map(|text| guesses(text)).collect();
        NewPassword::of(typed, &own).map(|taken| taken.as_str().to_owned())
    }

    #[test]
    fn a_password_that_is_soon_guessed_is_not_taken() {
        let guessable = |weakness| Err(PasswordRefusal::Guessable(weakness));
        for (typed, expected) in [
            ("password12", guessable(Weakness::WellKnown)),
            ("iloveyou2026", guessable(Weakness::NearWellKnown)),
            ("1234567890", guessable(Weakness::WellKnown)),
            ("qwertyuiop", guessable(Weakness::WellKnown)),
            ("aaaaaaaaaaaa", guessable(Weakness::Repeats)),
            ("hunter2hunter2", guessable(Weakness::Repeats)),
            ("abcdefghijkl", guessable(Weakness::Sequence)),
            ("Millrace2026", guessable(Weakness::OwnWords)),
            ("Nora Quist 2026", guessable(Weakness::OwnWords)),
            ("n.quist@millrace.example", guessable(Weakness::OwnWords)),
            ("Millrace Instruments", guessable(Weakness::OwnWords)),
            ("lockstep1234", guessable(Weakness::OwnWords)),
            ("tr0ub4dour&3", guessable(Weakness::Short)),
            ("too short", Err(PasswordRefusal::TooShort)),
        ] {
            assert_eq!(taken(typed), expected, "{typed}");
        }
    }

    #[test]
    fn words_do_whatever_characters_they_are_made_of() {
        for typed in [
            "ein langes Wort ü",
            "correct horse battery staple",
            "vier kleine worte reichen",
            "пароль для Норы",
            "Xk2pQ9wZ7vB3",
        ] {
            assert_eq!(taken(typed).as_deref(), Ok(typed));
        }
        let long = "seven brown otters ".repeat(50);
        assert_eq!(taken(&long).as_deref(), Ok(long.as_str()), "long ones are welcome");
    }

    #[test]
    fn what_is_far_too_long_costs_no_work() {
        let huge = "correct horse ".repeat(1 << 16);
        assert_eq!(taken(&huge), Err(PasswordRefusal::TooLong));
    }
}
